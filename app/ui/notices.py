"""Shows the notice at the start, holds the session where the policy wants it, and asks again until it is confirmed."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.resident.news import Asks
from app.resident.notice import notice_of
from app.ui.cover import Cover
from app.ui.notice_card import NoticeCard
from app.ui.screens import stand_in_the_middle
from app.ui.state_told import StateTold
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.purpose import PurposeCheck
from recorder.policy.sections import PurposeAsked
from resources.ui.look import Look
from resources.ui.widgets import bring_forward, make_room, show_beside_work
from resources.words import read_words

AGAIN_AFTER_MS = 300_000
WIDTH_PX = 760


class NoticeWindow(QWidget):
    """The notice where the session is not held: above the others, and put off when it is closed."""

    closed = Signal()

    def __init__(self, card: NoticeCard, title: str) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        card.setProperty("part", "cover_card_in_window")
        column.addWidget(card)
        self.setFixedWidth(WIDTH_PX)
        self.resize(WIDTH_PX, 1)

    def event(self, event: QEvent) -> bool:
        """It is as high as the card wants to be."""
        answer = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return answer

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """It is put off, not confirmed."""
        event.ignore()
        self.closed.emit()


class Notices(QObject):
    """Owns the notice. `confirmed` is emitted once, with the purpose."""

    confirmed = Signal(str)
    changed_language = Signal(str)

    def __init__(
        self, policy: AgentPolicy, asks: Asks, state: StateTold, *, look: Look, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._policy, self._asks, self._state, self._look = policy, asks, state, look
        self._check = PurposeCheck(policy.notice.purpose, policy.notice.purpose_pattern)
        self.is_confirmed = not policy.notice.shown
        self._card: NoticeCard | None = None
        self._window: NoticeWindow | None = None
        self._cover: Cover | None = None
        self._again = QTimer(self, singleShot=True, interval=AGAIN_AFTER_MS)
        self._again.timeout.connect(self.remind)

    @property
    def card(self) -> NoticeCard | None:
        """What is shown now."""
        return self._card

    @property
    def cover(self) -> Cover | None:
        """What holds the session now."""
        return self._cover

    @property
    def holds(self) -> bool:
        """Whether the desktop waits until it is confirmed."""
        return self._policy.notice.hold_session and not self.is_confirmed

    def show(self) -> None:
        """Bring it forward, as asked for. Once it is confirmed it is only read again, and nothing is said of that."""
        self.remind()
        if self._window is not None:
            bring_forward(self._window)

    def remind(self) -> None:
        """Show it, if it is not there: where it does not hold the desktop, whoever types keeps the keys."""
        self._again.stop()
        if self._card is None:
            self._put(self._look.words.language, purpose="")

    def stop(self) -> None:
        """The program ends."""
        self._again.stop()
        self._take_away()

    def _put(self, language: str, *, purpose: str) -> None:
        look = Look(read_words(language), self._look.colours)
        notice = notice_of(self._policy, look.words)
        check = PurposeCheck(PurposeAsked.NO) if self.is_confirmed else self._check
        card = NoticeCard(notice, check, look=look, holds=self.holds, purpose=purpose)
        card.confirmed.connect(self._confirm)
        card.put_off.connect(self._put_off)
        card.language_chosen.connect(self._speak, Qt.ConnectionType.QueuedConnection)
        self._card = card
        if self.holds:
            elsewhere = look.words("agent_notice.elsewhere")
            self._cover = Cover(card, self._state, title=notice.title, elsewhere=elsewhere, look=look, parent=self)
            self._cover.show()
        else:
            self._window = NoticeWindow(card, notice.title)
            self._window.closed.connect(self._put_off)
            make_room(self._window)
            stand_in_the_middle(self._window)
            show_beside_work(self._window)
        if not self.is_confirmed:
            self._asks.notice_shown(language, notice.as_said())

    def _speak(self, language: str) -> None:
        """The same in another language: that is another text which the operator was told."""
        if self._card is None or language == self._card.notice.language:
            return
        purpose = self._card.purpose.text()
        self._take_away()
        self._put(language, purpose=purpose)
        if self._window is not None:
            bring_forward(self._window)
        self.changed_language.emit(language)

    def _confirm(self, purpose: str) -> None:
        self._take_away()
        if not self.is_confirmed:
            self.is_confirmed = True
            self._asks.notice_acknowledged(purpose)
            self.confirmed.emit(purpose)

    def _put_off(self) -> None:
        self._take_away()
        if not self.is_confirmed:
            self._again.start()

    def _take_away(self) -> None:
        if self._cover is not None:
            self._cover.take_away()
            self._cover.deleteLater()
            self._cover = None
        if self._window is not None:
            self._window.hide()
            self._window.deleteLater()
            self._window = None
        if self._card is not None:
            self._card.deleteLater()
            self._card = None
