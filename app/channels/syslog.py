"""Alerts to a syslog server: RFC 5424 messages, over TLS (RFC 5425), TCP (RFC 6587) or UDP (RFC 5426).

None of these answers a message. Over TLS and TCP we say that nothing more comes and wait until the server has closed
too: a kernel whose program did not read everything resets the connection instead. Over UDP nobody can know.
"""

import datetime
import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from app.channels.message import AlertMessage
from app.channels.sending import ANSWER_S, ServerAwayError, TimeLimit, speaking_to, trusting
from recorder.policy.sections import Transport

TLS_PORT, PLAIN_PORT = 6514, 514
LOG_AUDIT = 13  # the facility of RFC 5424, section 6.2.1
# The number that RFC 5612 sets aside for examples: Tachiai has none of its own at IANA.
DATA_ID = "tachiai@32473"
LONGEST_BYTES = 8192  # RFC 5425, section 4.3.1: what every TLS receiver should take
LONGEST_UDP_BYTES = 2048  # RFC 5426, section 3.2
SEVERITIES = {"informational": 6, "low": 5, "medium": 4, "high": 3, "critical": 2}
_GRAVEST = 2
_LONGEST_NAME = 255
_NOTHING = "-"
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class SyslogChannel:
    """One server. `port` 0 is the usual one."""

    host: str
    port: int = 0
    transport: Transport = Transport.TLS
    ca_file: str = ""
    most_at_once: int = 50

    def send(self, messages: Sequence[AlertMessage], limit: TimeLimit) -> None:
        """Hand them over."""
        whom = f"The syslog server {self.host}"
        with speaking_to(whom):
            if self.transport is Transport.UDP:
                self._send_udp(messages)
                return
            port = self.port or (TLS_PORT if self.transport is Transport.TLS else PLAIN_PORT)
            with socket.create_connection((self.host, port), timeout=ANSWER_S) as connection:
                limit.hold(connection)
                framed = b"".join(_framed(message) for message in messages)
                if self.transport is Transport.TLS:
                    self._send_tls(connection, framed, limit)
                else:
                    _send_and_close(connection, framed)
                limit.check()

    def _send_tls(self, connection: socket.socket, framed: bytes, limit: TimeLimit) -> None:
        with trusting(self.ca_file).wrap_socket(connection, server_hostname=self.host) as secured:
            limit.hold(secured)
            secured.sendall(framed)
            try:
                secured.unwrap()
            except ssl.SSLEOFError:
                return  # it closed without TLS's farewell, as many do; it has read all the same
            except ssl.SSLError as error:
                msg = f"The syslog server {self.host} broke off ({error.reason}); it is tried again."
                raise ServerAwayError(msg) from error

    def _send_udp(self, messages: Sequence[AlertMessage]) -> None:
        family, kind, protocol, _, address = socket.getaddrinfo(
            self.host, self.port or PLAIN_PORT, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind, protocol) as sender:
            for message in messages:
                sender.sendto(_cut(formatted(message), LONGEST_UDP_BYTES), address)


def formatted(message: AlertMessage) -> bytes:
    """One message as RFC 5424 writes it."""
    priority = LOG_AUDIT * 8 + SEVERITIES.get(message.severity, _GRAVEST)
    at = datetime.datetime.fromtimestamp(message.at_wall_ns / 1e9, tz=datetime.UTC)
    host = _name(message.host, _LONGEST_NAME)
    head = f"<{priority}>1 {at:%Y-%m-%dT%H:%M:%S.%f}Z {host} tachiai {os.getpid()} alert"
    named = {
        "id": message.id,
        "recording": message.recording,
        "operator": message.operator,
        "severity": message.severity,
        "rule": message.rule,
        "version": message.version,
        "response": message.response,
        "link": message.link,
    }
    data = "".join(f' {name}="{_escaped(value)}"' for name, value in named.items() if value)
    said = " · ".join(filter(None, (message.title, message.reason, *message.rows)))
    return _cut(f"{head} [{DATA_ID}{data}] {_BOM}{said}".encode(), LONGEST_BYTES)


def _framed(message: AlertMessage) -> bytes:
    line = formatted(message)
    return b"%d %s" % (len(line), line)  # octet counting


def _send_and_close(connection: socket.socket, framed: bytes) -> None:
    connection.sendall(framed)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


def _name(text: str, longest: int) -> str:
    shown = "".join(character if "!" <= character <= "~" else "_" for character in text)
    return shown[:longest] or _NOTHING


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _cut(line: bytes, longest: int) -> bytes:
    """No longer than that, and still whole characters."""
    return line if len(line) <= longest else line[:longest].decode("utf-8", "ignore").encode()
