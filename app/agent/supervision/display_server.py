"""Which start of which X server a display is: after a logout another one answers to the same name."""

import contextlib
import re
import socket
import struct
from pathlib import Path

_LOCAL = re.compile(r"(?:unix)?:([0-9]{1,5})(?:\.[0-9]+)?")
_SOCKETS = Path("/tmp/.X11-unix")
_ANSWER_S = 2.0
_STARTED_FIELD = 19  # of /proc/PID/stat after the name: starttime


def display_server(display: str, *, proc: Path = Path("/proc")) -> str:
    """The server's process and when it was started, as one word; "" if it is not on this machine, or not known."""
    pid = _server_pid(display)
    if pid is None:
        return ""
    try:
        stat = (proc / str(pid) / "stat").read_text("ascii", "replace")
    except OSError:
        return ""
    return f"{pid}-{stat.rpartition(')')[2].split()[_STARTED_FIELD]}"


def _server_pid(display: str) -> int | None:
    """Who listens: the system tells whoever connects, and the server never has to answer."""
    named = _LOCAL.fullmatch(display)
    if named is None or not hasattr(socket, "SO_PEERCRED"):
        return None
    path = str(_SOCKETS / f"X{named[1]}")
    for address in (f"\0{path}", path):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.settimeout(_ANSWER_S)
            server.connect(address)
            size = struct.calcsize("3i")
            pid, _, _ = struct.unpack("3i", server.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
            return int(pid) or None
    return None
