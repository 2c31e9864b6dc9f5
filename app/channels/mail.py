"""Alerts as mail, one each. The Message-ID is the alert's own, so that a second copy is known as one."""

import contextlib
import dataclasses
import email.message
import email.policy
import email.utils
import smtplib
import socket
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.channels.message import AlertMessage, as_text
from app.channels.sending import (
    ANSWER_S,
    BadAnswerError,
    MessageRefusedError,
    PartlyTakenError,
    ServerAwayError,
    TimeLimit,
    secret_in,
    speaking_to,
    trusting,
)
from recorder.policy.sections import Transport

USUAL_PORTS = {Transport.TLS: 465, Transport.STARTTLS: 587, Transport.PLAIN: 25}
_LONGEST_SUBJECT = 150
_DOMAIN = "tachiai.invalid"  # RFC 2606: it names no machine


@dataclass(frozen=True, slots=True)
class MailChannel:
    """One mail server. `port` 0 is the usual one of its transport."""

    host: str
    sender: str
    recipients: tuple[str, ...]
    port: int = 0
    transport: Transport = Transport.TLS
    user: str = ""
    secret_file: str = ""
    ca_file: str = ""
    takers: frozenset[str] = frozenset()  # who has it already
    most_at_once: int = 1

    def without(self, takers: Collection[str]) -> "MailChannel":
        """The same way, for the others alone."""
        return dataclasses.replace(self, takers=frozenset(takers))

    def send(self, messages: Sequence[AlertMessage], limit: TimeLimit) -> None:
        """Hand them over."""
        whom = f"The mail server {self.host}"
        with speaking_to(whom):
            try:
                self._send(messages, limit)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
                raise _refusal(whom, error) from error
            except smtplib.SMTPServerDisconnected as error:
                limit.check()
                raise _broken_off(whom, error) from error
            except smtplib.SMTPException as error:
                limit.check()
                msg = f"{whom} does not take mail from here ({_words(error)}); see the channel in the policy."
                raise ServerAwayError(msg) from error

    def _send(self, messages: Sequence[AlertMessage], limit: TimeLimit) -> None:
        others = [one for one in self.recipients if one not in self.takers]
        if not others:
            return
        with contextlib.closing(self._connected(limit)) as server:
            for message in messages:
                refused = server.send_message(written(message, self.sender, self.recipients), to_addrs=others)
                if refused:
                    raise self._partly_taken(others, refused)
            with contextlib.suppress(OSError):  # the mail was taken, farewell or not
                server.quit()

    def _partly_taken(self, others: Sequence[str], refused: Mapping[str, tuple[int, bytes]]) -> PartlyTakenError:
        said = f"The mail server {self.host} took this alert for all but {_by_code(refused)}; they are tried again."
        is_final = all(500 <= code < 600 for code, _ in refused.values())
        return PartlyTakenError(said, [one for one in others if one not in refused], is_final=is_final)

    def _connected(self, limit: TimeLimit) -> smtplib.SMTP:
        port = self.port or USUAL_PORTS.get(self.transport, USUAL_PORTS[Transport.TLS])
        around = trusting(self.ca_file, limit) if self.transport is Transport.TLS else None
        server = _HeldServer(self.host, port, limit, around)
        try:
            if self.transport is Transport.STARTTLS:
                server.starttls(context=trusting(self.ca_file, limit))
                _hold(server, limit)
            if self.user:
                server.login(self.user, secret_in(self.secret_file))
        except BaseException:
            server.close()
            raise
        return server


class _HeldServer(smtplib.SMTP):
    """A server that can be cut from the first byte on: its greeting may be long in coming, and TLS's too."""

    def __init__(self, host: str, port: int, limit: TimeLimit, around: ssl.SSLContext | None) -> None:
        self._limit = limit
        self._around = around
        super().__init__(host, port, timeout=ANSWER_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        self._limit.hold(connection)
        return connection if self._around is None else self._around.wrap_socket(connection, server_hostname=host)


def written(message: AlertMessage, sender: str, recipients: Sequence[str]) -> email.message.EmailMessage:
    """The mail itself."""
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    subject = f"[{message.severity}] {message.title} ({message.operator} on {message.host})"
    mail["Subject"] = subject[:_LONGEST_SUBJECT]
    mail["From"], mail["To"] = sender, ", ".join(recipients)
    mail["Date"] = email.utils.format_datetime(email.utils.localtime())
    mail["Message-ID"] = f"<{message.id}@{_DOMAIN}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(message))
    return mail


def _hold(server: smtplib.SMTP, limit: TimeLimit) -> None:
    if server.sock is not None:
        limit.hold(server.sock)


def _refusal(whom: str, error: smtplib.SMTPException) -> MessageRefusedError | BadAnswerError:
    codes = [code for code, _ in error.recipients.values()] if isinstance(error, smtplib.SMTPRecipientsRefused) else []
    if isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    if codes and all(500 <= code < 600 for code in codes):
        return MessageRefusedError(f"{whom} refuses this alert ({_words(error)}).")
    return BadAnswerError(f"{whom} does not take mail now ({_words(error)}); it is tried again.")


def _broken_off(whom: str, error: smtplib.SMTPServerDisconnected) -> Exception:
    """It may be this alert at which the server hangs up, again and again: later ones then have to pass it."""
    if isinstance(error.__context__, TimeoutError):
        return TimeoutError()
    return BadAnswerError(f"{whom} hung up before it took this alert; it is tried again.")


def _by_code(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{whom}: {code}" for whom, (code, _) in refused.items())


def _words(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code(error.recipients)
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(error)
