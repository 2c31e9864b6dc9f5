"""How the recording stands, for whatever shows it; and whether something covers all that usually does."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.resident.standing import Standing


@dataclass(frozen=True, slots=True)
class Told:
    """The state as a sign and a word or two."""

    standing: Standing
    tone: str
    title: str


class StateTold(QObject):
    """Told by whoever knows; `changed` says that it is another, or is in other colours or words."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now: Told | None = None
        self.covers = 0

    def tell(self, standing: Standing, tone: str, title: str) -> None:
        """It stands so."""
        self.now = Told(standing, tone, title)
        self.changed.emit()
