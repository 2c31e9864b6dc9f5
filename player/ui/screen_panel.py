"""The picture with its strip of tools: monitors, tools to look closer, fit, real size, zoom."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from player.decoder import Shown
from player.keycaps import clicks_before, strokes_before
from player.source import Span
from player.timeline import time_text
from player.ui.compare_bar import CompareBar
from player.ui.reading import News
from player.ui.screen_painting import Blank
from player.ui.screen_tools import ScreenTools
from player.ui.screen_view import ScreenView
from player.ui.toast import Toast
from player.ui.what_to_paint import GRAVE, blank_of, gravest, notices_of, window_text, without_grave
from recorder.events import Screen
from resources.row_words import RowWords
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import ElidedLabel, icon_button, panel, plain_label, rule, text_button

FOLDED_PX = 290  # besides the monitors: what the zoom and the menu of tools take
UNFOLDED_PX = 460  # besides the monitors: what all the tools and the zoom take
NARROW_PX = 520  # of the panel: below it there is no room for what is written on its buttons


class ScreenPanel(QWidget):
    """Decides what the screen view paints for a moment: the picture, or why there is none."""

    painted = Signal(object)  # Shown: what is painted now, None if there is no moment

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._news: News | None = None
        self._has_recordings, self._is_waiting = True, True  # waiting for a person to choose one
        self._screens: tuple[Screen, ...] = ()
        self._monitor_buttons: list[QToolButton] = []
        self._zoom_buttons: list[QToolButton] = []
        self._sight_buttons: list[QToolButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.shown: Shown | None = None
        self.has_overlay = True
        self._row_words = RowWords(look.words)
        self.view, self.before = ScreenView(look=look), ScreenView(look=look)
        self.compare_bar, self.tools = CompareBar(look=look), ScreenTools(look=look)
        self.toast = Toast(self.view)
        column.addWidget(self._tools())
        column.addWidget(rule())
        column.addWidget(self.compare_bar)
        column.addLayout(self._body(), 1)
        for view in (self.view, self.before):
            view.scale_changed.connect(self._say_scale)
        self.view.sight_changed.connect(self._say_sight)
        self.show_nothing()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """No recording is open."""
        words = self._look.words
        key = "screen.none_open" if self._has_recordings else "screen.none_here"
        self._empty(Blank(words(key), words(f"{key}_text"), "neutral", "application"))
        self._is_waiting = True

    def tell_library(self, *, has_recordings: bool) -> None:
        """Whether there is a recording to choose: what is said while none is open must not point at an empty list."""
        if has_recordings != self._has_recordings:
            self._has_recordings = has_recordings
            if self._is_waiting:
                self.show_nothing()

    def show_opening(self, name: str) -> None:
        """A recording is being opened."""
        words = self._look.words
        text = words("screen.opening_text", name=visible(name))
        self._empty(Blank(words("screen.opening"), text, "neutral", "verdict_checking"))

    def show_failure(self, sentence: str) -> None:
        """A recording could not be opened."""
        self._empty(Blank(self._look.words("screen.failed"), visible(self._look.words.said(sentence)), "bad", "error"))

    def show_recording(self, news: News) -> None:
        """This recording is open; its pictures follow."""
        self._news, self._is_waiting = news, False
        self._let_use(is_open=True)

    def show_news(self, news: News) -> None:
        """The recording has grown, or more of it has been read."""
        self._news = news
        self._say_window()

    def show_shown(self, shown: Shown, found: tuple[Span, ...]) -> None:
        """This is what there was to see; `found` are spans that may tell why something is not there."""
        if self._news is None:
            return
        words, spans = self._look.words, (*self._news.spans, *found)
        span = gravest(spans, shown.at_ns)
        shown = without_grave(shown, span)
        has_all = bool(shown.pictures) and all(picture is not None for picture in shown.pictures)
        notices = notices_of(spans, shown.at_ns, words) if has_all else ()
        if not shown.is_known:
            notices = (*notices, words("screen.not_known"))
        self.shown = shown
        self._paint(None if has_all else self._blank_at(shown.at_ns, span), notices)
        self._say_window()
        self._show_monitors(shown.screens)
        self.painted.emit(shown)

    def show_overlay(self, *, is_shown: bool) -> None:
        """Show what was typed and clicked over the picture, or do not."""
        self.has_overlay = is_shown
        if self.shown is not None:
            self._paint(self.view.blank, self.view.notices)

    def is_read_at(self, at_ns: int) -> bool:
        """Whether all that came before this moment has been read."""
        return self._news is not None and self._news.is_read_at(at_ns)

    def _paint(self, blank: Blank | None, notices: Sequence[str]) -> None:
        shown, news = self.shown, self._news
        if shown is None or news is None:
            return
        clicks = clicks_before(news.rows, shown.at_ns, say=self._row_words.text) if self.has_overlay else ()
        strokes = strokes_before(news.rows, shown.at_ns) if self.has_overlay else ()
        self.view.show_picture(shown, blank=blank, notices=notices, clicks=clicks, strokes=strokes)

    def show_moment(self, at_ns: int) -> None:
        """Playback is here: if this is an altered range, no picture is left standing while the next is decoded."""
        span = gravest(self._news.spans, at_ns) if self._news is not None else None
        if span is not None and span.kind in GRAVE:
            self._hide(blank_of(span, self._look.words))

    def show_picture_failure(self, sentence: str, *, is_tried_again: bool) -> None:
        """The picture of this moment cannot be read."""
        words = self._look.words
        text = visible(words.said(sentence))
        if is_tried_again:
            text += " " + words("screen.tried_again")
        self._hide(Blank(words("screen.picture_failed"), text, "bad", "error"))

    def _hide(self, blank: Blank) -> None:
        """No picture stands here any more, so none can be taken from here either."""
        self.view.show_blank(blank)
        self.shown = None
        self.painted.emit(None)

    def next_monitor(self) -> None:
        """The next monitor alone; after the last, all."""
        numbers: list[int | None] = [None, *(screen.number for screen in self._screens)]
        if len(numbers) > 2:
            place = numbers.index(self.view.only) if self.view.only in numbers else 0
            self._show_only(numbers[(place + 1) % len(numbers)])

    def _blank_at(self, at_ns: int, span: Span | None) -> Blank:
        """Why there is no picture; before the first one, when that comes."""
        words = self._look.words
        if span is None and self._news is not None and len(self._news.change_times_ns):
            first_ns = int(self._news.change_times_ns[0])
            if at_ns < first_ns:
                text = words("screen.before_first_text", time=time_text(first_ns))
                return Blank(words("screen.before_first"), text, "neutral", "kind_screen")
        return blank_of(span, words)

    def _say_window(self) -> None:
        """Which window was active, once the rows of this moment have been read."""
        news, shown = self._news, self.shown
        if news is None or shown is None or not news.is_read_at(shown.at_ns):
            self._about.show_text("")
        else:
            self._about.show_text(visible(window_text(news.rows, shown.at_ns)))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _empty(self, blank: Blank) -> None:
        self._is_waiting = False
        self._news, self.shown = None, None
        self._about.show_text("")
        self._show_monitors(())
        self.view.empty(blank)
        self.tools.show_region("")
        self._let_use(is_open=False)
        self.painted.emit(None)

    def _let_use(self, *, is_open: bool) -> None:
        """The tools can be pressed while there is something that they work on."""
        for part in (self.tools, *self._sight_buttons):
            part.setEnabled(is_open)
        self._say_scale()

    def _body(self) -> QHBoxLayout:
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(1)
        body.addWidget(self.before, 1)
        body.addWidget(self.view, 1)
        self.before.hide()
        return body

    def _tools(self) -> QWidget:
        words, look = self._look.words, self._look
        strip, column = panel()
        row = QHBoxLayout()
        row.setContentsMargins(16, 5, 8, 5)
        row.setSpacing(4)
        column.addLayout(row)
        self._monitors = QHBoxLayout()
        self._monitors.setSpacing(2)
        row.addLayout(self._monitors)
        row.addSpacing(8)
        self._about = ElidedLabel(part="dim")
        row.addWidget(self._about, 1)
        row.addWidget(self.tools)
        row.addSpacing(4)
        row.addWidget(rule(vertical=True))
        self._scale = plain_label("", part="dim")
        row.addSpacing(12)
        row.addWidget(self._scale)
        row.addSpacing(4)
        self.view.setProperty("part", "screen")
        for icon, name, pressed in (
            ("zoom_out", "zoom_out", lambda: self.view.zoom_by_step(-1)),
            ("zoom_in", "zoom_in", lambda: self.view.zoom_by_step(1)),
            ("actual", "real_size", self.view.zoom_to_real_size),
            ("fit", "fit", self.view.fit),
        ):
            button = icon_button(look, icon, words(f"screen.{name}"), pressed=pressed)
            row.addWidget(button)
            self._sight_buttons.append(button)
            if name.startswith("zoom"):
                self._zoom_buttons.append(button)
        return strip

    def _show_monitors(self, screens: Sequence[Screen]) -> None:
        if tuple(screens) == self._screens:
            self._check_monitor()
            return
        self._screens = tuple(screens)
        for button in self._monitor_buttons:
            self._monitors.removeWidget(button)
            button.deleteLater()
        self._monitor_buttons = []
        if len(screens) > 1:
            words = self._look.words
            self._add_monitor(words("screen.all_monitors"), "monitors", None)
            for screen in screens:
                name = visible(screen.name or str(screen.number))
                size = f"{screen.area.width}×{screen.area.height}"
                self._add_monitor(f"{name} {size}", "monitor", screen.number, short=name)
        self._check_monitor()
        self._make_room()

    def _make_room(self) -> None:
        """Where there is no room for the monitors' sizes, their names alone, so that each of them can be chosen."""
        is_narrow = self.width() < NARROW_PX
        self._name_monitors(is_short=False)
        if is_narrow or self.width() < self._monitors_px() + FOLDED_PX:
            self._name_monitors(is_short=True)
        for button in self._monitor_buttons:
            button.setMinimumWidth(min(button.sizeHint().width(), 64) if is_narrow else button.sizeHint().width())
        for button in self._zoom_buttons:
            button.setVisible(not is_narrow or not self._monitor_buttons)
        self.tools.fold(is_folded=self.width() < self._monitors_px() + UNFOLDED_PX)

    def _monitors_px(self) -> int:
        return sum(button.sizeHint().width() + 2 for button in self._monitor_buttons)

    def _name_monitors(self, *, is_short: bool) -> None:
        for button in self._monitor_buttons:
            short = str(button.property("short"))
            style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if is_short:
                style = Qt.ToolButtonStyle.ToolButtonTextOnly if short else Qt.ToolButtonStyle.ToolButtonIconOnly
            button.setToolButtonStyle(style)
            button.setText(short if is_short and short else f" {button.toolTip()}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._make_room()

    def _add_monitor(self, text: str, icon: str, number: int | None, *, short: str = "") -> None:
        button = text_button(self._look, text, text, icon=icon)
        button.setCheckable(True)
        button.setProperty("monitor", -1 if number is None else number)
        button.setProperty("short", short)
        button.clicked.connect(lambda: self._show_only(number))
        self._monitors.addWidget(button)
        self._monitor_buttons.append(button)

    def _show_only(self, number: int | None) -> None:
        self.view.show_only(number)
        self._check_monitor()

    def _check_monitor(self) -> None:
        chosen = -1 if self.view.only is None else self.view.only
        for button in self._monitor_buttons:
            button.setChecked(button.property("monitor") == chosen)

    def _say_scale(self) -> None:
        view = self.before if self.view.isHidden() else self.view
        self._scale.setText("" if self._news is None else f"{view.scale * view.devicePixelRatioF():.0%}")

    def _say_sight(self) -> None:
        """Which part of the desktop is in sight, in words: for screen readers, and on the button that leads back."""
        words, seen, region = self._look.words, self.view.seen, self.view.region
        size = f"{seen.width}×{seen.height}"
        place = {"size": size, "left": seen.left, "top": seen.top}
        key = "view.sight_whole" if self.view.is_fitted else "view.sight_part"
        scale = f"{self.view.scale * self.view.devicePixelRatioF():.0%}"
        self.view.setAccessibleDescription(words(key, scale=scale, **place))
        if region is None:
            self.tools.show_region("")
        else:
            self.tools.show_region(f"{region.width}×{region.height}", words("view.whole_tip", **place))
