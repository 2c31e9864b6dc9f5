"""Whether the X server answers at all: asked with a limit, since everything after it waits for one without end."""

import os
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

from Xlib.error import DisplayError
from Xlib.support.connect import get_auth, get_display

from recorder.errors import CannotRecordError

SOON_S = 3.0
LIMIT_S = 10.0

_FIRST_PORT = 6000
_PROTOCOL = (11, 0)


def wait_for_answer(tell: Callable[[str], None]) -> None:
    """Wait until the server of this display answers; `tell` hears of it if that takes long.

    A display that cannot be reached is no matter of this: connecting to it says why.

    Raises:
        CannotRecordError: it takes connections and does not answer, as a server that hangs or was stopped does.
    """
    name = os.environ.get("DISPLAY", "")
    try:
        server = _Server(*get_display(name)[:4])
    except DisplayError:
        return
    if server.answers(SOON_S):
        return
    tell(f"The display {name!r} does not answer yet; waiting for it for {LIMIT_S - SOON_S:g} s more.")
    if not server.answers(LIMIT_S - SOON_S):
        msg = (
            f"The display {name!r} takes connections and has not answered for {LIMIT_S:g} s: its X server hangs or was "
            "stopped; let it go on, start it again, or set DISPLAY to another session."
        )
        raise CannotRecordError(msg)


@dataclass(frozen=True, slots=True)
class _Server:
    """Where an X server listens, as python-xlib reads the name of a display."""

    name: str
    protocol: str | None
    host: str
    number: int

    def answers(self, limit_s: float) -> bool:
        """Whether anything comes back within the limit; True too if it cannot be reached."""
        with socket.socket(socket.AF_UNIX if self._is_local else socket.AF_INET, socket.SOCK_STREAM) as tried:
            limit = struct.pack("@ll", int(limit_s), int(limit_s % 1 * 1e6))
            for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):  # a full queue keeps even `connect` waiting
                tried.setsockopt(socket.SOL_SOCKET, option, limit)
            try:
                tried.connect(self._address)
                tried.sendall(self._greeting(tried))
                tried.recv(1)
            except BlockingIOError:
                return False
            except OSError:
                return True
        return True

    @property
    def _is_local(self) -> bool:
        return self.protocol == "unix" or self.host in ("", "unix")

    @property
    def _address(self) -> str | tuple[str, int]:
        path = f"/tmp/.X11-unix/X{self.number}"
        if not self._is_local:
            return self.host, _FIRST_PORT + self.number
        return path if os.path.exists(path) else f"\0{path}"  # noqa: PTH110 - a socket's name, and no file

    def _greeting(self, connected: socket.socket) -> bytes:
        """What every client says first, with the permission that this user has."""
        name, data = get_auth(connected, self.name, self.protocol, self.host, self.number)
        order = b"l" if sys.byteorder == "little" else b"B"
        head = struct.pack("=cxHHHHxx", order, *_PROTOCOL, len(name), len(data))
        return head + _padded(name) + _padded(data)


def _padded(text: bytes) -> bytes:
    return text + bytes(-len(text) % 4)
