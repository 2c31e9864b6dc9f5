"""Where a person was in each recording: opened again, it is shown at that moment."""

import json

from PySide6.QtCore import QObject, QTimer

from player.playback import Moment
from player.source import SessionFacts
from player.ui.desk import Desk
from player.ui.reading import News
from player.ui.request import Request
from resources.ui.settings import Settings

SETTING = "places"
MOST_KEPT = 200
LEAST_NS = 2_000_000_000  # nearer to the start or the end there is no place to come back to


class Places(QObject):
    """Listens to the desk. Only the recording's id and the second are kept, nothing of what was seen."""

    def __init__(self, desk: Desk, *, settings: Settings) -> None:
        super().__init__(desk)
        self._desk, self._settings = desk, settings
        self._places = read_places(settings.value(SETTING))
        self._request: Request | None = None
        self._session_id: str | None = None
        self._at_ns = 0
        desk.opening.connect(self._opening)
        desk.opened.connect(self._opened)
        desk.moved.connect(self._moved)
        desk.closed.connect(self.keep)

    def keep(self) -> None:
        """Remember where the open recording stands."""
        if self._session_id is None:
            return
        self._places.pop(self._session_id, None)
        self._places[self._session_id] = self._at_ns
        self._places = dict(list(self._places.items())[-MOST_KEPT:])
        self._settings.setValue(SETTING, json.dumps(self._places))
        self._session_id = None

    def _opening(self, request: Request) -> None:
        self._request = request

    def _opened(self, facts: SessionFacts, news: News) -> None:
        request, at_ns = self._request, self._places.get(facts.session_id)
        self._session_id, self._at_ns = facts.session_id, 0
        is_asked = request is not None and (request.at_ns is not None or request.follow)
        if is_asked or at_ns is None or not LEAST_NS <= at_ns <= news.duration_ns - LEAST_NS:
            return
        self._at_ns = at_ns
        QTimer.singleShot(0, self, lambda: self._come_back(facts.session_id, at_ns))  # once it has been opened

    def _come_back(self, session_id: str, at_ns: int) -> None:
        if self._session_id == session_id:
            self._desk.seek(at_ns)

    def _moved(self, moment: Moment) -> None:
        self._at_ns = moment.position_ns


def read_places(kept: object) -> dict[str, int]:
    """What was kept; nothing where that cannot be read."""
    try:
        places = json.loads(str(kept or "{}"))
    except ValueError:
        return {}
    if not isinstance(places, dict):
        return {}
    return {str(name): at_ns for name, at_ns in places.items() if type(at_ns) is int and at_ns >= 0}
