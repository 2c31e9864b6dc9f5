"""What stands in for a picture that is not there, and what is said over one that is."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from player import timeline
from player.decoder import Shown
from player.source import Picture, Span
from player.ui.screen_painting import Blank
from recorder.logrow import LogRow
from resources.ui.inert import visible
from resources.words import Words

GRAVE = frozenset({"altered", "missing", "unreadable"})
_ORDER = ("altered", "missing", "unreadable", "gap")  # the gravest first
_TONES = {"altered": "bad", "missing": "bad", "unreadable": "bad", "gap": "warn"}
_ICONS = {
    "altered": "verdict_altered",
    "missing": "verdict_altered",
    "unreadable": "verdict_unknown",
    "gap": "kind_gap",
}
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


def without_grave(shown: Shown, span: Span | None) -> Shown:
    """The moment without its pictures if the evidence is altered or missing there.

    Where an altered range begins, the picture before it is still the last one known: it is not shown either. Where only
    one monitor's is gone already, the others' are sound.
    """
    is_whole = all(picture is not None for picture in shown.pictures)
    if span is None or span.kind not in GRAVE or not is_whole:
        return shown
    return replace(shown, pictures=(None,) * len(shown.pictures))


def film_words(picture: Picture) -> str:
    """The key of what is said over a picture that is not exact."""
    return "view.film" if picture.film else "screen.inexact"


def window_text(rows: Sequence[LogRow], at_ns: int) -> str:
    """The application and window that were active then; "" if not known."""
    last = bisect_right(rows, at_ns, key=lambda row: row.at_ns)
    for place in range(last - 1, max(-1, last - 1 - _ROWS_LOOKED_AT), -1):
        parts = [part for part in (rows[place].application, rows[place].window) if part]
        if parts or rows[place].kind == "window":
            return "  ·  ".join(parts)
    return ""
