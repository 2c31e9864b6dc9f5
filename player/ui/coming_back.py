"""What is open cannot be read for a while, as when a share goes away: say so, and go on by itself once it is back."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from player.decoder import Shown
from player.source import Span
from player.ui.access import Level
from recorder.errors import StorageError, WorldError
from resources.ui.inert import visible

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

AGAIN_MS = 1000


class ComingBack(QObject):
    """One for each window."""

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._window = window
        self._is_away = False
        self._said = ""  # of reading on, since it went well last
        self._again = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._again.timeout.connect(window.desk.refresh)
        window.desk.picture_failed.connect(self._failed)
        window.desk.shown.connect(self._shown)
        window.desk.news.connect(self._came)
        window.desk.closed.connect(self._forget)

    def _failed(self, at_ns: int | None, error: WorldError) -> None:
        if at_ns is None:  # it could not be read on; the picture that stands is as true as before
            self._say(str(error))
            return
        self._is_away = isinstance(error, StorageError)
        self._window.stage.show_picture_failure(str(error), is_tried_again=self._is_away)
        if self._is_away:
            self._window.stage.toast.hide()
            self._again.start()

    def _say(self, sentence: str) -> None:
        if sentence != self._said and not self._is_away:  # else it stands in place of the picture
            self._said = sentence
            self._window.stage.toast.say(visible(self._window.look.words.said(sentence)), tone="bad")

    def _came(self, _news: object) -> None:
        self._said = ""

    def _shown(self, _shown: Shown, _found: tuple[Span, ...]) -> None:
        self._again.stop()
        if not self._is_away:
            return
        self._is_away = False
        if self._window.banner.judgement.level is Level.READ_FAILED:  # it can be verified now
            self._window.desk.judge()

    def _forget(self) -> None:
        self._again.stop()
        self._is_away, self._said = False, ""
