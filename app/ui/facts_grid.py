"""What is recorded and what is not, line by line with a sign before each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from app.resident.telling import Fact
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label


def facts_grid(facts: Sequence[Fact], tone: str, *, look: Look) -> QGridLayout:
    """The facts; their signs have the colour called `tone`."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for line, fact in enumerate(facts):
        sign = plain_label()
        sign.setPixmap(look.pixmap(fact.icon, getattr(look.colours, tone)))
        grid.addWidget(sign, line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(plain_label(visible(fact.sentence), wraps=True), line, 1, Qt.AlignmentFlag.AlignTop)
    return grid
