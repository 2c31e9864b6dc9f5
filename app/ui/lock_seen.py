"""Whether the screen is locked now, as far as it can be seen from here."""

from collections.abc import Mapping

from app.resident.locking import answer_of
from app.resident.news import RowsSaid

_LOCKED = "The screen was locked"


class LockSeen:
    """What the recorder's rows say of lockers; beside them the login manager's hint. Read by the thread that locks."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._session = environment.get("XDG_SESSION_ID", "")
        self._by_rows = False

    def hear(self, news: RowsSaid) -> None:
        """Rows came."""
        for row in news.rows:
            if row.kind == "lock":
                self._by_rows = row.text == _LOCKED

    def is_locked(self) -> bool:
        """Whether one of them says so."""
        if self._by_rows:
            return True
        if not self._session:
            return False
        return answer_of(("loginctl", "show-session", self._session, "-p", "LockedHint", "--value")) == "yes"
