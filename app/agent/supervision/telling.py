"""What the resident's window is told of the recording: the last rows of the operation log, as they are sealed."""

from collections.abc import Callable, Sequence

from app.agent.supervision.messages import Rows, RowSaid
from recorder.events import Event
from recorder.oplog import LogRow, OperationLog, inert

MOST_ROWS = 200  # of one batch: a window shows the last few


class RowTeller:
    """Reads along as the sealer's listener."""

    def __init__(self, tell: Callable[[Rows], None]) -> None:
        self._tell = tell
        self._log = OperationLog()

    def events_sealed(self, events: Sequence[Event]) -> None:
        """Tell the rows that these events complete."""
        rows = [row for event in events for row in self._log.feed(event)]
        if rows:
            self._tell(Rows(tuple(_said(row) for row in rows[-MOST_ROWS:])))


def _said(row: LogRow) -> RowSaid:
    return RowSaid(row.at_ns, row.end_ns, row.kind, inert(row.text), inert(row.detail), row.severity, row.application)
