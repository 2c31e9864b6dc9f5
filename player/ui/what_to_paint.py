"""What stands in for a picture that is not there, what is said over one that is, and which clicks are still seen."""

from bisect import bisect_right
from collections.abc import Sequence

from player import timeline
from player.source import Span
from player.ui.inert import visible
from player.ui.screen_painting import CLICK_SHOWN_NS, Blank, ClickMark
from player.words import Words
from recorder.logrow import LogRow

GRAVE = frozenset({"altered", "missing"})
_ORDER = ("altered", "missing", "gap")  # the gravest first
_TONES = {"altered": "bad", "missing": "bad", "gap": "warn"}
_ICONS = {"altered": "verdict_altered", "missing": "verdict_altered", "gap": "kind_gap"}
_ROWS_LOOKED_AT = 200


def gravest(spans: Sequence[Span], at_ns: int) -> Span | None:
    """Of the gaps, altered and missing ranges that hold this moment, the one that matters most."""
    here = [span for span in timeline.spans_at(spans, at_ns) if span.kind in _ORDER]
    return min(here, key=lambda span: _ORDER.index(span.kind), default=None)


def blank_of(span: Span | None, words: Words) -> Blank:
    """What is painted in place of a picture that this span took away; without a span, that there is none."""
    if span is None:
        return Blank(words("screen.no_picture"), words("screen.no_picture_text"), "neutral", "kind_screen")
    times = f"{timeline.time_text(span.start_ns)} – {timeline.time_text(span.end_ns)}"
    text = f"{visible(words.said(span.reason))}\n{times}"
    return Blank(words(f"screen.{span.kind}"), text, _TONES[span.kind], _ICONS[span.kind])


def notices_of(spans: Sequence[Span], at_ns: int, words: Words) -> tuple[str, ...]:
    """What is not recorded at this moment although there is a picture (the input, say)."""
    here = (span for span in timeline.spans_at(spans, at_ns) if span.kind == "gap")
    return tuple(
        words("screen.span", title=words("span.gap"), reason=visible(words.said(span.reason))) for span in here
    )


def clicks_seen(rows: Sequence[LogRow], at_ns: int) -> tuple[ClickMark, ...]:
    """The clicks of the last moments before this one."""
    last = bisect_right(rows, at_ns, key=lambda row: row.at_ns)
    marks = []
    for place in range(last - 1, max(-1, last - 1 - _ROWS_LOOKED_AT), -1):
        row = rows[place]
        if row.at_ns < at_ns - CLICK_SHOWN_NS:
            break
        if row.kind == "click" and row.x_px is not None and row.y_px is not None:
            marks.append(ClickMark(row.x_px, row.y_px, at_ns - row.at_ns))
    return tuple(marks)


def window_text(rows: Sequence[LogRow], at_ns: int) -> str:
    """The application and window that were active then; "" if not known."""
    last = bisect_right(rows, at_ns, key=lambda row: row.at_ns)
    for place in range(last - 1, max(-1, last - 1 - _ROWS_LOOKED_AT), -1):
        parts = [part for part in (rows[place].application, rows[place].window) if part]
        if parts or rows[place].kind == "window":
            return "  ·  ".join(parts)
    return ""
