"""Real X servers and clients for tests: Xvfb, openbox, xterm and friends, each stopped by its own process id."""

import contextlib
import itertools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from Xlib import X
from Xlib import display as xdisplay
from Xlib import error as xerror
from Xlib.protocol import display as xprotocol
from Xlib.protocol import event as xevent

T = TypeVar("T")

START_LIMIT_S = 15.0
STOP_LIMIT_S = 5.0
LOOK_AGAIN_S = 0.02

# A number is never given twice: whoever tests what follows the end of a server must not meet another test's.
DISPLAYS_PER_WORKER = 5000
START_TRIES = 50

_never = threading.Event()
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_numbers = itertools.count(1000 + DISPLAYS_PER_WORKER * _worker)


def wait_until(condition: Callable[[], T], *, what: str, limit_s: float = START_LIMIT_S) -> T:
    """The first true value of `condition`; fails, naming `what`, if there is none within the limit."""
    ends_s = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > ends_s:
            message = f"waited {limit_s:g} s in vain for {what}"
            raise AssertionError(message)
        _never.wait(LOOK_AGAIN_S)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, make it end if it does not, and collect it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


class XServer:
    """A running X server and the clients that a test started in it."""

    def __init__(self, process: subprocess.Popen[bytes], display: str) -> None:
        self.process = process
        self.display = display
        self._clients: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a client of this server: UTF-8, no Wayland, no other session's names."""
        left_out = ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY")
        return {name: value for name, value in os.environ.items() if name not in left_out} | {
            "DISPLAY": self.display,
            "LC_ALL": "C.UTF-8",
        }

    def start(self, arguments: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
        """Start a client; it is stopped with the server."""
        settings: dict[str, object] = {
            "env": self.environment,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        } | options
        client = subprocess.Popen(list(arguments), **settings)  # type: ignore[call-overload]
        self._clients.append(client)
        return client

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run a client to its end and give what it printed; fails if it failed."""
        done = subprocess.run(arguments, env=self.environment, input=stdin, capture_output=True, timeout=START_LIMIT_S)
        if done.returncode != 0:
            message = f"{' '.join(arguments)} failed: {done.stderr.decode(errors='replace')}"
            raise AssertionError(message)
        return done.stdout.decode(errors="replace")

    def stop_client(self, client: subprocess.Popen[bytes]) -> None:
        """Stop one client now."""
        self._clients.remove(client)
        stop_process(client)

    def stop(self) -> None:
        """Stop the clients, newest first, and the server."""
        while self._clients:
            stop_process(self._clients.pop())
        stop_process(self.process)

    def kill(self) -> None:
        """Let the server die at once, as in a crash."""
        self.process.kill()
        self.process.wait()

    @contextlib.contextmanager
    def connection(self) -> Iterator[xdisplay.Display]:
        """A connection of the test's own."""
        connection = xdisplay.Display(self.display)
        try:
            yield connection
        finally:
            connection.close()

    def start_openbox(self) -> subprocess.Popen[bytes]:
        """Start a window manager and wait until it manages."""
        client = self.start(["openbox"])
        with self.connection() as connection:
            atom = connection.intern_atom("_NET_SUPPORTING_WM_CHECK")
            root = connection.screen().root
            wait_until(lambda: root.get_full_property(atom, X.AnyPropertyType), what="openbox")
        return client

    def start_xterm(
        self, *, title: str = "operator", geometry: str = "80x24+50+50", command: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """Start an xterm and wait until its window is shown. A title given here stays."""
        arguments = ["xterm", "-T", title, "-geometry", geometry, "-xrm", "XTerm*allowTitleOps: false"]
        client = self.start([*arguments, *(("-e", *command) if command else ())])
        self.wait_for_window(title)
        return client

    def wait_for_window(self, title: str) -> int:
        """The id of the shown window with this title, once there is one."""
        with self.connection() as connection:
            found = wait_until(
                lambda: _find_window(connection, connection.screen().root, title), what=f"a window titled {title!r}"
            )
        assert isinstance(found, int)
        return found

    def focus(self, title: str) -> int:
        """Make the window with this title the active one and wait until it is. Needs a window manager."""
        window = self.wait_for_window(title)
        self.run("xdotool", "windowactivate", "--sync", str(window))
        return window

    def name_window(self, window: int, title: str) -> None:
        """Give a window a title, in one request that the server has done."""
        with self.connection() as connection:
            connection.create_resource_object("window", window).change_property(
                connection.intern_atom("WM_NAME"), connection.intern_atom("STRING"), 8, title.encode()
            )
            connection.sync()


def _find_window(connection: xdisplay.Display, window: object, title: str) -> int | None:
    try:
        if _title_of(connection, window) == title and window.get_attributes().map_state == X.IsViewable:  # type: ignore[attr-defined]
            return int(window.id)  # type: ignore[attr-defined]
        children = window.query_tree().children  # type: ignore[attr-defined]
    except xerror.XError:  # it went while we looked
        return None
    for child in children:
        found = _find_window(connection, child, title)
        if found is not None:
            return found
    return None


def _title_of(connection: xdisplay.Display, window: object) -> str | None:
    for name in ("_NET_WM_NAME", "WM_NAME"):
        value = window.get_full_property(connection.intern_atom(name), X.AnyPropertyType)  # type: ignore[attr-defined]
        if value is not None and isinstance(value.value, bytes):
            return value.value.decode("utf-8", errors="replace")
    return None


@contextlib.contextmanager
def start_xvfb(
    width: int = 1280, height: int = 720, *, depth: int = 24, options: Sequence[str] = ()
) -> Iterator[XServer]:
    """A virtual X server on a display number of its own, stopped at the end with every client started in it."""
    program = shutil.which("Xvfb")
    assert program is not None, "these tests need Xvfb (tests/apt-packages.txt)"
    screen = ("-screen", "0", f"{width}x{height}x{depth}")
    server = _started([program, *screen, "-nolisten", "tcp", "-noreset", *options])
    if options:
        _forget_extensions()
    try:
        yield server
    finally:
        server.stop()
        if options:
            _forget_extensions()


def _started(command: Sequence[str]) -> XServer:
    for _ in range(START_TRIES):
        number = next(_numbers)
        read_end, write_end = os.pipe()
        process = subprocess.Popen(
            [*command, f":{number}", "-displayfd", str(write_end)],
            pass_fds=(write_end,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write_end)
        with os.fdopen(read_end, "rb") as ready_file:
            if ready_file.readline():
                return XServer(process, f":{number}")
        process.wait()
    message = f"Xvfb did not start on any of {START_TRIES} display numbers (exit {process.returncode})"
    raise AssertionError(message)


def _forget_extensions() -> None:
    """python-xlib remembers extensions for the whole process; a server with other ones has other numbers for them."""
    xprotocol.Display.event_classes = xevent.event_class.copy()
    xprotocol.Display.error_classes = xerror.xerror_class.copy()
    xprotocol.Display.extension_major_opcodes = {}
