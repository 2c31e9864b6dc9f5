"""The facets that narrow the library, as chips: each says one, and pressing it takes it away."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QToolButton, QWidget

from player.facets import Facets
from player.ui.facet_words import chip_text
from player.ui.flow import FlowLayout
from resources.ui.inert import visible
from resources.ui.look import Look, text_font
from resources.ui.widgets import name_control

LONGEST_PX = 210


class FacetChips(QWidget):
    """Nothing where nothing is asked; with more than one, the last takes all of them away."""

    changed = Signal(object)  # Facets

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._flow = FlowLayout(self)
        self._flow.setContentsMargins(12, 0, 8, 8)
        self.chips: list[QToolButton] = []
        self.hide()

    def show_facets(self, facets: Facets) -> None:
        """These are asked now."""
        words = self._look.words
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [
            self._chip(chip_text(name, value, words), facets.without(name), part="filter_chip")
            for name, value in facets.asked
        ]
        if len(self.chips) > 1:
            self.chips.append(self._chip(words("facet.clear"), Facets(), part="filter_clear"))
        for chip in self.chips:
            self._flow.addWidget(chip)
            chip.show()
        self.setVisible(bool(self.chips))
        self.updateGeometry()

    def _chip(self, text: str, then: Facets, *, part: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setFont(text_font())
        closes = part == "filter_chip"
        shown = visible(text)
        short = QFontMetrics(chip.font()).elidedText(shown, Qt.TextElideMode.ElideRight, LONGEST_PX)
        chip.setText((f"{short}  ✕" if closes else short).replace("&", "&&"))
        chip.setProperty("part", part)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        name_control(chip, self._look.words("facet.remove", name=shown) if closes else shown)
        chip.clicked.connect(self._asks(then))
        return chip

    def _asks(self, then: Facets) -> Callable[[], None]:
        return lambda: self.changed.emit(then)
