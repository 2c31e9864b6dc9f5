"""What every way of sending has in common: what it may say went wrong, and that it never takes for ever."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from app.channels.message import AlertMessage
from recorder.errors import WorldError

ANSWER_S = 10.0  # what a server may take for one step
LIMIT_S = 30.0  # and for everything that is sent at once


class ServerAwayError(WorldError):
    """The server cannot be reached, or does not do its work now: everything is tried again later."""


class MessageRefusedError(WorldError):
    """The server answers, but does not take this message; others may go."""


class BadAnswerError(ServerAwayError):
    """The server answers, and not well: which of server and message it is, only its other answers tell."""


class PartlyTakenError(WorldError):
    """The server took a message for some of its receivers. `is_final`: none of the others will ever get it there."""

    def __init__(self, said: str, takers: Sequence[str], *, is_final: bool) -> None:
        super().__init__(said)
        self.takers = tuple(takers)
        self.is_final = is_final


class Channel(Protocol):
    """One way out."""

    @property
    def most_at_once(self) -> int:
        """How many messages `send` takes at a time."""
        ...

    def send(self, messages: Sequence[AlertMessage], limit: "TimeLimit") -> None:
        """Hand the messages over; back only when the other side has them, as far as its protocol can tell.

        Raises:
            ServerAwayError: none of them counts as sent.
            BadAnswerError: the same; the messages are then sent one by one.
            MessageRefusedError: the same; only raised for a single message.
            PartlyTakenError: some have it; only raised for a single message, by a channel for several.
        """
        ...


@runtime_checkable
class ChannelForSeveral(Channel, Protocol):
    """One way out to several receivers, each of whom may be refused."""

    def without(self, takers: Collection[str]) -> Channel:
        """The same way, for a message that these have already."""
        ...


class TimeLimit:
    """Cuts a connection when its time is over, or when nobody waits for it any more.

    A timeout of a socket counts from byte to byte: a server that sends one every few seconds holds it for ever.
    """

    def __init__(self, seconds: float = LIMIT_S) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._is_over = False

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count from now."""
        timer = threading.Timer(self._seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            with self._lock:
                self._held = None

    def hold(self, connection: socket.socket) -> None:
        """This is what to cut. A connection is given again when TLS has been put around it."""
        with self._lock:
            self._held = connection
            if self._is_over:
                self._cut_held()

    def check(self) -> None:
        """A connection that was cut looks like one that the server closed: say which it was.

        Raises:
            TimeoutError: it was cut.
        """
        with self._lock:
            if self._is_over:
                raise TimeoutError

    def cut(self) -> None:
        """End it now."""
        with self._lock:
            self._is_over = True
            self._cut_held()

    def _cut_held(self) -> None:
        if self._held is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)  # not TLS's own, which would wait for an answer


def trusting(ca_file: str, limit: TimeLimit) -> ssl.SSLContext:
    """TLS that trusts these certificates; "": the system's. `limit` holds each of its connections from the start on."""

    class Held(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            limit.hold(self)  # a server may be long in greeting
            super().do_handshake(block)

    try:
        context = ssl.create_default_context(cafile=str(Path(ca_file).expanduser()) if ca_file else None)
    except (OSError, RuntimeError) as error:  # RuntimeError: no home folder is known
        msg = f"The certificates in {ca_file} cannot be used ({error}); name a PEM file as ca_file in the policy."
        raise ServerAwayError(msg) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = Held
    return context


def secret_in(path: str) -> str:
    """What a secret's file holds."""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, RuntimeError) as error:  # RuntimeError: no home folder is known
        msg = f"The secret in {path} cannot be read ({error}); see secret_file in the policy."
        raise ServerAwayError(msg) from error


@contextlib.contextmanager
def speaking_to(whom: str) -> Iterator[None]:
    """Say in one sentence what kept us from reaching it."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        msg = (
            f"{whom} shows a certificate that is not trusted here ({error.verify_message}); see ca_file in the policy."
        )
        raise ServerAwayError(msg) from error
    except TimeoutError as error:
        msg = f"{whom} does not answer in time; it is tried again."
        raise ServerAwayError(msg) from error
    except OSError as error:
        msg = f"{whom} cannot be reached ({error.strerror or error}); it is tried again."
        raise ServerAwayError(msg) from error
