"""What the operator is shown because of an alert: a message that must be read, a question, a countdown."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QWidget

from app.resident.news import AlertRaised
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.scrolling_dialog import ScrollingDialog
from resources.ui.widgets import plain_label

WIDTH_PX = 560
READ_AFTER_S = 3
LONGEST_SAID = 2000
SECOND_MS = 1000


class AnswerDialog(ScrollingDialog):
    """Above the other windows; it goes away by an answer only. `answered`: an outcome, and what was said.

    However long the rule's reason is, what is asked and the buttons are on the screen.
    """

    answered = Signal(str, str)

    def __init__(self, title: str, icon: str, tone: str, alert: AlertRaised, when: str, *, look: Look) -> None:
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint)
        self.look, self.alert = look, alert
        self._is_over = False
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH_PX)
        self.resize(WIDTH_PX, 1)
        self.column.setSpacing(10)
        self.foot.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(12)
        sign = plain_label()
        sign.setPixmap(look.pixmap(icon, getattr(look.colours, tone), size_px=24))
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(plain_label(title, part="big", wraps=True), 1)
        self.column.addLayout(head)
        self.column.addWidget(
            plain_label(visible(look.words.rules.title(alert.title)), part="title", wraps=True, selectable=True)
        )
        self.often = plain_label(part="warn", wraps=True)
        self.often.hide()
        self.column.addWidget(self.often)
        if alert.reason:
            self.column.addWidget(
                plain_label(visible(look.words.rules.reason(alert.reason)), wraps=True, selectable=True)
            )
        rule = look.words("agent_response.rule", rule=visible(alert.rule))
        moment = look.words("agent_response.when", time=when)
        self.column.addWidget(plain_label(f"{rule}  ·  {moment}", part="dim", wraps=True))

    def tell_count(self, count: int) -> None:
        """It happened so often since."""
        self.often.setVisible(count > 1)
        self.often.setText(self.look.words("agent_response.again", count=count))

    def answer(self, outcome: str, said: str = "") -> None:
        """It is over; it is said once."""
        if not self._is_over:
            self._is_over = True
            self.hide()
            self.answered.emit(outcome, said)

    def closeEvent(self, event: QCloseEvent) -> None:
        """It cannot be closed without an answer."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape answers nothing."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)


class WarningDialog(AnswerDialog):
    """A message that must be read: its button waits a few seconds."""

    def __init__(self, alert: AlertRaised, when: str, *, look: Look) -> None:
        super().__init__(look.words("agent_response.warn_title"), "kind_alert", "warn", alert, when, look=look)
        self.read = QPushButton()
        self.read.clicked.connect(lambda: self.answer("read"))
        self.foot.addWidget(self.read)
        self.countdown = Countdown(READ_AFTER_S, self._second, parent=self)
        self.countdown.start()

    def _second(self, left_s: int) -> None:
        words = self.look.words
        self.read.setEnabled(not left_s)
        self.read.setText(
            words("agent_response.warn_wait", seconds=left_s) if left_s else words("agent_response.warn_read")
        )
        if not left_s:
            self.read.setDefault(True)
            self.read.setFocus()


class ReasonAsked(AnswerDialog):
    """A question with room for an answer. Not to answer is an answer too."""

    def __init__(self, alert: AlertRaised, when: str, *, look: Look) -> None:
        super().__init__(look.words("agent_response.reason_title"), "kind_response", "warn", alert, when, look=look)
        words = look.words
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(words("agent_response.reason_line"))
        self.text.setAccessibleName(words("agent_response.reason_line"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(5 * self.fontMetrics().lineSpacing())
        self.text.textChanged.connect(self._look_at_it)
        later = QPushButton(words("agent_response.reason_later"))
        later.setToolTip(words("agent_response.reason_later_tip"))
        later.setAutoDefault(False)
        later.clicked.connect(lambda: self.answer("not now"))
        self.later = later
        self.send = QPushButton(words("agent_response.reason_send"))
        self.send.setDefault(True)
        self.send.clicked.connect(lambda: self.answer("answered", self.said))
        self.foot.addWidget(later)
        self.foot.addWidget(self.send)
        self.keep_below(
            plain_label(words("agent_response.reason_text"), wraps=True),
            self.text,
            plain_label(words("agent_response.reason_later_tip"), part="dim", wraps=True),
        )
        self._look_at_it()
        self.text.setFocus()
        self.text.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click into the line gives it the keys also where no window manager does."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.activateWindow()
        return super().eventFilter(watched, event)

    @property
    def said(self) -> str:
        """What was answered."""
        return self.text.toPlainText().strip()

    def _look_at_it(self) -> None:
        if len(self.text.toPlainText()) > LONGEST_SAID:
            self.text.setPlainText(self.text.toPlainText()[:LONGEST_SAID])
        self.send.setEnabled(bool(self.said))


class EndingDialog(AnswerDialog):
    """A countdown to the end of the session, with the reason. It can be shortened, not stopped."""

    def __init__(self, alert: AlertRaised, when: str, *, seconds: int, look: Look) -> None:
        super().__init__(look.words("agent_response.end_title"), "error", "bad", alert, when, look=look)
        self.left: QLabel = plain_label(wraps=True)
        self.keep_below(self.left)
        self.now = QPushButton(look.words("agent_response.end_now"))
        self.now.setAutoDefault(False)
        self.now.clicked.connect(self._over)
        self.foot.addWidget(self.now)
        self.countdown = Countdown(seconds, self._second, parent=self)
        self.countdown.start()

    def _second(self, left_s: int) -> None:
        self.left.setText(self.look.words("agent_response.end_text", seconds=left_s))
        if not left_s:
            self._over()

    def _over(self) -> None:
        self.countdown.stop()
        self.answer("over")


class Countdown(QTimer):
    """Tells how many seconds are left, at once and then every second, until none is."""

    def __init__(self, seconds: int, tell: Callable[[int], None], *, parent: QWidget | None = None) -> None:
        super().__init__(parent, interval=SECOND_MS)
        self._left_s, self._tell = seconds, tell
        self.timeout.connect(self._second)
        tell(seconds)

    def _second(self) -> None:
        self._left_s -= 1
        if self._left_s <= 0:
            self.stop()
        self._tell(max(0, self._left_s))
