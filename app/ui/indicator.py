"""The small window that says that recording is on, where there is no tray: it folds, it moves, and it stays."""

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.resident.placing import first_place, kept_inside, read, written
from app.resident.standing import Standing
from app.ui.screens import primary_area, usable_areas
from app.ui.state_icon import state_pixmap
from app.ui.state_told import StateTold
from app.ui.window_sight import WindowSight
from recorder.geometry import Rect
from resources.ui.look import Look
from resources.ui.settings import Settings
from resources.ui.widgets import icon_button, name_control, plain_label

PLACE, FOLDED = "indicator_place", "indicator_folded"
SIGN_PX = 20
RAISED_EVERY_MS = 2000
_FLAGS = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.BypassWindowManagerHint  # so it is on every desktop, and no window manager can minimise it
)


class Indicator(QWidget):
    """A sign and a word or two. It cannot be closed: closing folds it to its sign."""

    opened = Signal()
    menu_asked = Signal(QPoint)
    harmed = Signal(str)  # what was done to it

    def __init__(self, state: StateTold, *, look: Look, settings: Settings) -> None:
        super().__init__(None, _FLAGS)
        self._state, self._look, self._settings = state, look, settings
        self._sight = WindowSight()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("part", "indicator")
        self.setAccessibleName(look.words("agent_indicator.name"))
        self.setWindowTitle(look.words("app.name"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sign, self.word, self.fold_button = self._assemble()
        self._grip: QPoint | None = None
        self._settled: tuple[QRect, list[Rect]] = (self.geometry(), [])
        self._was_moved = False
        self._shown: tuple[Standing, str, str] | None = None
        self._above = QTimer(self, interval=RAISED_EVERY_MS, timerType=Qt.TimerType.VeryCoarseTimer)
        self._above.timeout.connect(self._stay_in_sight)
        QGuiApplication.instance().screenAdded.connect(self.settle)  # type: ignore[union-attr]
        QGuiApplication.instance().screenRemoved.connect(self.settle)  # type: ignore[union-attr]
        self._fold(str(settings.value(FOLDED, "no")) == "yes")

    @property
    def is_folded(self) -> bool:
        """Whether only the sign is shown."""
        return self.word.isHidden()

    def tell(self, standing: Standing, tone: str, title: str, text: str) -> None:
        """Show this state. What is grave unfolds it: it must be read."""
        before, self._shown = self._shown, (standing, tone, title)
        if before == self._shown:
            return
        self.sign.setPixmap(state_pixmap(self._look, standing, tone, SIGN_PX, ratio=self.devicePixelRatioF()))
        self.word.setText(title)
        name_control(self, f"{title}. {text}")
        if tone == "bad":
            self._fold(False)
        self.settle()

    def dress(self) -> None:
        """The colours are others."""
        if self._shown is not None:
            standing, tone, _ = self._shown
            self.sign.setPixmap(state_pixmap(self._look, standing, tone, SIGN_PX, ratio=self.devicePixelRatioF()))

    def appear(self) -> None:
        """Be there."""
        self.settle()
        self.show()
        self.raise_()
        self._above.start()

    def vanish(self) -> None:
        """The tray shows it from now on."""
        self._above.stop()
        self._sight.close()
        self.hide()

    def settle(self, *_: object) -> None:
        """Stand where it stood, wholly on a screen."""
        self.layout().activate()  # type: ignore[union-attr]
        self.resize(self.sizeHint())
        kept = read(self._settings.value(PLACE, ""))
        left, top = kept if kept is not None else first_place(self.width(), self.height(), primary_area())
        self._put(left, top)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing folds it."""
        event.ignore()
        self.set_folded(True)

    def set_folded(self, is_folded: bool) -> None:
        """Show the sign alone, or the words too; it is so the next time as well."""
        self._settings.setValue(FOLDED, "yes" if is_folded else "no")
        self._fold(is_folded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Escape folds, the arrows move."""
        step = 16
        moves = {
            Qt.Key.Key_Left: (-step, 0),
            Qt.Key.Key_Right: (step, 0),
            Qt.Key.Key_Up: (0, -step),
            Qt.Key.Key_Down: (0, step),
        }
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.set_folded(not self.is_folded)
        elif event.key() in moves:
            dx, dy = moves[Qt.Key(event.key())]
            self._stand(self.x() + dx, self.y() + dy)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It is gripped."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip, self._was_moved = event.globalPosition().toPoint() - self.pos(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It is dragged, and does not leave the screens."""
        if self._grip is None:
            return
        wanted = event.globalPosition().toPoint() - self._grip
        if self._was_moved or (wanted - self.pos()).manhattanLength() >= QApplication.startDragDistance():
            self._was_moved = True
            self._stand(wanted.x(), wanted.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens the window."""
        if self._grip is not None and not self._was_moved and self.rect().contains(event.position().toPoint()):
            self.opened.emit()
        self._grip = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What else there is."""
        self.menu_asked.emit(event.globalPos())

    def changeEvent(self, event: QEvent) -> None:
        """Other letters have another size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self.settle()

    def _assemble(self) -> tuple[QLabel, QLabel, QToolButton]:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(8)
        sign, word = plain_label(), plain_label(part="indicator_word")
        sign.setFixedSize(SIGN_PX, SIGN_PX)
        word.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        fold = icon_button(
            self._look,
            "chevron_right",
            self._look.words("agent_indicator.fold"),
            pressed=lambda: self.set_folded(not self.is_folded),
        )
        fold.setFixedSize(20, 20)
        row.addWidget(sign)
        row.addWidget(word)
        row.addWidget(fold)
        return sign, word, fold

    def _fold(self, is_folded: bool) -> None:
        self.word.setVisible(not is_folded)
        self.fold_button.setVisible(not is_folded)
        self.layout().setContentsMargins(*((4, 4, 4, 4) if is_folded else (8, 6, 6, 6)))  # type: ignore[union-attr]
        self.settle()

    def _stand(self, left: int, top: int) -> None:
        self._settings.setValue(PLACE, written(*self._put(left, top)))

    def _stay_in_sight(self) -> None:
        """Another program may have put a window above it, or done to it what keeps it from being seen."""
        if self._grip is None:
            self._undo_harm()
        if self._grip is None and self._settled != (self.geometry(), usable_areas()):
            self.settle()
        if not self._state.covers:  # what covers it says the same, and must not flicker
            self.raise_()

    def _put(self, left: int, top: int) -> tuple[int, int]:
        """Stand there, or at the nearest place that is wholly on a screen."""
        areas = usable_areas()
        place = kept_inside(left, top, self.width(), self.height(), areas)
        self.move(*place)
        self._settled = (self.geometry(), areas)
        return place

    def _undo_harm(self) -> None:
        harm = self._sight.harm(int(self.winId()))
        if harm:  # a window of ours that others have hold of is of no use any more
            self.hide()
            self.windowHandle().destroy()
            self.show()
        elif self.geometry() != self._settled[0]:
            harm = "it was pushed away or shrunk"
        if harm:
            self.harmed.emit(harm)
