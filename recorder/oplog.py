"""The operation log: events as rows that a person reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the operation log.

    `at_ns` is when it began and `end_ns` when it ended (equal for an instant), in the session's time. `kind` is one of
    `KINDS`. `text` is what a person reads and what is searched; `detail` is the rest, in words ("" if there is none).
    `application` and `window` are the active window's executable name (or class) and title then, None if not known.
    `text_at_ns` gives for each character of `text` when it was typed, None for rows that were not typed.
    `x_px`, `y_px` is where it happened on the desktop, None where that has no meaning.
    """

    at_ns: int
    end_ns: int
    kind: str
    text: str
    detail: str = ""
    application: str | None = None
    window: str | None = None
    text_at_ns: tuple[int, ...] | None = None
    x_px: int | None = None
    y_px: int | None = None


KINDS = (
    "session",  # start, end, who and why
    "text",  # typed text, grouped
    "keys",  # shortcuts and named keys: "Ctrl+C", "Enter", "F5"
    "activity",  # keys were pressed, which ones was not recorded
    "click",
    "scroll",
    "window",
    "clipboard",
    "process",
    "screen",  # monitors came, went, changed
    "lock",
    "idle",
    "clock",
    "source",  # a source of events works, or does not
    "gap",
    "unknown",  # an event of a newer version
)
