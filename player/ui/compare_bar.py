"""What two moments that are compared have to do with each other, in words, and the buttons for it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from player.differences import Compared, Comparison, MonitorDifference
from player.timeline import time_text
from resources.ui.look import Look
from resources.ui.widgets import ElidedLabel, icon_button, panel, plain_label, rule, text_button
from resources.words import Words


class CompareBar(QWidget):
    """Hidden while nothing is compared."""

    flip_asked = Signal()
    both_asked = Signal()
    end_asked = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._words = look.words
        strip, column = panel()
        row = QHBoxLayout()
        row.setContentsMargins(16, 5, 8, 5)
        row.setSpacing(8)
        self.times = plain_label(part="title")
        self.summary = ElidedLabel(part="dim")
        row.addWidget(self.times)
        row.addSpacing(8)
        row.addWidget(self.summary, 1)
        self.both = text_button(look, look.words("compare.both"), look.words("compare.both_tip"), icon="compare")
        self.both.setCheckable(True)
        self.both.clicked.connect(self.both_asked)
        row.addWidget(self.both)
        self.flip = text_button(look, look.words("compare.flip"), look.words("compare.flip_tip"), icon="flip")
        self.flip.clicked.connect(self.flip_asked)
        row.addWidget(self.flip)
        row.addWidget(icon_button(look, "close", look.words("compare.end"), pressed=self.end_asked.emit))
        column.addLayout(row)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(strip)
        column.addWidget(rule())
        self.hide()

    def show_waiting(self, a_ns: int, b_ns: int | None) -> None:
        """These moments are being compared."""
        self._show_times(a_ns, b_ns)
        self.summary.show_text(self._words("compare.working" if b_ns is not None else "compare.nothing"))

    def show_comparison(self, comparison: Comparison) -> None:
        """This is what differs."""
        self._show_times(comparison.a_ns, comparison.b_ns)
        self.summary.show_text(comparison_words(comparison, self._words))

    def show_failure(self, sentence: str) -> None:
        """A moment could not be read."""
        self.summary.show_text(sentence)

    def _show_times(self, a_ns: int, b_ns: int | None) -> None:
        b = "–" if b_ns is None else time_text(b_ns)
        self.times.setText(self._words("compare.times", a=time_text(a_ns), b=b))


def comparison_words(comparison: Comparison, words: Words) -> str:
    """What differs, and of which monitor that cannot be said."""
    found, changed_px = comparison.areas_found, sum(one.changed_px for one in comparison.monitors)
    compared = [one for one in comparison.monitors if one.state in (Compared.SAME, Compared.DIFFERENT)]
    parts = []
    if found:
        parts.append(words("compare.areas" if found > 1 else "compare.area", count=f"{found:,}", px=f"{changed_px:,}"))
    elif compared:
        parts.append(words("compare.same"))
    parts += [_monitor_words(one, words) for one in comparison.monitors if one not in compared]
    if comparison.has_moved:
        parts.append(words("compare.moved"))
    if any(one.is_rough for one in comparison.monitors):
        parts.append(words("compare.rough"))
    return "  ·  ".join(parts)


def _monitor_words(one: MonitorDifference, words: Words) -> str:
    return words(f"compare.{one.state.value}", number=one.number)
