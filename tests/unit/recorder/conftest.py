"""What the tests of capture share: an X server, and sources that are stopped; and what those of the index do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recorder.capture.source import Source
from recorder.capture.x11_windows import X11Windows
from recorder.store.index import Index
from tests.heard import Heard
from tests.secret_window import SecretWindow
from tests.xserver import XServer, start_xvfb


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[XServer]:
    """An X server of the test's own, as the session that this process is in."""
    with start_xvfb(800, 600) as running:
        for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DISPLAY", running.display)
        yield running


@pytest.fixture
def hear(server: XServer) -> Iterator[Callable[[Source], Heard]]:
    """Starts sources on the server; they are stopped with the test."""
    heard: list[Heard] = []

    def start(source: Source) -> Heard:
        heard.append(Heard(source))
        return heard[-1]

    yield start
    for one in heard:
        one.source.stop()


@pytest.fixture
def vault(server: XServer, windows: X11Windows) -> Iterator[SecretWindow]:
    """A window that shows what must not be recorded, once the module's own table of windows (`windows`) is open."""
    window = SecretWindow(server)
    yield window
    window.close()


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    """Where an index of the test's own is made."""
    return tmp_path / "index" / "library.sqlite3"


@pytest.fixture
def index(index_path: Path) -> Iterator[Index]:
    """An index that is open and empty."""
    with Index.open(index_path) as index:
        yield index
