"""What every test gets: a home of its own, no network, no display of a person's, and nothing left running."""

import logging
import os
import socket
import tempfile
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from hypothesis import HealthCheck, settings

THREAD_END_LIMIT_S = 5.0
LOOPBACK = ("127.", "::1", "localhost")

_began: WeakKeyDictionary[threading.Thread, str] = WeakKeyDictionary()
_start_thread = threading.Thread.start


def _start_and_remember(thread: threading.Thread) -> None:
    _began[thread] = "".join(traceback.format_stack(limit=8)[:-1])
    _start_thread(thread)


def pytest_addoption(parser: pytest.Parser) -> None:
    """--headed: show windows on the display at hand, to watch a test of the window."""
    parser.addoption("--headed", action="store_true", help="show windows instead of drawing them offscreen")


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported: Qt draws offscreen, and a thread remembers where it began.

    How fast this machine is says nothing of what a property holds for: none fails by the clock, as with CI set.
    """
    if settings.get_current_profile_name() == "default":  # neither CI nor --hypothesis-profile chose one
        settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
        settings.load_profile("unhurried")
    if not config.getoption("--headed"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY"):
            os.environ.pop(name, None)
    threading.Thread.start = _start_and_remember  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own: no key, library, index or setting of a person's is read or written."""
    home = tmp_path_factory.mktemp("home")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    for name, folder in {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_RUNTIME_DIR": runtime,
        "TACHIAI_HOME": home / "tachiai",
        "TACHIAI_LIBRARY": home / "recordings",
    }.items():
        monkeypatch.setenv(name, str(folder))
    monkeypatch.delenv("TACHIAI_KEY", raising=False)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what a program says at once, it says without being told to
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return home


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may reach, which `tmp_path` is not; empty."""
    with tempfile.TemporaryDirectory(prefix="tachiai-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere but this machine fails the test."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert isinstance(address, tuple)
            assert str(address[0]).startswith(LOOPBACK), f"a test spoke to the network: {address}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Every thread has an owner that stops it: one that is alive after the test fails it, and says where it began."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(THREAD_END_LIMIT_S)
        if thread.is_alive():
            pytest.fail(f"{thread.name} was left running. It began here:\n{_began.get(thread, 'unknown')}")


@pytest.fixture(autouse=True)
def no_unexpected_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    """A log record of WARNING or above fails a test that does not ask for `caplog`."""
    if "caplog" in request.fixturenames:
        yield
        return
    kept = _Kept(level=logging.WARNING)
    logging.getLogger().addHandler(kept)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(kept)
    if kept.lines:
        pytest.fail("logged without being expected to:\n" + "\n".join(kept.lines))


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
