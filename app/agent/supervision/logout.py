"""Whether the login session is being closed, as the system's login manager says; no question to a bus that may hang."""

import re
from collections.abc import Mapping
from pathlib import Path

SESSIONS = Path("/run/systemd/sessions")
_NAME = re.compile(r"[0-9A-Za-z]{1,64}")


def session_is_closing(environment: Mapping[str, str], *, sessions: Path = SESSIONS) -> bool:
    """Whether the session that these variables name is said to be closing; False where nobody says."""
    name = environment.get("XDG_SESSION_ID", "")
    if not _NAME.fullmatch(name):
        return False
    try:
        lines = (sessions / name).read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return "STATE=closing" in lines
