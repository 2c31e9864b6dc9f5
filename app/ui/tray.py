"""The tray icon, while the desktop has a tray: StatusNotifier or XEmbed, as Qt finds it."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

# Where there is none, the indicator stands in for it; one that goes must not leave the desktop without both.
LOOKED_EVERY_MS, LOOKED_FOR_EVERY_MS = 2000, 6000


class Tray(QObject):
    """Looks again and again whether there is a tray: panels start after us, and may be started anew."""

    opened = Signal()
    changed = Signal(bool)  # whether the icon is shown in a tray now

    def __init__(self, menu: QMenu, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._menu = menu
        self._icon: QSystemTrayIcon | None = None
        self._sign, self._tip = QIcon(), ""
        self._clock = QTimer(self, interval=LOOKED_FOR_EVERY_MS, timerType=Qt.TimerType.VeryCoarseTimer)
        self._clock.timeout.connect(self.look)

    @property
    def is_there(self) -> bool:
        """Whether the icon is shown."""
        return self._icon is not None

    def start(self) -> None:
        """Look now, and from now on."""
        self.look()
        self._clock.start()

    def stop(self) -> None:
        """The program ends."""
        self._clock.stop()
        self._let_go()

    def tell(self, sign: QIcon, tip: str) -> None:
        """Show this sign; the tip is what the icon says when the pointer rests on it."""
        self._sign, self._tip = sign, tip
        if self._icon is not None:
            self._icon.setIcon(sign)
            self._icon.setToolTip(tip)

    def look(self) -> None:
        """Show the icon if there is a tray, let go of it if there is none."""
        is_available = QSystemTrayIcon.isSystemTrayAvailable()
        if is_available == self.is_there:
            return
        if is_available:
            self._show()
        else:
            self._let_go()
        self._clock.setInterval(LOOKED_EVERY_MS if is_available else LOOKED_FOR_EVERY_MS)
        self.changed.emit(is_available)

    def _show(self) -> None:
        icon = QSystemTrayIcon(self._sign, self)
        icon.setToolTip(self._tip)
        icon.setContextMenu(self._menu)
        icon.activated.connect(self._activated)
        icon.show()
        self._icon = icon

    def _let_go(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def _activated(self, how: QSystemTrayIcon.ActivationReason) -> None:
        if how in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()
