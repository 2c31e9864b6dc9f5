"""What is said of the moment under the pointer: its time, its window, and what lies there, by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from player import lanes, timeline
from player.account_words import entry_words
from player.lanes import Marks
from player.source import Span
from player.timeline import Axis
from player.ui.reading import News
from player.ui.what_to_paint import gravest
from recorder.logrow import SEVERITIES
from resources.ui.inert import visible
from resources.ui.look import Look

MOST_LINES = 7


@dataclass(frozen=True, slots=True)
class AxisMarks:
    """Where the pointer is, and the marks that are not the recording's own: bookmarks with what is said of each."""

    axis: Axis
    x_px: float
    bookmarks: Marks
    lines: tuple[str, ...]
    hits: Marks


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with the severity of what it tells, if it is an alert's."""

    text: str
    severity: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The time, the wall clocks, the window ("" if not known), what lies there. `absent`: why there is no picture."""

    time: str
    clocks: str
    window: str
    lines: tuple[Line, ...]
    absent: str


def said_at(news: News, at_ns: int, marks: AxisMarks, *, look: Look, wall: tuple[int, int]) -> Said:
    """What there is to say of this moment."""
    words, (started_ns, offset_s) = look.words, wall
    clocks = timeline.clock_text(started_ns + at_ns, offset_s)
    span = gravest(news.spans, at_ns)
    absent = "" if span is None else f"{words(f'span.{span.kind}')}\n{visible(words.said(span.reason))}"
    if not news.is_read_at(at_ns):
        absent = words("timeline.unread")
    others = [one for one in timeline.spans_at((*news.spans, *news.idle), at_ns) if one is not span]
    lines = [
        *_alerts(news, marks, look),
        *_bookmarks(marks),
        *_account(news, at_ns, look),
        *_spans(others[:2], look),
    ]
    lines += [*_commands(news, marks, look), *_hits(marks, look)]
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES + 1
        lines[MOST_LINES - 1 :] = [Line(words("timeline.more", count=more))]
    return Said(timeline.time_text(at_ns), clocks, _window(news, at_ns, look), tuple(lines), absent)


def _window(news: News, at_ns: int, look: Look) -> str:
    strip = news.columns.windows
    place = lanes.holds(strip, at_ns) if news.is_read_at(at_ns) else None
    if place is None:
        return ""
    if strip.values[place] < 0:
        return look.words("timeline.no_window")
    parts = (news.columns.applications[int(strip.values[place])], news.columns.texts[int(strip.texts[place])])
    return "  ·  ".join(visible(part) for part in parts if part)


def _alerts(news: News, marks: AxisMarks, look: Look) -> Iterator[Line]:
    alerts = news.columns.alerts
    for place in lanes.all_under(marks.axis, alerts, marks.x_px, most=MOST_LINES):
        title = look.words.rules.title(news.columns.texts[int(alerts.texts[place])])
        yield Line(visible(title), min(int(alerts.values[place]), len(SEVERITIES) - 1))


def _bookmarks(marks: AxisMarks) -> Iterator[Line]:
    for place in lanes.all_under(marks.axis, marks.bookmarks, marks.x_px, most=MOST_LINES):
        yield from (Line(visible(line)) for line in marks.lines[int(marks.bookmarks.texts[place])].splitlines())


def _account(news: News, at_ns: int, look: Look) -> Iterator[Line]:
    entry = news.account.at(at_ns)
    if entry is not None:
        start, end = (timeline.time_text(moment_ns, milliseconds=False) for moment_ns in (entry.start_ns, entry.end_ns))
        what = visible(entry_words(entry, look.words))
        yield Line(look.words("account.lane_entry", what=what, start=start, end=end))


def _spans(spans: Sequence[Span], look: Look) -> Iterator[Line]:
    for span in spans:
        kind = look.words.either(f"span.{span.kind}", span.kind)
        yield Line(f"{kind}: {visible(look.words.said(span.reason))}")


def _commands(news: News, marks: AxisMarks, look: Look) -> Iterator[Line]:
    commands = news.columns.commands
    for place in lanes.all_under(marks.axis, commands, marks.x_px, most=3):
        yield Line(look.words("timeline.command", text=visible(news.columns.texts[int(commands.texts[place])])))


def _hits(marks: AxisMarks, look: Look) -> Iterator[Line]:
    found = lanes.under(marks.axis, marks.hits, marks.x_px)
    if found is not None:
        yield Line(look.words("timeline.found", count=found.count))
