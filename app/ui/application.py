"""The resident's Qt application: started by whoever supervises, told news from any thread, ended from any thread."""

import os
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QSettings, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app.resident.news import Alive, Asks, News
from app.ui.answers import real_desktop
from app.ui.lock_seen import LockSeen
from app.ui.resident import ResidentDesk
from recorder.policy.agent_policy import AgentPolicy
from resources.ui.settings import Settings
from resources.ui.shared_values import keep_shared_values
from resources.ui.signals import HomeCarrier

_CV2_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")  # it points Qt at its own, of another version
_DISPLAY_LOST = "The X11 connection broke"
_BUS = "DBUS_SESSION_BUS_ADDRESS"
CONFIRMED = "notice_confirmed_for"


@dataclass(frozen=True, slots=True)
class Outside:
    """What the application is given: the policy with who signed it, whom to ask, and what to do when the display goes.

    `display_lost` is called in the window's thread and does not return: Qt would end the process at once.
    `session_id` is the recording that goes on, "" if a new one begins.
    """

    policy: AgentPolicy
    root: bytes
    asks: Asks
    now_ns: Callable[[], int]
    display_lost: Callable[[], None]
    session_id: str = ""


class ResidentApplication:
    """`run` on the main thread; `tell` and `quit` from any."""

    def __init__(self, outside: Outside, *, settings: Settings | None = None) -> None:
        self._qt = prepared_application()
        self._outside = outside
        self._home = HomeCarrier()
        self._settings = settings if settings is not None else user_settings()
        lock_seen = LockSeen(os.environ)
        self.desk = ResidentDesk(
            outside.policy,
            outside.root,
            outside.asks,
            self._settings,
            desktop=real_desktop(os.environ, is_locked=lock_seen.is_locked),
            lock_seen=lock_seen,
            now_ns=outside.now_ns,
        )
        if outside.session_id and self._settings.value(CONFIRMED, "") == outside.session_id:
            self.desk.notices.is_confirmed = True  # they did, before this process took over

    def run(self, start: Callable[[], None]) -> None:
        """Show everything, call `start`, and return once `quit` was called."""
        before = qInstallMessageHandler(self._qt_says)
        try:
            self.desk.start()
            start()
            self._qt.exec()
        finally:
            self.desk.stop()
            self._home.shut()
            qInstallMessageHandler(before)

    def tell(self, news: News) -> None:
        """Something happened. That all is well wakes nobody."""
        if isinstance(news, Alive):
            self.desk.hear_alive()
        else:
            self._home.carry(lambda: self.desk.hear(news))

    def keep_confirmed(self, session_id: str) -> None:
        """The notice was confirmed for this recording: whoever takes over does not ask again."""
        self._home.carry(lambda: self._settings.setValue(CONFIRMED, session_id))

    def open(self) -> None:
        """Show the window."""
        self._home.carry(self.desk.open)

    def quit(self) -> None:
        """It is over. Not `QApplication.quit`, which asks the windows, and ours do not let themselves be closed."""
        self._home.carry(lambda: self._qt.exit(0))

    def _qt_says(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        """Qt says that the display is gone right before it ends the process: the recording is to be closed first."""
        del context
        if _DISPLAY_LOST in text:
            self._outside.display_lost()
        elif kind is not QtMsgType.QtDebugMsg:
            os.write(2, f"tachiai-agent: {text}\n".encode("utf-8", "replace"))


def prepared_application() -> QApplication:
    """Qt's application object, made ready for windows of ours; there can be one only."""
    keep_shared_values()
    for name in _CV2_VARIABLES:
        os.environ.pop(name, None)
    start_no_bus(os.environ)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["tachiai-agent"])
    application.setApplicationName("Tachiai")
    application.setDesktopFileName("tachiai-agent")
    application.setStyle("Fusion")
    application.setQuitOnLastWindowClosed(False)
    return application


def start_no_bus(environment: MutableMapping[str, str]) -> None:
    """Where there is no session bus, Qt would start one that outlives us: go without."""
    if environment.get(_BUS):
        return
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    if not runtime or not (Path(runtime) / "bus").is_socket():
        environment[_BUS] = "disabled:"


def user_settings() -> QSettings:
    """The operator's own choices, in their configuration folder."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "tachiai", "agent")
