"""Where the plain log goes to: an ordinary file, or a pipe or a device whose reader nobody waits for."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recorder.errors import StorageError
from recorder.evidence.beside import refuse_evidence
from recorder.real_path import real_path
from recorder.session.plain_log import Out
from recorder.streams import UnhurriedOut

PRIVATE = 0o600  # it holds in clear what is sealed beside it
# Opening a pipe that nobody reads would wait for a reader, and no signal would end that.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class PlainOut:
    """What takes the log, and what hands on the rest of it at the end."""

    out: Out
    end: Callable[[], None]


@contextlib.contextmanager
def plain_out(path: Path) -> Iterator[PlainOut]:
    """Open it for the log, empty.

    Raises:
        StorageError: it cannot be written, or is a pipe that nobody reads.
    """
    refuse_evidence(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _AT_ONCE, PRIVATE)
        is_file = stat.S_ISREG(os.fstat(handle).st_mode)
        if _AT_ONCE:
            os.set_blocking(handle, True)
        stream = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        why = "nobody reads this pipe" if error.errno == errno.ENXIO else error.strerror
        msg = f"The plain log {path} cannot be written: {why}. Choose another file for --log."
        raise StorageError(msg) from error
    try:
        if is_file:
            yield PlainOut(stream, stream.flush)
        else:
            unhurried = UnhurriedOut(stream)
            yield PlainOut(unhurried, unhurried.close)
    finally:
        with contextlib.suppress(OSError):  # what could not be written is in the plain log's `failure` already
            stream.close()


def are_one_file(video: Path, plain_log: str) -> bool:
    """Whether the two would be written over each other."""
    if plain_log == "-":
        return False
    try:
        return real_path(video) == real_path(Path(plain_log)) or video.samefile(plain_log)
    except OSError:  # not there yet, or cannot be looked at: opening it says why
        return False
