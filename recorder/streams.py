"""Standard input, output and error as a program meets them: closed, full, cut off, or unable to show a character."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from recorder.errors import StorageError


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
