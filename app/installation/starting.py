"""Start the agent as it was installed: by the user's service manager if there is one, else at once."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence

from app.installation.files import UNIT

LIMIT_S = 20.0
# What the agent and the desktop's tools need to know of the session; the service manager starts without it.
_OF_THE_SESSION = (
    "DISPLAY",
    "XAUTHORITY",
    "XDG_SESSION_ID",
    "XDG_SESSION_TYPE",
    "XDG_CURRENT_DESKTOP",
    "DBUS_SESSION_BUS_ADDRESS",
    "LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "LANGUAGE",
    "TACHIAI_HOME",
    "TACHIAI_LIBRARY",
)


def started_by_manager(environment: Mapping[str, str], *, run: Callable[[Sequence[str]], bool] | None = None) -> bool:
    """Ask the user's service manager to start it; False if it does not."""
    done = run or _succeeds
    known = [name for name in _OF_THE_SESSION if environment.get(name)]
    return done(("systemctl", "--user", "import-environment", *known)) and done(("systemctl", "--user", "start", UNIT))


def reload_manager(*, run: Callable[[Sequence[str]], bool] | None = None) -> bool:
    """Let it read its units again; False if there is none that could."""
    return (run or _succeeds)(("systemctl", "--user", "daemon-reload"))


def become(command: Sequence[str]) -> None:
    """Go on as this program."""
    os.execv(command[0], list(command))


def _succeeds(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
