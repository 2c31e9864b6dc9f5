"""Holds the desktop where nothing can be recorded for want of room, and ends the session, as the policy wants it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton

from app.resident.locking import Outcome
from app.resident.news import AlertRaised, Asks, StorageEnds
from app.ui.answer_dialogs import Countdown
from app.ui.cover import Cover
from app.ui.doing import Doing
from app.ui.growing_card import GrowingCard
from app.ui.state_told import StateTold
from recorder.policy.sections import Response
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label

ENDED_AFTER_S = 15
STILL_HERE_MS = 20_000  # a desktop that was asked to end its session is gone by then
RULE = "storage"


class StorageCard(GrowingCard):
    """What happened, what follows, and a button for who does not want to wait for it."""

    over = Signal()

    def __init__(self, told: StorageEnds, *, look: Look, seconds: int) -> None:
        super().__init__()
        words = look.words
        self._words = words
        sign = look.pixmap("kind_storage", look.colours.bad, size_px=32)
        column = self.headed(sign, words("agent_storage_end.title"))
        column.addWidget(plain_label(words("agent_storage_end.text"), wraps=True))
        self.follows = plain_label(part="title", wraps=True)
        column.addWidget(self.follows)
        column.addWidget(plain_label(visible(words.said(told.problem)), part="dim", wraps=True))
        self.now = QPushButton(words("agent_response.end_now"))
        self.now.setMinimumHeight(34)
        self.now.clicked.connect(self._over)
        column.addWidget(self.now, 0, Qt.AlignmentFlag.AlignRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()  # not the button: whoever types on must not press it
        self.countdown = Countdown(seconds, self._second, parent=self)
        self.countdown.start()

    def tell_asked(self) -> None:
        """The desktop was asked to end the session."""
        self.follows.setText(self._words("agent_storage_end.asked"))

    def tell_held(self) -> None:
        """There is no way to end it: it waits."""
        self.follows.setText(self._words("agent_storage_end.held"))

    def _second(self, left_s: int) -> None:
        self.follows.setText(self._words("agent_storage_end.follows", seconds=left_s))
        if not left_s:
            self._over()

    def _over(self) -> None:
        self.countdown.stop()
        self.now.hide()
        self.over.emit()


class StorageEnding(QObject):
    """Owns the cover. It goes away by itself once something is recorded again."""

    def __init__(
        self,
        asks: Asks,
        end: Callable[[], Outcome],
        state: StateTold,
        *,
        look: Look,
        ended_after_s: int = ENDED_AFTER_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._asks, self._end, self._state = asks, end, state
        self._look, self._ended_after_s = look, ended_after_s
        self._doing = Doing(self)
        self._alert: AlertRaised | None = None
        self.card: StorageCard | None = None
        self.cover: Cover | None = None
        self._still_here = QTimer(self, singleShot=True, interval=STILL_HERE_MS)
        self._still_here.timeout.connect(self._stays)

    def begin(self, told: StorageEnds) -> None:
        """Nothing is recorded any more."""
        if self.cover is not None:
            return
        title = self._look.words("agent_storage_end.title")
        self._alert = AlertRaised(0, RULE, title, "high", told.problem, (Response.END_SESSION.value,))
        self.card = StorageCard(told, look=self._look, seconds=self._ended_after_s)
        self.card.over.connect(self._end_now)
        self.cover = Cover(self.card, self._state, title=title, elsewhere=title, look=self._look, parent=self)
        self.cover.show()

    def lift(self) -> None:
        """Something is recorded again."""
        self._still_here.stop()
        if self.cover is not None:
            self.cover.take_away()
            self.cover.deleteLater()
            self.cover = None
        if self.card is not None:
            self.card.countdown.stop()
            self.card.deleteLater()
            self.card = None

    def stop(self) -> None:
        """The program ends."""
        self._doing.stop()
        self.lift()

    def _end_now(self) -> None:
        self._doing.do(self._end, self._ended)

    def _ended(self, outcome: Outcome) -> None:
        if outcome.way is None:
            self._tell(f"not ended, held instead ({outcome.said})")
            self._hold()
            return
        self._tell(f"ended by {outcome.way}")
        if self.card is not None:
            self.card.tell_asked()
            self._still_here.start()

    def _stays(self) -> None:
        self._tell("not ended although it was asked for, held instead")
        self._hold()

    def _hold(self) -> None:
        if self.card is not None:
            self.card.tell_held()

    def _tell(self, outcome: str) -> None:
        assert self._alert is not None
        self._asks.response_given(self._alert, Response.END_SESSION.value, outcome, "")
