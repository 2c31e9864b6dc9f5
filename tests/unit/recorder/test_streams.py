"""What is said to a reader who does not read waits, or is left out, and keeps nobody."""

import os
from collections.abc import Iterator
from typing import TextIO

import pytest

from recorder.streams import UnhurriedOut, say_soon


class Pipe:
    """A standard stream, and the one who reads it."""

    def __init__(self) -> None:
        self.read_end, write_end = os.pipe()
        self.stream: TextIO = os.fdopen(write_end, "w", encoding="utf-8")
        os.set_blocking(self.read_end, False)

    def read(self) -> str:
        """All that there is."""
        told = b""
        try:
            while more := os.read(self.read_end, 1 << 16):
                told += more
        except BlockingIOError:
            pass
        return told.decode()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    opened = Pipe()
    yield opened
    opened.stream.close()
    os.close(opened.read_end)


def _fill(pipe: Pipe) -> int:
    said = 0
    while say_soon(pipe.stream, "line\n" * 100, limit_s=0.0):
        said += 100
    return said


def test_what_nobody_reads_is_not_said_and_what_was_said_is_whole(pipe: Pipe) -> None:
    said = _fill(pipe)
    assert not say_soon(pipe.stream, "lost\n", limit_s=0.05)
    assert pipe.read() == "line\n" * said
    assert say_soon(pipe.stream, "名前\n", limit_s=0.0)
    assert pipe.read() == "名前\n"


def test_what_is_not_read_yet_waits_and_is_whole_once_it_is(pipe: Pipe) -> None:
    out, lines = UnhurriedOut(pipe.stream), [f"row {number}\n" for number in range(20_000)]
    for line in lines:
        out.write(line)
    out.flush()
    told = ""
    while more := pipe.read():
        assert more.endswith("\n"), "a line was cut where somebody else may write"
        told += more
        out.flush()
    out.close()
    assert told + pipe.read() == "".join(lines)


def test_a_log_that_nobody_reads_ends_with_an_error_and_does_not_grow_without_end(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.streams.UNREAD_LIMIT_S", 0.05)
    _fill(pipe)
    out = UnhurriedOut(pipe.stream, most_bytes=1000)
    out.write("x" * 900 + "\n")
    out.flush()
    out.write("y" * 900 + "\n")
    with pytest.raises(OSError, match="nobody reads"):
        out.flush()
    with pytest.raises(OSError, match="nobody reads"):
        out.close()
