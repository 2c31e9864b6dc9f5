"""What is open in the window now, for whatever writes something of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from player.source import SessionFacts
from player.ui.access import Judgement, Level
from player.ui.desk import Desk
from player.ui.reading import News

if TYPE_CHECKING:
    from pathlib import Path


class OpenNow(QObject):
    """Listens to the desk; `changed` whenever something of it is otherwise."""

    changed = Signal()
    closed = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.facts: SessionFacts | None = None
        self.news: News | None = None
        self.judgement = Judgement.none()
        desk.opened.connect(self._opened)
        desk.closed.connect(self._closed)
        desk.news.connect(self._came)
        desk.judged.connect(self._judged)

    @property
    def folder(self) -> "Path | None":
        """The open recording."""
        return self._desk.folder

    @property
    def about(self) -> str:
        """Whose session it is, in a line."""
        facts = self.facts
        return "" if facts is None else f"{facts.operator} @ {facts.host}  ·  {facts.session_id}"

    @property
    def is_doubtful(self) -> bool:
        """Whether something in it was altered or cannot be read."""
        return self.judgement.level in (Level.ALTERED, Level.READ_FAILED)

    def _opened(self, facts: SessionFacts, news: News) -> None:
        self.facts, self.news = facts, news
        self.changed.emit()

    def _closed(self) -> None:
        self.facts, self.news, self.judgement = None, None, Judgement.none()
        self.closed.emit()

    def _came(self, news: News) -> None:
        self.news = news
        self.changed.emit()

    def _judged(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self.changed.emit()
