"""What was typed and clicked in the last seconds before a moment: from the operation log, so right in any direction."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from recorder.logrow import LogRow
from recorder.pieces import CUTTING_WORDS, ERASED, INJECTED, LOST_AFTER, LOST_BEFORE

TYPED_SHOWN_NS = 4_000_000_000
CLICK_SHOWN_NS = 1_500_000_000
LONGEST_TEXT = 200  # characters of one stroke: the last ones are shown
_MARKS = frozenset({INJECTED, LOST_BEFORE, LOST_AFTER})
_INPUT = frozenset({"text", "keys", "activity", "click", "scroll"})
_MOST_ROWS = 400  # that are looked at before the moment
_PAUSE_NS = 1_500_000_000  # typed text after it is shown apart


@dataclass(frozen=True, slots=True)
class Stroke:
    """Keys in the order they were pressed: `kind` is "text", "key" or "activity" (which keys is not recorded).

    `last_ns` is when the last of it was pressed; `presses` how often a key was pressed in a row.
    """

    kind: str
    text: str
    last_ns: int
    presses: int = 1


@dataclass(frozen=True, slots=True)
class ClickMark:
    """A click a short while ago: where on the desktop, how long ago, and of which button if it was not the left one."""

    x_px: int
    y_px: int
    age_ns: int
    words: str = ""


def strokes_before(rows: Sequence[LogRow], at_ns: int, *, shown_ns: int = TYPED_SHOWN_NS) -> tuple[Stroke, ...]:
    """What was typed in the last seconds, the oldest first. Nothing that was typed after the moment.

    What was begun earlier and typed on without a pause is told from its beginning: half a command is another command.
    """
    found: list[Stroke] = []
    for row in reversed(list(_input_rows(rows, at_ns, at_ns - shown_ns))):
        for stroke in _strokes_of(row):
            if stroke.last_ns <= at_ns:
                _append(found, stroke)
    return tuple(stroke for stroke in found if stroke.last_ns > at_ns - shown_ns)


def clicks_before(
    rows: Sequence[LogRow],
    at_ns: int,
    *,
    shown_ns: int = CLICK_SHOWN_NS,
    say: Callable[[LogRow], str] = lambda row: row.text,
) -> tuple[ClickMark, ...]:
    """The clicks of the last moments, the newest first; `say` says a row in the person's language."""
    clicks = (row for row in _input_rows(rows, at_ns, at_ns - shown_ns) if row.kind == "click")
    return tuple(
        ClickMark(row.x_px, row.y_px, at_ns - row.at_ns, "" if row.text == "Left click" else say(row))
        for row in clicks
        if row.x_px is not None and row.y_px is not None and row.at_ns > at_ns - shown_ns
    )


def _input_rows(rows: Sequence[LogRow], at_ns: int, since_ns: int) -> Iterator[LogRow]:
    """What the operator did up to this moment and not only before `since_ns`, the newest first.

    One piece of input ends where the next begins, so what came before one that is over is over too.
    """
    last = bisect_right(rows, at_ns, key=lambda row: row.at_ns)
    for place in range(last - 1, max(-1, last - 1 - _MOST_ROWS), -1):
        row = rows[place]
        if row.kind in _INPUT:
            if row.end_ns <= since_ns:
                return
            yield row


def _strokes_of(row: LogRow) -> Iterator[Stroke]:
    if row.kind == "text":
        yield from _typed(row)
    elif row.kind == "keys":
        words, _, count = row.text.rpartition(" ×")
        if words and count.isdecimal():
            # Only the times of the first and the last press are recorded.
            yield Stroke("key", words, row.at_ns)
            yield Stroke("key", words, row.end_ns, int(count) - 1)
        else:
            yield Stroke("key", row.text, row.at_ns)
    elif row.kind == "activity":
        yield Stroke("activity", "", row.at_ns)
        yield Stroke("activity", "", row.end_ns)


def _typed(row: LogRow) -> Iterator[Stroke]:
    """Every key of a typed piece, erasing ones among them, and the one that ended it."""
    text, times = (row.text, row.text_at_ns) if row.also_at_ns is None else (row.also, row.also_at_ns)
    if times is None:
        return
    for character, at_ns in zip(text, times, strict=False):
        yield Stroke("key" if character == ERASED else "text", character, at_ns)
    parts = [part for part in row.detail.split(" · ") if part not in _MARKS]
    was_ended_later = not times or row.end_ns > times[-1]
    if was_ended_later and parts and parts[-1].rpartition("+")[2] in CUTTING_WORDS:
        yield Stroke("key", parts[-1], row.end_ns)


def _append(found: list[Stroke], stroke: Stroke) -> None:
    """Put it to the one before where it belongs to it."""
    before = found[-1] if found else None
    if before is None or before.kind != stroke.kind or stroke.last_ns - before.last_ns > _PAUSE_NS:
        found.append(stroke)
    elif stroke.kind == "text":
        found[-1] = Stroke("text", (before.text + stroke.text)[-LONGEST_TEXT:], stroke.last_ns)
    elif before.text == stroke.text:
        found[-1] = replace(stroke, presses=before.presses + stroke.presses)
    else:
        found.append(stroke)
