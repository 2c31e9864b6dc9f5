"""What the resident's window is told of the recording, as it is sealed: rows, policy, storage."""

from collections.abc import Callable, Sequence

from app.agent.supervision.messages import Message, PolicySaid, Rows, RowSaid, StorageSaid
from recorder.agent_events import PolicyInForce, StorageState
from recorder.events import Event
from recorder.oplog import LogRow, OperationLog, inert

MOST_ROWS = 200  # of one batch: a window shows the last few


class Teller:
    """Reads along as the sealer's listener. `last` hears what holds until it is said otherwise."""

    def __init__(self, tell: Callable[[Rows], None], *, last: Callable[[Message], None]) -> None:
        self._tell = tell
        self._last = last
        self._log = OperationLog()

    def events_sealed(self, events: Sequence[Event]) -> None:
        """Tell the rows that these events complete, the policy in force, and the state of the storage."""
        for event in events:
            if isinstance(event, PolicyInForce):
                self._last(PolicySaid(event.version, event.organisation, event.sha256, event.root))
            elif isinstance(event, StorageState):
                self._last(StorageSaid(event.state, event.free_bytes, event.action))
        rows = [row for event in events for row in self._log.feed(event)]
        if rows:
            self._tell(Rows(tuple(_said(row) for row in rows[-MOST_ROWS:])))


def _said(row: LogRow) -> RowSaid:
    return RowSaid(row.at_ns, row.end_ns, row.kind, inert(row.text), inert(row.detail), row.severity, row.application)
