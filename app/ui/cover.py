"""Covers every screen, above all other windows, and takes the keyboard: what stands on it is all that can be used.

X11 has no stronger way for a program: a text console, another machine, and a client that keeps raising its own window
are out of its reach. What is done there meanwhile is recorded like everything else, and the cover is back on top soon.
"""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.state_badge import StateBadge
from app.ui.state_told import StateTold
from resources.ui.look import Look
from resources.ui.widgets import plain_label

HELD_EVERY_MS = 300
CARD_PX = 760
MARGIN_PX = 40
BADGE_MARGIN_PX = 8  # beside the card's own margin, which it has to itself
_FLAGS = (
    Qt.WindowType.Window
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.BypassWindowManagerHint
)


class Pane(QWidget):
    """What covers one screen. It cannot be closed by a person."""

    def __init__(self, screen: QScreen, state: StateTold, *, look: Look) -> None:
        super().__init__(None, _FLAGS)
        self.setProperty("part", "cover")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        self.badge = StateBadge(state, look=look, on=self, margin_px=BADGE_MARGIN_PX)
        self.setScreen(screen)
        self.fit(screen)

    def fit(self, screen: QScreen) -> None:
        """Cover all of this screen."""
        self.setGeometry(screen.geometry())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Only its owner takes it away."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The badge stays in its corner."""
        super().resizeEvent(event)
        self.badge.stand()

    def showEvent(self, event: QShowEvent) -> None:
        """The keys go here."""
        super().showEvent(event)
        self.raise_()
        self.activateWindow()


class Cover(QObject):
    """A pane on every screen, whatever becomes of the screens; the card stands on the first one."""

    def __init__(
        self, card: QWidget, state: StateTold, *, title: str, elsewhere: str, look: Look, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._card, self._state, self._title, self._elsewhere, self._look = card, state, title, elsewhere, look
        self._panes: dict[QScreen, Pane] = {}
        self._clock = QTimer(self, interval=HELD_EVERY_MS)
        self._clock.timeout.connect(self._hold)
        self._has_keyboard = False

    @property
    def panes(self) -> tuple[Pane, ...]:
        """What covers the screens now."""
        return tuple(self._panes.values())

    def show(self) -> None:
        """Cover the screens, and with them the indicator: the panes say what it says."""
        self._state.covers += 1
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._screens_changed)
        application.screenRemoved.connect(self._screens_changed)
        self._cover()
        self._hold()
        self._clock.start()

    def take_away(self) -> None:
        """The desktop can be used again. The card is the owner's."""
        self._state.covers -= 1
        self._clock.stop()
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.disconnect(self._screens_changed)
        application.screenRemoved.disconnect(self._screens_changed)
        self._card.setParent(None)
        for pane in self._panes.values():
            pane.windowHandle().setKeyboardGrabEnabled(False)
            pane.hide()
            pane.deleteLater()
        self._panes = {}
        self._has_keyboard = False

    def _screens_changed(self, _screen: QScreen) -> None:
        self._has_keyboard = False
        self._cover()

    def _cover(self) -> None:
        screens = QGuiApplication.screens()
        for gone in [screen for screen in self._panes if screen not in screens]:
            pane = self._panes.pop(gone)
            if self._card.parentWidget() is pane:
                self._card.setParent(None)
            pane.hide()
            pane.deleteLater()
        for screen in screens:
            if screen not in self._panes:
                self._panes[screen] = self._pane(screen)
        self._put_card(self._panes[QGuiApplication.primaryScreen()])

    def _pane(self, screen: QScreen) -> Pane:
        pane = Pane(screen, self._state, look=self._look)
        screen.geometryChanged.connect(lambda _area: pane.fit(screen))
        word = plain_label(self._elsewhere, part="cover_word")
        word.setObjectName("elsewhere")
        word.setAlignment(Qt.AlignmentFlag.AlignCenter)
        pane.column.addWidget(word)
        pane.show()
        return pane

    def _put_card(self, pane: Pane) -> None:
        if self._card.parentWidget() is pane:
            return
        for other in self._panes.values():
            other.setWindowTitle(self._title if other is pane else self._elsewhere)
            word = other.findChild(QWidget, "elsewhere")
            if word is not None:
                word.setVisible(other is not pane)
        self._card.setFixedWidth(min(CARD_PX, pane.width() - 2 * MARGIN_PX))
        pane.column.addStretch(1)
        pane.column.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        pane.column.addStretch(1)
        self._card.show()

    def _hold(self) -> None:
        """Stay above, and keep the keyboard. Asking for what it has already changes nothing that is seen."""
        for pane in self._panes.values():
            pane.raise_()
        if not self._has_keyboard:  # another program may hold it for a moment
            self._has_keyboard = self._card.window().windowHandle().setKeyboardGrabEnabled(True)
        if not self._card.window().isActiveWindow():
            self._card.window().activateWindow()
