"""A row of the operation log, and text made safe to show."""

import unicodedata
from dataclasses import dataclass

from recorder.clock import NS_PER_S

JOINERS = frozenset("\u200c\u200d")  # Persian words and emoji sequences are not readable without them
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the operation log.

    `at_ns` is when it began and `end_ns` when it ended (equal for an instant), in the session's time. `kind` is one of
    `KINDS`. `text` is what a person reads and what is searched; `detail` is the rest, in words ("" if there is none).
    `application` and `window` are the active window's executable name (or class) and title then, None if not known.
    `text_at_ns` gives for each character of `text` when it was typed, None for rows that were not typed.
    `x_px`, `y_px` is where it happened on the desktop, None where that has no meaning.
    `continues` says that this typed text goes on where the last typed row stopped: only a pause lies between them.
    `also` are more words, one thing a line, by which a search finds the row (what was typed and erased, a path), and
    `also_at_ns` the times of its characters, where it was typed. `severity` is one of `SEVERITIES`.
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
    continues: bool = False
    also: str = ""
    also_at_ns: tuple[int, ...] | None = None
    severity: str = "informational"


SEVERITIES = ("informational", "low", "medium", "high", "critical")  # from the least to the gravest
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
    "alert",  # a rule fired
    "response",  # what was done about it
    "evasion",  # a sign that somebody does not want to be recorded
    "hidden",  # keys where what is typed is not recorded
    "mask",  # areas whose pixels are not recorded
    "policy",  # which one holds, and the notice to the operator
    "device",
    "storage",
    "unknown",  # an event of a newer version
)


def inert(text: str) -> str:
    """The same number of characters, with those that would act (control, direction, line ends) shown as signs.

    A terminal, a spreadsheet or a widget that shows the result cannot be made to do anything by it.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # the Unicode pictures of control characters
    if code == 0x7F:
        return "\u2421"
    if unicodedata.category(character) in HIDDEN and character not in JOINERS:
        return "\ufffd"
    return character


def counted_words(count: int, one: str, many: str = "") -> str:
    """How many of a thing: "1 segment", "2 segments"; `many` where that does not end in an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def span_words(length_ns: int) -> str:
    """A length of time as a person says it: "0.4 s", "12 s", "3 min 5 s", "8 h 2 min"."""
    seconds = abs(length_ns) / NS_PER_S
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
