"""The program's window, and the same window drawn to a file."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from player.ledger.given import Given
from player.ui.access import Access
from player.ui.desktop import Desktop
from player.ui.display import require_display
from player.ui.settings import last_library, user_settings
from player.ui.taking_over import TakingOver
from player.ui.window import PlayerWindow
from recorder.clock import NS_PER_S
from recorder.errors import UnreadableError
from resources.ui.growing_dialog import FRAME_PX
from resources.ui.quitting import Quitting
from resources.ui.settings import Settings, ThrowawaySettings
from resources.ui.shared_values import keep_shared_values

# A timer may change something in the first, its layout asks that of the panel around it for room in the second, and so
# on up to the window's.
LAYING_OUT_ROUNDS = 4
SETTLING_MS = 60_000
_CV2_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def run_window(
    recording: Path | None,
    *,
    library: Path,
    at_s: float | None,
    follow: bool,
    refusal: str = "",
    given: Given | None = None,
    is_library_named: bool = True,
) -> int:
    """Show the window until it is closed; the program's exit status. `refusal`: why what was asked is not opened.

    Where nobody named the library (`is_library_named`), it is the one that the window had last, if that is still there.

    Raises:
        CannotShowError: there is no display here.
    """
    require_display(os.environ)
    application = make_application()
    settings = user_settings()
    folder = library if is_library_named else last_library(settings, otherwise=library)
    desktop = Desktop(_real_access(folder, given), settings=settings)
    window = desktop.window
    _keep_on_screen(window)
    window.show()
    window.desk.list_library()
    if recording is not None:
        window.open(recording, at_ns=None if at_s is None else round(at_s * NS_PER_S), follow=follow)
    elif refusal:
        window.stage.show_failure(refusal)
    quitting = Quitting(application)
    taking_over = TakingOver(desktop)
    try:
        return int(application.exec())
    finally:
        taking_over.stop()
        quitting.stop()


def render_window(
    recording: Path | None,
    *,
    library: Path,
    at_s: float | None,
    size: tuple[int, int],
    out: Path,
    arrange: Callable[[PlayerWindow], None] | None = None,
    appearance: str = "dark",
    language: str = "en",
) -> None:
    """Draw the same window to a PNG without any display, once everything in it has settled.

    `arrange` may still do something with the window (search, zoom) before it is drawn.

    Raises:
        UnreadableError: it did not settle, or the file cannot be written.
    """
    make_application(offscreen=True)
    access = _real_access(library)
    window = make_window(access, settings=ThrowawaySettings(appearance, language))
    try:
        window.resize(QSize(*size))
        window.show()
        window.desk.list_library()
        if recording is not None:
            window.open(recording, at_ns=None if at_s is None else round(at_s * NS_PER_S))
        wait_until_settled(window)
        if arrange is not None:
            arrange(window)
            wait_until_settled(window)
        if not window.grab().save(str(out), "PNG"):
            msg = f"The picture could not be written to {out}; choose a folder that exists and can be written to."
            raise UnreadableError(msg)
    finally:
        window.close()


def make_application(*, offscreen: bool = False) -> QApplication:
    """The one QApplication; made here if there is none."""
    keep_shared_values()
    forget_cv2_variables()
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["tachiai-player"])
    application.setApplicationName("Tachiai")
    application.setOrganizationName("tachiai")
    application.setStyle("Fusion")
    return application


def _keep_on_screen(window: PlayerWindow) -> None:
    """A window is not larger than its screen, with the frame that it will have."""
    if not window.isMaximized() and not window.isFullScreen():
        room = window.screen().availableSize()
        window.resize(window.size().boundedTo(QSize(room.width(), room.height() - FRAME_PX)))


def forget_cv2_variables() -> None:
    """Importing cv2 points Qt's plugins and fonts at its own Qt 5; take that back before Qt starts."""
    import cv2  # noqa: F401  it sets them when it is first imported: let that be over

    for name in _CV2_VARIABLES:
        os.environ.pop(name, None)


def make_window(access: Access, *, settings: Settings) -> PlayerWindow:
    """A window on this library, as the settings want it to look and speak."""
    return Desktop(access, settings=settings).window


def wait_until_settled(window: PlayerWindow) -> None:
    """Run Qt's events until everything asked of the window has been answered and painted."""
    loop, clock = QEventLoop(), QTimer(singleShot=True)
    window.settled.connect(loop.quit)
    clock.timeout.connect(lambda: loop.exit(1))
    clock.start(SETTLING_MS)
    status = 0 if window.is_settled else loop.exec()
    with contextlib.suppress(RuntimeError):
        window.settled.disconnect(loop.quit)
    if status:
        msg = f"The window was not ready after {SETTLING_MS // 1000} seconds; is the machine very busy?"
        raise UnreadableError(msg)
    for _ in range(LAYING_OUT_ROUNDS):
        QTimer.singleShot(0, loop.quit)  # what the last answer has changed is laid out and painted
        loop.exec()


def _real_access(library: Path, given: Given | None = None) -> Access:
    from player.ui.asking import WindowAsker
    from player.ui.real_access import RealAccess

    return RealAccess(library, asker=WindowAsker(given))
