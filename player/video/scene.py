"""What a video shows at a moment, drawn: screens as they stood, pointer, clicks, cards, black areas, the strip."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from player import drawing
from player.decoder import Shown
from player.drawing import Canvas, Pixels
from player.source import Picture, Pointer, Source, Span
from player.timeline import clock_text, spans_at, time_text
from player.video.burning import StripText, black_out, draw_card, draw_strip, length_text, strip_height
from player.video.plan import Cut, Timetable
from player.video.redaction import Redactions, redactions_at
from player.video.words import VideoWords
from recorder.clock import NS_PER_S
from recorder.geometry import Rect
from recorder.logrow import LogRow, inert

CLICK_SHOWN_NS = 400_000_000
CUT_TOLD_NS = 2 * NS_PER_S
HIDING = ("altered", "missing", "unreadable", "gap")  # the gravest first
GRAVE = frozenset({"altered", "missing", "unreadable"})


@dataclass(frozen=True, slots=True)
class Desktop:
    """The screens at a moment, with a reason for each picture that is not there (None: not known)."""

    shown: Shown
    why: Span | None
    redactions: Redactions

    @property
    def likeness(self) -> tuple[object, ...]:
        """As long as it is the same, so is what is drawn."""
        pictures = tuple(None if one is None else (one.at_ns, one.exact) for one in self.shown.pictures)
        return self.shown.screens, pictures, self.why, self.redactions


@dataclass(frozen=True, slots=True)
class Look:
    """All that a picture of the video is drawn from; equal looks are equal pictures."""

    desktop: tuple[object, ...]
    pointer: Pointer | None
    clicks: tuple[tuple[LogRow, float], ...]
    strip: StripText | None


class Scene:
    """Looks at moments in order, and draws. `has_strip`: a strip lies under the picture."""

    def __init__(
        self,
        recording: Source,
        canvas: Canvas,
        table: Timetable,
        *,
        redactions: Redactions,
        words: VideoWords,
        has_strip: bool,
    ) -> None:
        self._recording = recording
        self._inner = canvas
        self._cuts = table.cuts
        self._redactions = redactions
        self._words = words
        self._strip_px = strip_height(canvas.width_px) if has_strip else 0
        self._clicks = _Clicks(recording.rows())
        self._grave = tuple(span for span in recording.spans() if span.kind in GRAVE)
        facts = recording.facts
        self._who = inert(f"{facts.operator} @ {facts.host}   {facts.session_id}")
        self._desktop: Desktop | None = None
        self._drawn: tuple[object, Pixels] | None = None
        self._drawn_strip: tuple[object, Pixels] | None = None

    @property
    def canvas(self) -> Canvas:
        """The size of what is drawn."""
        return Canvas(self._inner.width_px, self._inner.height_px + self._strip_px)

    def look(self, at_ns: int, video_ns: int, *, is_content: bool) -> Look:
        """What there is to see then. Between contents, the screens are those of the look before."""
        if is_content or self._desktop is None:
            self._desktop = self._read(at_ns)
        desktop = self._desktop
        pointer = self._recording.pointer_at(at_ns)
        clicks = self._clicks.around(at_ns)
        strip = self._strip_text(desktop, at_ns, video_ns) if self._strip_px else None
        return Look(desktop.likeness, pointer, clicks, strip)

    def draw(self, look: Look) -> Pixels:
        """The picture of the look that was taken last."""
        if self._desktop is None:
            msg = "nothing was looked at yet"
            raise RuntimeError(msg)
        desktop = self._desktop
        if self._drawn is None or self._drawn[0] != look.desktop:
            self._drawn = look.desktop, self._draw_desktop(desktop)
        picture: Pixels = np.empty((self.canvas.height_px, self.canvas.width_px, 3), np.uint8)
        inner = picture[: self._inner.height_px]
        inner[:] = self._drawn[1]
        placement = drawing.place(drawing.desktop_of(desktop.shown.screens), self._inner)
        for click, age in look.clicks:
            drawing.draw_click(inner, click, age, placement)
        if look.pointer is not None:
            drawing.draw_pointer(inner, look.pointer, placement)
        self._black_out(inner, desktop)
        if look.strip is not None:
            picture[self._inner.height_px :] = self._draw_strip(look.strip)
        return picture

    # --- reading ------------------------------------------------------------------------------------------------------

    def _read(self, at_ns: int) -> Desktop:
        screens = self._recording.screens_at(at_ns)
        grave = _gravest(spans_at(self._grave, at_ns))
        # Where an altered range begins, the picture before it is still the last one known: it is not shown either.
        pictures: tuple[Picture | None, ...] = (None,) * len(screens)
        if grave is None:
            pictures = tuple(self._recording.picture_at(screen.number, at_ns) for screen in screens)
        why = grave
        if why is None and (not pictures or any(one is None for one in pictures)):
            why = _gravest(spans_at(self._recording.spans(), at_ns))
        return Desktop(Shown(at_ns, screens, pictures, None), why, redactions_at(self._redactions, at_ns))

    def _strip_text(self, desktop: Desktop, at_ns: int, video_ns: int) -> StripText:
        facts, words = self._recording.facts, self._words
        wall = clock_text(self._recording.wall_ns_at(at_ns), facts.utc_offset_s)
        clock = f"{time_text(at_ns, milliseconds=False)}   {wall}"
        cut = self._cut_before(video_ns)
        if cut is not None:
            return StripText(clock, words.cut.format(length=length_text(cut.end_ns - cut.start_ns)), self._who)
        is_inexact = any(one is not None and not one.exact for one in desktop.shown.pictures)
        return StripText(clock, words.inexact if is_inexact else "", self._who)

    def _cut_before(self, video_ns: int) -> Cut | None:
        place = bisect_right(self._cuts, video_ns, key=lambda cut: cut.video_ns) - 1
        cut = self._cuts[place] if place >= 0 else None
        return cut if cut is not None and video_ns - cut.video_ns < CUT_TOLD_NS else None

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _draw_desktop(self, desktop: Desktop) -> Pixels:
        alone = drawing.fills_canvas(desktop.shown, self._inner)
        if alone is not None:
            return alone

        def say_why(picture: Pixels, area: Rect) -> None:
            draw_card(picture, area, desktop.why, self._words)

        return drawing.draw_desktop(desktop.shown, self._inner, instead=say_why)

    def _black_out(self, inner: Pixels, desktop: Desktop) -> None:
        placement = drawing.place(drawing.desktop_of(desktop.shown.screens), self._inner)
        for redaction in desktop.redactions:
            for screen in desktop.shown.screens:
                if screen.number == redaction.screen:
                    black_out(inner, redaction, screen, placement, self._words)

    def _draw_strip(self, text: StripText) -> Pixels:
        if self._drawn_strip is None or self._drawn_strip[0] != text:
            self._drawn_strip = text, draw_strip(self._inner.width_px, self._strip_px, text)
        return self._drawn_strip[1]


class _Clicks:
    """The clicks of a recording, found by time."""

    def __init__(self, rows: Sequence[LogRow]) -> None:
        self._rows = [row for row in rows if row.kind == "click"]
        self._times_ns = [row.at_ns for row in self._rows]

    def around(self, at_ns: int) -> tuple[tuple[LogRow, float], ...]:
        """Those to be drawn at this moment, with their age from 0 to 1."""
        first = bisect_left(self._times_ns, at_ns - CLICK_SHOWN_NS + 1)
        last = bisect_right(self._times_ns, at_ns)
        return tuple((row, (at_ns - row.at_ns) / CLICK_SHOWN_NS) for row in self._rows[first:last])


def _gravest(spans: Sequence[Span]) -> Span | None:
    here = [span for span in spans if span.kind in HIDING]
    return min(here, key=lambda span: HIDING.index(span.kind), default=None)
