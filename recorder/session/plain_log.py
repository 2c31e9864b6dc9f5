"""The operation log as a plain text file beside the recording: handy, and not sealed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from recorder.clock import NS_PER_S
from recorder.events import Event
from recorder.oplog import LogRow, OperationLog
from recorder.utc import utc_text


class Out(Protocol):
    """Where it goes; both may raise OSError."""

    def write(self, text: str, /) -> object:
        """Take this."""
        ...

    def flush(self) -> object:
        """Hand on what was written."""
        ...


class PlainLog:
    """Write the rows of the operation log as lines: UTC, seconds, kind, application, text, detail, tab between them."""

    def __init__(self, out: Out, *, started_wall_ns: int, end: Callable[[], None] = lambda: None) -> None:
        self._out = out
        self._end = end
        self._started_wall_ns = started_wall_ns
        self._log = OperationLog()
        self.failure: OSError | None = None

    def events_sealed(self, events: Sequence[Event]) -> None:
        """Write the rows that these events complete."""
        for event in events:
            self._write(self._log.feed(event))

    def close(self) -> None:
        """Write what is left of the piece being typed, and let `end` see to it that all is handed on."""
        self._write(self._log.finish())
        try:
            self._end()
        except OSError as error:
            self.failure = self.failure or error

    def _write(self, rows: Iterable[LogRow]) -> None:
        """A full disk under the plain log must not end the sealed recording: the failure is kept for the report."""
        if self.failure is not None:
            return
        try:
            for row in rows:
                self._out.write(format_row(row, started_wall_ns=self._started_wall_ns) + "\n")
            self._out.flush()
        except OSError as error:
            self.failure = error


def format_row(row: LogRow, *, started_wall_ns: int) -> str:
    """One row as one line of text."""
    cells = (
        utc_text(started_wall_ns + row.at_ns),
        f"{row.at_ns / NS_PER_S:.3f}",
        row.kind,
        row.application or "",
        row.text,
        row.detail,
    )
    return "\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in cells).rstrip("\t")
