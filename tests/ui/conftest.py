"""A window on a library that is not there, and a clock that stands still until it is turned."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent

from app.ui.lock_seen import LockSeen
from app.ui.resident import ResidentDesk
from player.ui.desk import Desk
from player.ui.real_access import RealAccess
from player.ui.window import PlayerWindow
from resources.ui.dressing import make_look
from resources.ui.settings import ThrowawaySettings
from resources.ui.shared_values import keep_shared_values
from tests.fakes import FakeAccess, FakeSource, S
from tests.player_place import Place
from tests.resident import ROOT, TOLD, Asked, desktop, policy

RECORDING = Path("/library/one")
RESIDENT_NOW_NS = 10**15
OPENING_MS = 30_000  # a million rows given all at once, on a machine that does other things too


class TurnedClock:
    def __init__(self):
        self.now_ns = 0

    def __call__(self):
        return self.now_ns


@pytest.fixture
def clock():
    return TurnedClock()


@pytest.fixture(scope="session")
def qapp_args():
    keep_shared_values()
    return ["tachiai-player"]


@pytest.fixture(autouse=True)
def windows_of_earlier_tests_are_gone(qapp):
    """A closed window costs its test nothing, and each later one that dresses or lays out all there are a second."""
    delete_windows(qapp)


@pytest.fixture(autouse=True)
def undressed(windows_of_earlier_tests_are_gone, qapp):
    """Whatever a test dresses, the next one's windows are as high and wide as if it had been alone."""
    font, palette = qapp.font(), qapp.palette()
    yield
    if qapp.styleSheet():
        delete_windows(qapp)  # they are closed, but would be laid out anew now
        qapp.setStyleSheet("")
        qapp.setPalette(palette)
        qapp.setFont(font)


def delete_windows(qapp):
    for window in qapp.topLevelWidgets():
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def settings():
    return ThrowawaySettings("dark", "en")


@pytest.fixture
def look(qapp, settings):
    return make_look(settings)


@pytest.fixture
def open_window(qtbot, clock, settings, look):
    """Make a window on this library; with a recording, it is open and settled."""
    made = []

    def open_one(access: FakeAccess, recording: Path | None = RECORDING, *, at_s: float = 0) -> PlayerWindow:
        window = PlayerWindow(Desk(access, now_ns=clock), look=look, settings=settings)
        made.append(window)
        window.resize(1200, 800)
        window.show()
        window.desk.list_library()
        if recording is not None:
            window.open(recording, at_ns=int(at_s * S))
        qtbot.waitUntil(lambda: window.is_settled, timeout=OPENING_MS)
        return window

    yield open_one
    for window in made:
        window.close()


@pytest.fixture
def window_on(open_window):
    """A window on one recording made of what is given."""

    def make(source: FakeSource, *, at_s: float = 0, **access: object) -> PlayerWindow:
        given = FakeAccess({RECORDING: source})
        for name, value in access.items():
            setattr(given, name, value)
        return open_window(given, at_s=at_s)

    return make


@pytest.fixture
def place(capsys):
    """A library of the test's own, keys that open it, and `tachiai-player` to run on it."""
    return Place(capsys)


@pytest.fixture
def open_real(qtbot, place, look, settings):
    """Make a window on the place's library as it is, with its list or without; settled, unless nobody `waits`."""
    made = []

    def open_one(folder: Path | None = None, *, at_ns: int = 0, lists: bool = True, waits: bool = True) -> PlayerWindow:
        window = PlayerWindow(Desk(RealAccess(place.folder)), look=look, settings=settings)
        made.append(window)
        window.show()
        if lists:
            window.desk.list_library()
        if folder is not None:
            window.open(folder, at_ns=at_ns)
        if waits:
            qtbot.waitUntil(lambda: window.is_settled, timeout=OPENING_MS)
        return window

    yield open_one
    for window in made:
        window.close()


@pytest.fixture
def seek(qtbot):
    """Go to a second and wait until it is shown."""

    def go(window: PlayerWindow, second: float) -> None:
        window.desk.seek(int(second * S))
        qtbot.waitUntil(lambda: window.is_settled)

    return go


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def open_desk(qapp, asked, monkeypatch):
    """Make the resident's windows on this policy; recording, unless it `waits`."""
    monkeypatch.setattr("app.ui.tray.QSystemTrayIcon.isSystemTrayAvailable", lambda: False)
    made = []

    def make(given=None, *, settings=None, waits=False, outside=None):
        desk = ResidentDesk(
            given or policy(shown=False),
            ROOT,
            asked,
            settings or ThrowawaySettings("dark", "en"),
            desktop=outside or desktop(),
            lock_seen=LockSeen({}),
            now_ns=lambda: RESIDENT_NOW_NS,
        )
        made.append(desk)
        desk.start()
        if not waits:
            for news in TOLD:
                desk.hear(news)
        return desk

    yield make
    for desk in made:
        desk.stop()
        desk.deleteLater()
