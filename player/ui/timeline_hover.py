"""The pointer over the timeline: where it is, and the card that is shown above it."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from player import timeline
from player.drawing import Pixels
from player.ui.reading import News
from player.ui.timeline_card import TimelineCard
from player.ui.timeline_painting import GUTTER_PX
from player.ui.timeline_words import AxisMarks, said_at
from resources.ui.look import Look


class TimelineHover(QObject):
    """Makes the card when the pointer first comes: only then is the view in its window."""

    wanted = Signal(object)  # at_ns: a thumbnail of this moment

    def __init__(self, view: QWidget, *, look: Look) -> None:
        super().__init__(view)
        self._view, self._look = view, look
        self.x_px: float | None = None  # on the axis
        self.card: TimelineCard | None = None

    def show(self, news: News, marks: AxisMarks, wall: tuple[int, int]) -> None:
        """The pointer is here."""
        self.x_px = marks.x_px
        if self.card is None:
            self.card = TimelineCard(look=self._look, parent=self._view.window())
            self.card.wanted.connect(self.wanted)
        at_ns = timeline.time_at(marks.axis, marks.x_px)
        said = said_at(news, at_ns, marks, look=self._look, wall=wall)
        self.card.show_moment(moment_of(news, at_ns), at_ns, said, above=self._view, x_px=GUTTER_PX + marks.x_px)

    def show_thumbnail(self, news: News, at_ns: int, picture: Pixels | None) -> None:
        """This is what the screen showed then; None: it cannot be told."""
        if self.card is not None:
            self.card.show_thumbnail(moment_of(news, at_ns), picture)

    def hide(self) -> None:
        """The pointer has gone."""
        self.x_px = None
        if self.card is not None:
            self.card.hide()

    def forget(self) -> None:
        """Another recording: no thumbnail that was kept holds any more."""
        self.hide()
        if self.card is not None:
            self.card.forget()


def moment_of(news: News, at_ns: int) -> int:
    """The change that the picture of this moment is from: until the next one, all thumbnails are the same."""
    place = timeline.last_at_or_before(news.change_times_ns, at_ns)
    return int(news.change_times_ns[place]) if place is not None else -1
