"""A connection between the two processes that never makes the sender wait: the other one may be stopped."""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from app.agent.supervision.messages import LENGTH, LONGEST_BYTES, Message, packed

T = TypeVar("T")

# What may wait for a process that does not read: news for a window are not worth more, and it is soon replaced.
LOSABLE_BYTES = 2 << 20
MOST_BYTES = 16 << 20


class Channel(Generic[T]):
    """Calls `on_message` and once `on_closed` from a thread of its own.

    What the other one has room for is sent at once; what it has not, by another thread.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        decode: Callable[[bytes], T],
        on_message: Callable[[T], None],
        on_closed: Callable[[], None],
        name: str,
    ) -> None:
        self._socket = connection
        self._decode = decode
        self._on_message = on_message
        self._on_closed = on_closed
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._closed = False
        self._draining = False
        self._condition = threading.Condition()
        self._reader = threading.Thread(target=self._read, name=f"{name}: hears", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"{name}: says", daemon=True)

    def start(self) -> None:
        """Begin to hear and to say."""
        self._reader.start()
        self._writer.start()

    def send(self, message: Message, *, losable: bool = False) -> bool:
        """Say it as soon as the other one hears; False if it is lost. From any thread, never waits."""
        data = packed(message)
        with self._condition:
            most = LOSABLE_BYTES if losable else MOST_BYTES
            if self._closed or self._draining or self._waiting_bytes + len(data) > most:
                return False
            if not self._waiting_bytes:
                data = data[self._said_at_once(data) :]
            if data:
                self._waiting.append(data)
                self._waiting_bytes += len(data)
                self._condition.notify_all()
        return True

    def _said_at_once(self, data: bytes) -> int:
        """How many bytes the system took without anybody waiting. A broken connection is the writer's to meet."""
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except OSError:
            return 0

    def finish(self, timeout_s: float) -> None:
        """Say what waits, for at most so long, then close."""
        with self._condition:
            self._draining = True
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._closed or not self._waiting_bytes, timeout_s)
        self.close()

    def close(self) -> None:
        """End both threads; what waits is lost. Not from one of them."""
        self._shut()
        for thread in (self._reader, self._writer):
            if thread.ident is not None and thread is not threading.current_thread():
                thread.join()
        self._socket.close()

    def _shut(self) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _write(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                data = self._waiting.popleft()
            try:
                self._socket.sendall(data)
            except OSError:
                self._shut()
                return
            with self._condition:
                self._waiting_bytes -= len(data)
                self._condition.notify_all()

    def _read(self) -> None:
        try:
            while (body := self._next()) is not None:
                self._on_message(self._decode(body))
        except (OSError, msgspec.DecodeError):
            pass
        finally:
            self._shut()
            self._on_closed()

    def _next(self) -> bytes | None:
        return next_message(self._socket)


def next_message(connection: socket.socket) -> bytes | None:
    """The next message; None once the other end is closed, or says what is none.

    Raises:
        OSError: the connection is broken.
    """
    head = _exactly(connection, LENGTH.size)
    if head is None:
        return None
    (length,) = LENGTH.unpack(head)
    return _exactly(connection, length) if length <= LONGEST_BYTES else None


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    found = bytearray()
    while len(found) < count:
        block = connection.recv(min(count - len(found), 1 << 16))
        if not block:
            return None
        found += block
    return bytes(found)
