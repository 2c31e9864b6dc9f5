"""Standard input, output and error as a program meets them: closed, full, cut off, or unable to show a character."""

import contextlib
import errno
import io
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from recorder.errors import StorageError

HEARD_WITHIN_S = 1.0
UNREAD_MOST_BYTES = 8 << 20
UNREAD_LIMIT_S = 2.0  # for who reads late to take the rest
_PIPE_TAKES_BYTES = 4096


def prepare_standard_streams() -> None:
    """Make words of any language sayable on all of them, and open those that are closed to nowhere.

    A closed one would else give its number to the next file that is opened, and what a library then writes to
    "standard error" would lie in the middle of a recording.
    """
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as the program
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(stream: TextIO, text: str) -> bool:
    """Say it now, if anybody listens; False if nobody does."""
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        let_go(stream)
        return False
    return True


def say_soon(stream: TextIO, text: str, *, limit_s: float = HEARD_WITHIN_S) -> bool:
    """The same for who must not wait for the reader, who may have stopped to read; False too if it was not said."""
    try:
        return _written_within(stream, _encoded(stream, text), limit_s)
    except OSError:
        let_go(stream)
        return False


class UnhurriedOut:
    """What is written to a stream or a pipe by who must not wait for its reader: what is not read yet waits here."""

    def __init__(self, stream: TextIO, *, most_bytes: int = UNREAD_MOST_BYTES) -> None:
        self._stream = stream
        self._most_bytes = most_bytes
        self._waiting = bytearray()

    def write(self, text: str) -> None:
        """Keep it."""
        self._waiting += _encoded(self._stream, text)

    def flush(self, *, limit_s: float = 0.0) -> None:
        """Hand over what the reader has room for. Raises OSError if that failed, or too much waits."""
        if not _written_within(self._stream, self._waiting, limit_s) and len(self._waiting) > self._most_bytes:
            raise self._unread()

    def close(self) -> None:
        """Hand over the rest. Raises OSError if that failed, or nobody reads."""
        self.flush(limit_s=UNREAD_LIMIT_S)
        if self._waiting:
            raise self._unread()

    def _unread(self) -> OSError:
        return OSError(errno.EPIPE, "nobody reads it")


def _encoded(stream: TextIO, text: str) -> bytearray:
    return bytearray(text.encode(stream.encoding or "utf-8", errors="backslashreplace"))


def _written_within(stream: TextIO, data: bytearray, limit_s: float) -> bool:
    """Write and take out what the other end has room for within the limit; True if that was all. Raises OSError."""
    descriptor = _descriptor(stream)
    if descriptor is None:
        stream.write(data.decode(stream.encoding or "utf-8"))
        stream.flush()
        data.clear()
        return True
    until_s, ready = time.monotonic() + limit_s, select.poll()
    ready.register(descriptor, select.POLLOUT)
    while data:
        if not ready.poll(max(0.0, until_s - time.monotonic()) * 1000):
            return False
        del data[: os.write(descriptor, _lines(data))]
    return True


def _lines(data: bytearray) -> bytes:
    """As many whole lines as a pipe takes at once when it takes anything."""
    head = bytes(data[:_PIPE_TAKES_BYTES])
    return head if len(head) == len(data) else head[: head.rfind(b"\n") + 1] or head


def _descriptor(stream: TextIO) -> int | None:
    """Its number where it can be asked whether it has room."""
    try:
        return stream.fileno() if hasattr(select, "poll") else None
    except (OSError, ValueError):
        return None


def let_go(stream: TextIO) -> None:
    """Whoever read this stream has enough, or its disk is full; Python's own flush at the end must not complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def said_or_refused(stream: TextIO) -> Iterator[None]:
    """Write the answer of a program to standard output, where what is lost must not be taken for said.

    Raises:
        BrokenPipeError: whoever read it has enough.
        StorageError: it could not be written.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go(stream)
        msg = f"Standard output cannot be written ({error.strerror}). Check where it goes and the free space there."
        raise StorageError(msg) from error


def write_to_stdout(content: bytes) -> None:
    """Bytes of a file that was asked for as `-`; raises as `said_or_refused` does."""
    with said_or_refused(sys.stdout):
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """While a C library works that writes to standard error what no person asked for; keep it short."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
