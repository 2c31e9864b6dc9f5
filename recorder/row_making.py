"""How the row of one event is made."""

from typing import Any, Protocol

from recorder.logrow import LogRow


class MakeRow(Protocol):
    """Make the row of one event, in the window that was active."""

    def __call__(self, event: Any, *, application: str | None, window: str | None) -> LogRow:
        """The row."""
        ...
