"""The verdict of `verify`, always in sight: a colour, an icon and words; a click shows the findings."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from player.ui.access import Judgement, Level
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import ElidedLabel, plain_label, restyle

TONES = {
    Level.SOUND: "good",
    Level.RECORDING: "good",
    Level.PARTIAL: "warn",
    Level.ALTERED: "bad",
    Level.CANNOT_JUDGE: "warn",
    Level.READ_FAILED: "bad",
}
ICONS = {
    Level.UNCHECKED: "verdict_unknown",
    Level.CHECKING: "verdict_checking",
    Level.SOUND: "verdict_sound",
    Level.RECORDING: "live",
    Level.PARTIAL: "verdict_partial",
    Level.ALTERED: "verdict_altered",
    Level.CANNOT_JUDGE: "verdict_unknown",
    Level.READ_FAILED: "error",
}
HEIGHT_PX = 36


def tone_colour(look: Look, level: Level) -> str:
    """The colour of a verdict's icon."""
    colours = look.colours
    tones = {"good": colours.good, "warn": colours.warn, "bad": colours.bad}
    return tones.get(TONES.get(level, ""), colours.text_dim)


class VerdictBanner(QFrame):
    """`tone` is a property that the style sheet selects on."""

    findings_requested = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._judgement = Judgement(Level.UNCHECKED)
        self.setProperty("part", "verdict")
        self.setFixedHeight(HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self._icon = plain_label()
        self.title = plain_label(part="verdict_title")
        self.text = ElidedLabel(part="verdict_text")
        self._more = plain_label(part="verdict_title")
        row.addWidget(self._icon)
        row.addWidget(self.title)
        row.addWidget(self.text, 1)
        row.addWidget(self._more)
        self.show_judgement(self._judgement)

    @property
    def judgement(self) -> Judgement:
        """What it says now."""
        return self._judgement

    def show_judgement(self, judgement: Judgement) -> None:
        """Say this verdict, with its first reason and how many findings there are."""
        words, level = self._look.words, judgement.level
        self._judgement = judgement
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._look.pixmap(ICONS[level], tone_colour(self._look, level), ratio=ratio))
        self.title.setText(words(f"verdict.{level.value}"))
        count = len(judgement.problems)
        grave = sorted(judgement.problems, key=lambda problem: not problem.is_grave)
        said = grave[0].sentence if grave else judgement.note
        self.text.show_text(visible(words.said(said)) if said else words(f"verdict.{level.value}_text"))
        self._more.setText("" if count == 0 else words("verdict.findings", count=count))
        self.setAccessibleName(f"{self.title.text()}. {self.text.toolTip()}")
        restyle(self, "tone", TONES.get(level, "neutral"))

    def changeEvent(self, event: QEvent) -> None:
        """As Qt asks it: in other colours the sign is another one."""
        if event.type() == QEvent.Type.PaletteChange and self.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            self.show_judgement(self._judgement)
        super().changeEvent(event)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """A click shows the findings."""
        self.findings_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do Enter and Return when it has the focus."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.findings_requested.emit()
        else:
            super().keyPressEvent(event)
