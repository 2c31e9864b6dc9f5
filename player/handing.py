"""A recording that is opened while a window is open goes to that window: a short message on a socket of this person.

SOCKETS/window-WHICH-PID      a window's own socket; WHICH: the same keys and display, so the same window is meant

SOCKETS is `tachiai` in the person's private runtime folder, else `run` in their own folder. The message is one line of
JSON, the answer "ok": nothing else is read or answered, and nobody else is.
"""

import contextlib
import hashlib
import os
import re
import select
import socket
import stat
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from recorder.evidence.files import make_private_folders
from recorder.evidence.key_folder import HOME_VARIABLE, KEY_VARIABLE, home_folder

LONGEST_MESSAGE_BYTES = 8192
LONGEST_ADDRESS_BYTES = 100  # of a socket's path; the least that a system allows is 103
LATEST_NS = 10**18
ANSWER_S = 2.0  # a window that takes longer to answer hangs: then another is opened
MOST_WINDOWS = 20
TAKEN = b"ok\n"
_NAMING = (HOME_VARIABLE, KEY_VARIABLE, "DISPLAY", "WAYLAND_DISPLAY")
_BACKLOG = 4


class Handed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to open: a recording's folder, at a moment (None: wherever it opens), following a session or not."""

    folder: str
    at_ns: int | None = None
    follow: bool = False


Take = Callable[[Handed, "Offer"], None]


class Offer:
    """What was handed over is taken once, or not at all because nobody waits any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_open = True
        self._taken = threading.Event()

    def take(self) -> bool:
        """Whether it is still to be had; from then on it is the taker's."""
        if not self._close():
            return False
        self._taken.set()
        return True

    def wait(self, timeout_s: float) -> bool:
        """Whether somebody takes it in time; if not, nobody can any more."""
        return self._taken.wait(timeout_s) or not self._close()

    def _close(self) -> bool:
        with self._lock:
            was_open, self._is_open = self._is_open, False
            return was_open


def hand_over(handed: Handed, environment: Mapping[str, str]) -> bool:
    """Give this to a window that is open, the newest first; whether one has taken it."""
    folder = sockets_folder(environment)
    message = encoded(handed)
    if folder is None or message is None or not _is_private(folder):
        return False
    return any(_given(message, path) for path in _sockets(folder, environment))


def encoded(handed: Handed) -> bytes | None:
    """The message; None if this cannot be said in one."""
    try:
        message = msgspec.json.encode(handed) + b"\n"
    except UnicodeEncodeError:  # a folder whose name is no text
        return None
    return message if decoded(message) == handed else None


def decoded(message: bytes) -> Handed | None:
    """What a message says; None if it is not exactly one of ours."""
    if len(message) > LONGEST_MESSAGE_BYTES or not message.endswith(b"\n"):
        return None
    try:
        handed = msgspec.json.decode(message, type=Handed)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    is_sane = Path(handed.folder).is_absolute() and "\0" not in handed.folder
    return handed if is_sane and (handed.at_ns is None or 0 <= handed.at_ns <= LATEST_NS) else None


def sockets_folder(environment: Mapping[str, str]) -> Path | None:
    """Where this person's windows listen; None where there are no such sockets (Windows)."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    given = environment.get("XDG_RUNTIME_DIR", "")
    runtime = Path(given) if given else None
    if runtime is not None and runtime.is_absolute() and _is_private(runtime):
        return runtime / "tachiai"
    return home_folder(environment) / "run"


@dataclass(slots=True)
class Listener:
    """Hands what arrives to `take`, on a thread of its own. `path` is None where it cannot listen: no window is worse.

    `take` gets an `Offer`; who waits for the answer is told "ok" once that is taken.
    """

    take: Take
    environment: Mapping[str, str]
    path: Path | None = None
    _server: socket.socket | None = None
    _thread: threading.Thread | None = None
    _wake: tuple[socket.socket, socket.socket] | None = None

    def start(self) -> None:
        """Listen, if that can be done here."""
        folder = sockets_folder(self.environment)
        if folder is None:
            return
        path = folder / f"{_prefix(self.environment)}{os.getpid()}"
        if len(os.fsencode(path)) > LONGEST_ADDRESS_BYTES:
            return
        with contextlib.suppress(OSError):
            self._server = _listening(path)
            self.path = path
        if self._server is not None:
            self._wake = socket.socketpair()
            self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Listen no more, and end the thread."""
        if self._thread is None or self._wake is None or self._server is None:
            return
        self._wake[0].send(b"x")
        self._thread.join(2 * ANSWER_S)
        for one in (self._server, *self._wake):
            one.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self._thread = None

    def _run(self) -> None:
        if self._server is None or self._wake is None:
            return
        while True:
            ready, _, _ = select.select([self._server, self._wake[1]], [], [])
            if self._wake[1] in ready:
                return
            with contextlib.suppress(OSError):
                caller, _ = self._server.accept()
                with caller:
                    self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        caller.settimeout(ANSWER_S / 2)
        if not is_own_peer(caller):
            return
        handed = decoded(_line(caller))
        if handed is None:
            return
        offer = Offer()
        self.take(handed, offer)
        if offer.wait(ANSWER_S / 2):
            caller.sendall(TAKEN)


def is_own_peer(connection: socket.socket) -> bool:
    """Whether this person is at the other end; where the system does not tell, their private folder has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())


def _listening(path: Path) -> socket.socket:
    """A socket that is at its name only once it listens, so that nobody takes it for one that was left over."""
    make_private_folders(path.parent)
    if not _is_private(path.parent):
        msg = f"{path.parent} is not private"
        raise PermissionError(msg)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    early = path.with_name(f".{os.getpid()}")
    try:
        early.unlink(missing_ok=True)
        server.bind(str(early))
        early.chmod(0o600)
        server.listen(_BACKLOG)
        server.setblocking(False)
        early.rename(path)
    except OSError:
        server.close()
        raise
    return server


def _line(caller: socket.socket) -> bytes:
    """What is sent up to the end of the line, at most one byte more than a message may have."""
    found = b""
    while not found.endswith(b"\n") and len(found) <= LONGEST_MESSAGE_BYTES:
        block = caller.recv(LONGEST_MESSAGE_BYTES + 1 - len(found))
        if not block:
            break
        found += block
    return found


def _given(message: bytes, path: Path) -> bool:
    """Whether the window behind this socket has taken it. A socket that was left over is removed."""
    try:
        facts = path.lstat()
        if not stat.S_ISSOCK(facts.st_mode) or facts.st_uid != os.getuid():
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as window:
            window.settimeout(ANSWER_S)
            window.connect(str(path))
            if not is_own_peer(window):
                return False
            window.sendall(message)
            return window.recv(len(TAKEN)) == TAKEN
    except ConnectionRefusedError:
        with contextlib.suppress(OSError):
            path.unlink()
        return False
    except OSError:
        return False


def _sockets(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """The windows' sockets, the newest first."""
    pattern = re.compile(re.escape(_prefix(environment)) + r"[0-9]{1,10}")
    try:
        found = [path for path in folder.iterdir() if pattern.fullmatch(path.name)]
        found.sort(key=lambda path: path.lstat().st_mtime_ns, reverse=True)
    except OSError:
        return
    yield from found[:MOST_WINDOWS]


def _prefix(environment: Mapping[str, str]) -> str:
    parts = [str(home_folder(environment)), *(environment.get(name, "") for name in _NAMING)]
    return f"window-{hashlib.sha256(os.fsencode(chr(0).join(parts))).hexdigest()[:12]}-"


def _is_private(folder: Path) -> bool:
    """Whether this is a folder of this person that nobody else may look into."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not stat.S_IMODE(facts.st_mode) & 0o077
