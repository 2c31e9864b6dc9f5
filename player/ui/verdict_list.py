"""Who gave which verdict, and when: a line for each person, and what they said below it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from player.persons import Standing
from player.review.state import GivenVerdict
from player.timeline import time_text
from player.ui.list_models import local_time
from player.ui.review_delegates import who_text
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label


class VerdictList(QWidget):
    """Those that count come first."""

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._labels: list[QLabel] = []

    def show_verdicts(self, verdicts: Sequence[GivenVerdict], duration_ns: int) -> None:
        """These were given; the recording is this long now."""
        for label in self._labels:
            self._column.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for given in sorted(verdicts, key=lambda one: one.standing is Standing.STRANGER):
            head = plain_label(self._head(given), wraps=True)
            head.setContentsMargins(0, 4, 0, 0)
            self._labels += [head, plain_label(self._rest(given, duration_ns), part="dim", wraps=True)]
        if not verdicts:
            self._labels.append(plain_label(self._look.words("review.no_verdict"), part="dim", wraps=True))
        for label in self._labels:
            self._column.addWidget(label)

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(label.text() for label in self._labels)

    def _head(self, given: GivenVerdict) -> str:
        return f"{self._look.words(f'review.{given.verdict.value}')}  ·  {who_text(self._look.words, given)}"

    def _rest(self, given: GivenVerdict, duration_ns: int) -> str:
        parts = [f"{local_time(given.made_wall_ns, 0):%Y-%m-%d %H:%M} UTC"]
        if given.reached_ns < duration_ns:
            words = self._look.words
            parts.append(words("review.reached", time=time_text(given.reached_ns, milliseconds=False)))
        parts.append(visible(given.comment))
        return "  ·  ".join(part for part in parts if part)
