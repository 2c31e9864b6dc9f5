"""A row of the operation log for programs: one form for `log --json` and for an exported log."""

from player.moments import in_s
from recorder.logrow import LogRow
from recorder.utc import utc_text


def row_object(row: LogRow, *, wall_ns: int) -> dict[str, str | float | int | None]:
    """The row with stable names; `wall_ns` is the recorded machine's clock when it began."""
    return {
        "at_s": in_s(row.at_ns),
        "end_s": in_s(row.end_ns),
        "utc": utc_text(wall_ns),
        "kind": row.kind,
        "text": row.text,
        "detail": row.detail,
        "application": row.application,
        "window": row.window,
        "x_px": row.x_px,
        "y_px": row.y_px,
        "severity": row.severity,
    }
