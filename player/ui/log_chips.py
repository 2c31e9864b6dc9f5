"""The filters of the operation log as chips: each says one, and pressing it takes that one away."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QToolButton, QWidget

from player.row_filter import EVERYTHING, RowFilter
from player.ui.flow import FlowLayout
from recorder.logrow import KINDS
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import name_control

LONGEST_PX = 220


@dataclass(frozen=True, slots=True)
class Chip:
    """What a chip says, and the filter once it is taken away."""

    text: str
    without: RowFilter


def chips_of(wanted: RowFilter, look: Look) -> list[Chip]:
    """A chip for each thing that narrows. Of kinds, those few that are shown, or those few that are not."""
    words = look.words
    chips = []
    if wanted.text.strip():
        chips.append(Chip(words("log_filter.text", text=wanted.text.strip()), replace(wanted, text="")))
    if wanted.least_severity is not None:
        name = words.either(f"severity.{wanted.least_severity}", wanted.least_severity)
        chips.append(Chip(words("log_filter.severity", severity=name), replace(wanted, least_severity=None)))
    chips += _kind_chips(wanted, look)
    for name in sorted(wanted.applications or ()):
        fewer = _without(wanted.applications, name)
        chips.append(Chip(name or words("log_filter.no_application"), replace(wanted, applications=fewer)))
    for title in sorted(wanted.windows or ()):
        chips.append(Chip(title or words("log.no_window"), replace(wanted, windows=_without(wanted.windows, title))))
    return chips


def _kind_chips(wanted: RowFilter, look: Look) -> list[Chip]:
    words, kinds = look.words, wanted.kinds
    if kinds is None:
        return []
    if len(kinds) * 2 <= len(KINDS):
        shown = [kind for kind in KINDS if kind in kinds]
        return [Chip(words(f"kind.{kind}"), replace(wanted, kinds=_without(kinds, kind))) for kind in shown]
    hidden = [kind for kind in KINDS if kind not in kinds]
    return [
        Chip(words("log_filter.not", name=words(f"kind.{kind}")), replace(wanted, kinds=all_or(kinds | {kind})))
        for kind in hidden
    ]


def all_or(kinds: frozenset[str]) -> frozenset[str] | None:
    """None where these are all kinds there are."""
    return None if kinds >= frozenset(KINDS) else kinds


def _without(names: frozenset[str] | None, name: str) -> frozenset[str] | None:
    return ((names or frozenset()) - {name}) or None


class ChipRow(QWidget):
    """The chips, and one that takes all of them away; nothing where nothing narrows."""

    changed = Signal(object)  # RowFilter

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._flow = FlowLayout(self)
        self._flow.setContentsMargins(12, 0, 12, 8)
        self.chips: list[QToolButton] = []
        self.hide()

    def show_filter(self, wanted: RowFilter) -> None:
        """These narrow now."""
        words = self._look.words
        for button in self.chips:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        chips = chips_of(wanted, self._look)
        self.chips = [self._button(chip.text, chip.without, closes=True) for chip in chips]
        if len(chips) > 1:
            self.chips.append(self._button(words("log_filter.clear"), EVERYTHING, closes=False))
        for button in self.chips:
            self._flow.addWidget(button)
            button.show()
        self.setVisible(bool(chips))
        self.updateGeometry()

    def _button(self, text: str, without: RowFilter, *, closes: bool) -> QToolButton:
        button = QToolButton(self)
        shown = visible(text)
        button.setFont(self.font())
        short = QFontMetrics(button.font()).elidedText(shown, Qt.TextElideMode.ElideRight, LONGEST_PX)
        button.setText(f"{short}  ✕".replace("&", "&&") if closes else short)
        button.setProperty("part", "filter_chip" if closes else "filter_clear")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tip = self._look.words("log_filter.remove", name=shown) if closes else shown
        name_control(button, tip)
        button.clicked.connect(self._taker(without))
        return button

    def _taker(self, without: RowFilter) -> Callable[[], None]:
        return lambda: self.changed.emit(without)
