"""Compare a moment that was pinned with the one that is shown: in the background, again with every picture."""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QObject, Signal

from player.decoder import Shown
from player.differences import Comparison, compare
from player.source import Span
from player.ui.background import Home, Line
from player.ui.desk import Desk
from player.ui.screen_panel import ScreenPanel
from player.ui.screen_view import ScreenView
from player.ui.what_to_paint import blank_of, gravest, without_grave
from recorder.errors import WorldError
from resources.ui.look import Look


class Sides(Enum):
    """What is in sight of the two moments."""

    BOTH = "both"
    A = "a"
    B = "b"


class Comparing(QObject):
    """Moment A is pinned; moment B is wherever playback is."""

    answered = Signal()  # what was asked has been done, or has failed

    def __init__(self, desk: Desk, stage: ScreenPanel, *, look: Look, home: Home, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._stage, self._words = desk, stage, look.words
        self._a: Shown | None = None
        self._sides = Sides.BOTH
        self._is_copying = False
        self._is_working = False
        self._reading, self._comparing = (Line(name, home=home) for name in ("pinning", "comparing"))
        bar = stage.compare_bar
        bar.flip_asked.connect(self.flip)
        bar.both_asked.connect(self.show_both)
        bar.end_asked.connect(self.end)
        stage.painted.connect(self._show_b)
        desk.closed.connect(self.end)
        stage.view.sight_changed.connect(lambda: self._copy_sight(stage.view, stage.before))
        stage.before.sight_changed.connect(lambda: self._copy_sight(stage.before, stage.view))

    @property
    def pinned_ns(self) -> int | None:
        """Moment A; None while nothing is compared."""
        return None if self._a is None else self._a.at_ns

    @property
    def sides(self) -> Sides:
        """What is in sight of the two moments."""
        return self._sides

    @property
    def in_sight(self) -> Shown | None:
        """The moment that is looked at: A if it stands alone, else what is shown now."""
        return self._a if self._a is not None and self._sides is Sides.A else self._stage.shown

    @property
    def is_settled(self) -> bool:
        """Whether what was asked has been answered."""
        return not self._is_working

    def pin(self) -> None:
        """Pin the moment that is shown, or end the comparison if that is the one pinned."""
        shown = self._stage.shown
        if shown is None or not any(picture is not None for picture in shown.pictures):
            self._stage.toast.say(self._words("compare.no_picture"), tone="warn")
        elif self.pinned_ns == shown.at_ns:
            self.end()
        else:
            self._begin(shown, ())

    def pin_at(self, at_ns: int) -> None:
        """Pin another moment: a bookmark's, or where a range begins."""
        read = self._desk.moment_reader()
        if read is None:
            return
        self._is_working = True
        self._reading.ask(
            lambda _keep_on: read(at_ns), then=lambda answer: self._begin(*answer), failed=self._not_pinned
        )

    def pin_marked(self, at_ns: int | None) -> None:
        """Pin a moment that somebody marked; None: there is none."""
        if at_ns is None:
            self._stage.toast.say(self._words("compare.nothing_marked"), tone="warn")
        else:
            self.pin_at(at_ns)

    def flip(self) -> None:
        """The other moment in the same place."""
        if self._a is not None:
            self._show(Sides.B if self._sides is Sides.A else Sides.A)

    def show_both(self) -> None:
        """Both side by side."""
        if self._a is not None:
            self._show(Sides.BOTH)

    def end(self) -> None:
        """Compare no more."""
        self._reading.forget()
        self._comparing.forget()
        self._a = None
        self._show(Sides.BOTH)
        self._stage.view.show_differences({})
        self._rest()

    def stop(self) -> None:
        """End both threads."""
        self._reading.stop()
        self._comparing.stop()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begin(self, shown: Shown, spans: tuple[Span, ...]) -> None:
        span = gravest(spans, shown.at_ns)
        self._a = without_grave(shown, span)
        has_all = all(picture is not None for picture in self._a.pictures)
        self._stage.before.show_picture(self._a, blank=None if has_all else blank_of(span, self._words))
        self._show(self._sides)
        self._copy_sight(self._stage.view, self._stage.before)
        self._show_b(self._stage.shown)

    def _rest(self) -> None:
        self._is_working = False
        self.answered.emit()

    def _not_pinned(self, error: WorldError) -> None:
        self._rest()
        self._stage.toast.say(self._words.said(str(error)), tone="bad")

    def _show(self, sides: Sides) -> None:
        self._sides, is_on, stage = sides, self._a is not None, self._stage
        stage.compare_bar.setVisible(is_on)
        stage.compare_bar.both.setChecked(sides is Sides.BOTH)
        stage.tools.check("compare", is_on=is_on)
        stage.before.show_badge("A" if is_on else "")
        stage.view.show_badge("B" if is_on else "")
        stage.before.setVisible(is_on and sides is not Sides.B)
        stage.view.setVisible(not is_on or sides is not Sides.A)

    def _show_b(self, shown: Shown | None) -> None:
        a, stage = self._a, self._stage
        if a is None:
            return
        for view in (stage.view, stage.before):
            view.show_differences({})
        stage.compare_bar.show_waiting(a.at_ns, None if shown is None else shown.at_ns)
        if shown is None:
            self._comparing.forget()
            self._rest()
            return
        self._is_working = True
        self._comparing.ask(_compared(a, shown), then=self._compared, failed=self._not_compared)

    def _compared(self, comparison: Comparison) -> None:
        areas = {one.number: one.areas for one in comparison.monitors}
        for view in (self._stage.view, self._stage.before):
            view.show_differences(areas)
        self._stage.compare_bar.show_comparison(comparison)
        self._rest()

    def _not_compared(self, error: WorldError) -> None:
        self._rest()
        self._stage.compare_bar.show_failure(self._words.said(str(error)))

    def _copy_sight(self, one: ScreenView, other: ScreenView) -> None:
        if self._a is not None and not self._is_copying:
            self._is_copying = True
            other.take_sight(one)
            self._is_copying = False


def _compared(a: Shown, b: Shown) -> Callable[[Callable[[], None]], Comparison]:
    return lambda _keep_on: compare(a, b)
