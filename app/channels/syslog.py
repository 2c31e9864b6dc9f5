"""Alerts to a syslog server: RFC 5424 messages, over TLS (RFC 5425) or UDP (RFC 5426).

None of these answers a message. Over TLS a server that ends the connection by itself has not taken what was sent: it
has to stand for a while before we say farewell, and then the server has to close it too. A kernel whose program did not
read everything resets the connection instead, maybe only after it said that nothing more comes. Over UDP nobody knows.
"""

import datetime
import os
import select
import socket
import ssl
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from app.channels.message import AlertMessage
from app.channels.sending import ANSWER_S, BadAnswerError, ServerAwayError, TimeLimit, speaking_to, trusting
from recorder.policy.sections import Transport

TLS_PORT, UDP_PORT = 6514, 514
STANDS_S = 1.0  # a proxy whose own server is away, or a daemon that ends, closes sooner
RESET_S = 1.0  # and says in this time that it threw away what it had not read
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
            with socket.create_connection((self.host, self.port or TLS_PORT), timeout=ANSWER_S) as connection:
                limit.hold(connection)
                with trusting(self.ca_file, limit).wrap_socket(connection, server_hostname=self.host) as secured:
                    self._send_tls(secured, b"".join(_framed(message) for message in messages), limit)
                limit.check()

    def _send_tls(self, secured: ssl.SSLSocket, framed: bytes, limit: TimeLimit) -> None:
        try:
            is_closed = _ends_within(secured, 0)
            if not is_closed:
                secured.settimeout(ANSWER_S)
                secured.sendall(framed)
                is_closed = _ends_within(secured, STANDS_S) or not _is_farewell_heard(secured)
        except (ConnectionError, ssl.SSLEOFError):
            is_closed = True
        except ssl.SSLError as error:
            msg = f"The syslog server {self.host} broke off ({error.reason}); it is tried again."
            raise ServerAwayError(msg) from error
        if is_closed:
            limit.check()
            msg = f"The syslog server {self.host} closed the connection without reading everything; it is tried again."
            raise BadAnswerError(msg)

    def _send_udp(self, messages: Sequence[AlertMessage]) -> None:
        family, kind, protocol, _, address = socket.getaddrinfo(
            self.host, self.port or UDP_PORT, type=socket.SOCK_DGRAM
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


def _ends_within(secured: ssl.SSLSocket, seconds: float) -> bool:
    """Whether the server says that it is done, or just closes."""
    secured.settimeout(seconds)
    try:
        while secured.recv(4096):
            pass  # it has nothing to say
    except (TimeoutError, ssl.SSLWantReadError):
        return False
    return True


def _is_farewell_heard(secured: ssl.SSLSocket) -> bool:
    """Say that nothing more comes; whether the server closes with everything read, as far as its kernel tells."""
    secured.settimeout(ANSWER_S)
    try:
        secured.unwrap()
    except ssl.SSLEOFError:  # it closed without TLS's farewell, as many do
        return not _is_reset_within(secured, RESET_S)
    return True


def _is_reset_within(secured: ssl.SSLSocket, seconds: float) -> bool:
    """Whether the connection breaks, which was closed by the other side in good order."""
    if sys.platform == "win32":  # which has no such call
        return False
    poll = select.poll()
    poll.register(secured, 0)  # errors alone
    return bool(poll.poll(seconds * 1000))


def _name(text: str, longest: int) -> str:
    shown = "".join(character if "!" <= character <= "~" else "_" for character in text)
    return shown[:longest] or _NOTHING


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _cut(line: bytes, longest: int) -> bytes:
    """No longer than that, and still whole characters."""
    return line if len(line) <= longest else line[:longest].decode("utf-8", "ignore").encode()
