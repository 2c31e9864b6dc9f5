"""Coverage and samples of the whole library: asked on the page of the queue, made in the background."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from player.review.queue import Covered
from player.ui.background import Line
from player.ui.coverage_dialog import CoverageDialog
from player.ui.sample_dialog import SampleDialog
from resources.ui.signals import HomeCarrier

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class CoverageController(QObject):
    """Made by the window. Its methods without underscore are commands of `keys.py`, but `stop`."""

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._window, self._access = window, window.desk.access
        self._home = HomeCarrier(self)
        self._counting, self._drawing = (Line(name, home=self._home.carry) for name in ("counting", "drawing"))
        self.coverage_dialog: CoverageDialog | None = None
        self.sample_dialog: SampleDialog | None = None
        queue = window.review.queue_view
        queue.coverage_button.clicked.connect(self.show_coverage)
        queue.sample_button.clicked.connect(self.draw_sample)

    def show_coverage(self) -> None:
        """How much of the library was reviewed."""
        if self.coverage_dialog is None:
            dialog = self.coverage_dialog = CoverageDialog(look=self._window.look, parent=self._window)
            dialog.recording_chosen.connect(lambda folder: self._window.desk.open(folder))
            dialog.closed.connect(self._coverage_closed)
            self._count()
        self.coverage_dialog.show()
        self.coverage_dialog.activateWindow()

    def draw_sample(self) -> None:
        """Draw a sample of the library."""
        if self.sample_dialog is None:
            dialog = self.sample_dialog = SampleDialog(look=self._window.look, parent=self._window)
            dialog.wanted.connect(self._draw)
            dialog.recording_chosen.connect(lambda folder: self._window.desk.open(folder))
            dialog.closed.connect(self._sample_closed)
        self.sample_dialog.show()
        self.sample_dialog.activateWindow()

    def stop(self) -> None:
        """End the threads."""
        self._counting.stop()
        self._drawing.stop()
        self._home.shut()

    def _count(self) -> None:
        def work(keep_on: Callable[[], None]) -> Sequence[Covered]:
            def progress(done: int, total: int) -> None:
                keep_on()
                self._home.carry(lambda: self._counted_so_far(done, total))

            return self._access.coverage(progress)

        self._counting.ask(
            work,
            then=lambda covered: self.coverage_dialog.show_covered(covered) if self.coverage_dialog else None,
            failed=lambda error: self.coverage_dialog.show_problem(str(error)) if self.coverage_dialog else None,
        )

    def _counted_so_far(self, done: int, total: int) -> None:
        if self.coverage_dialog is not None:
            self.coverage_dialog.show_progress(done, total)

    def _coverage_closed(self) -> None:
        self._counting.forget()
        self.coverage_dialog = None

    def _draw(self) -> None:
        dialog = self.sample_dialog
        if dialog is not None:
            self._drawing.ask(
                lambda _keep_on: self._access.listing(),
                then=lambda listing: dialog.show_library(listing.entries, listing.problem),
                failed=lambda error: dialog.show_problem(str(error)),
            )

    def _sample_closed(self) -> None:
        self._drawing.forget()
        self.sample_dialog = None
