"""Says on the screen that nothing is recorded, why, and what to do: nobody reads standard error on a desktop."""

import enum

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from app.resident.standing import Standing
from app.ui.application import prepared_application, user_settings
from app.ui.state_icon import state_icon, state_pixmap
from resources.ui.dressing import dress, make_look
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.scrolling_dialog import ScrollingDialog
from resources.ui.widgets import make_room, plain_label

WIDTH_PX = 600
SIGN_PX = 36


class Leaving(enum.Enum):
    """How the window went away."""

    AGAIN = "the person wants it tried again"
    CLOSED = "the person closed it"
    WAITED = "it stood for its time"


class FailureWindow(ScrollingDialog):
    """Above the other windows. `left` tells how it went away."""

    left = Signal(object)

    def __init__(self, sentence: str, *, look: Look) -> None:
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint)
        words = look.words
        self.setWindowTitle(words("agent_failure.title"))
        self.setWindowIcon(state_icon(look, Standing.NOT_RECORDING, "bad"))
        self.setFixedWidth(WIDTH_PX)
        self.resize(WIDTH_PX, 1)
        column = self.column
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(14)
        sign = plain_label()
        sign.setPixmap(state_pixmap(look, Standing.NOT_RECORDING, "bad", SIGN_PX, ratio=self.devicePixelRatioF()))
        head.addWidget(sign)
        head.addWidget(plain_label(words("agent_failure.title"), part="big", wraps=True), 1)
        column.addLayout(head)
        column.addWidget(plain_label(words("agent_failure.text"), wraps=True))
        column.addSpacing(4)
        column.addWidget(plain_label(words("agent_failure.why"), part="section"))
        self.reason = plain_label(visible(words.said(sentence)), wraps=True, selectable=True)
        column.addWidget(self.reason)
        column.addWidget(plain_label(words("agent_failure.what_to_do"), wraps=True))
        column.addWidget(plain_label(words("agent_failure.comes_back"), part="dim", wraps=True))
        self._fill_foot(look)
        make_room(self)
        self.again.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """It is put away; nothing is recorded all the same."""
        event.accept()
        self.left.emit(Leaving.CLOSED)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away like its button."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _fill_foot(self, look: Look) -> None:
        self.foot.addStretch(1)
        self.put_away = QPushButton(look.words("agent_failure.close"))
        self.put_away.setAutoDefault(False)
        self.put_away.clicked.connect(self.close)
        self.again = QPushButton(look.words("agent_failure.again"))
        self.again.setDefault(True)
        self.again.clicked.connect(lambda: self.left.emit(Leaving.AGAIN))
        self.foot.addWidget(self.put_away)
        self.foot.addWidget(self.again)


def show_failure(sentence: str, *, stands_s: float, takes_keys: bool) -> Leaving:
    """Show the window for so long, or until the person leaves it."""
    application = prepared_application()
    look = make_look(user_settings())
    dress(look)
    window = FailureWindow(sentence, look=look)
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, not takes_keys)
    told: list[Leaving] = []

    def leave(how: Leaving) -> None:
        told.append(how)
        application.exit(0)

    window.left.connect(leave)
    QTimer.singleShot(round(1000 * stands_s), window, lambda: leave(Leaving.WAITED))
    window.show()
    window.raise_()
    application.exec()
    window.blockSignals(True)
    window.hide()
    window.deleteLater()
    return told[0] if told else Leaving.CLOSED
