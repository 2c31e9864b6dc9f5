"""The notice: what is recorded and why, the purpose that is asked for, and the button that confirms it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.resident.notice import Notice
from app.resident.telling import Fact
from app.ui.facts_grid import facts_grid
from app.ui.growing_card import GrowingCard
from app.ui.scrolled_body import ScrolledBody
from recorder.policy.purpose import LONGEST_PURPOSE, PurposeCheck, PurposeFault
from recorder.policy.sections import PurposeAsked
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import name_control, plain_label, restyle, rule
from resources.words import LANGUAGES

LANGUAGE_NAMES = {"en": "English", "ja": "日本語"}
MOST_TYPED = 4 * LONGEST_PURPOSE
BESIDE_BODY_PX = 460  # what is beside it on the card and around that


class NoticeCard(GrowingCard):
    """Everything of the notice on one card; it is made anew for another language, with the purpose typed so far."""

    confirmed = Signal(str)
    put_off = Signal()
    language_chosen = Signal(str)

    def __init__(self, notice: Notice, check: PurposeCheck, *, look: Look, holds: bool, purpose: str = "") -> None:
        super().__init__()
        self._check, self._look, self._holds = check, look, holds
        self.notice = notice
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 24)
        column.setSpacing(16)
        self.languages = self._languages()
        column.addLayout(self._head())
        column.addWidget(self._body(), 1)
        self.purpose, self.hint = self._purpose_line(purpose), plain_label(part="dim", wraps=True)
        if check.asked is not PurposeAsked.NO:
            column.addWidget(rule())
            column.addLayout(self._question())
        column.addLayout(self._foot())
        if holds:
            column.addWidget(plain_label(look.words("agent_notice.held_limits"), part="dim", wraps=True))
        self._judge(is_asked=False)

    def showEvent(self, event: QShowEvent) -> None:
        """The keys go to what is asked first."""
        super().showEvent(event)
        (self.confirm if self._check.asked is PurposeAsked.NO else self.purpose).setFocus()

    def try_to_confirm(self) -> None:
        """Confirm it, unless the purpose will not do: then say why."""
        if self._judge(is_asked=True) is None:
            self.confirmed.emit(self.purpose.text().strip())
        else:
            self.purpose.setFocus()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(14)
        sign = plain_label()
        sign.setPixmap(self._look.pixmap("kind_policy", self._look.colours.accent, size_px=32))
        row.addWidget(sign)
        row.addWidget(plain_label(self.notice.title, part="huge"), 1)
        row.addWidget(self.languages, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _languages(self) -> QComboBox:
        box = QComboBox()
        name_control(box, self._look.words("agent_notice.language"))
        for language in LANGUAGES:
            box.addItem(LANGUAGE_NAMES[language], language)
        box.setCurrentIndex(box.findData(self.notice.language))
        box.activated.connect(lambda place: self.language_chosen.emit(box.itemData(place)))
        return box

    def _body(self) -> ScrolledBody:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        for paragraph in self.notice.text.split("\n\n"):
            column.addWidget(plain_label(_lines(paragraph), part="notice_text", wraps=True, selectable=True))
        both = QHBoxLayout()
        both.setSpacing(32)
        words = self._look.words
        both.addLayout(self._facts(words("agent_notice.recorded"), self.notice.recorded, "accent"), 1)
        both.addLayout(self._facts(words("agent_notice.not_recorded"), self.notice.not_recorded, "good"), 1)
        column.addLayout(both)
        if self.notice.contact:
            column.addWidget(plain_label(visible(self.notice.contact), part="dim", wraps=True, selectable=True))
        column.addStretch(1)
        return ScrolledBody(inside, beside_px=BESIDE_BODY_PX)

    def _facts(self, title: str, facts: tuple[Fact, ...], tone: str) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(plain_label(title, part="section"))
        column.addLayout(facts_grid(facts, tone, look=self._look))
        column.addStretch(1)
        return column

    def _question(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(plain_label(self._asks(), part="section", wraps=True))
        column.addWidget(self.purpose)
        column.addWidget(self.hint)
        return column

    def _asks(self) -> str:
        is_optional = self._check.asked is PurposeAsked.OPTIONAL
        return self._look.words("agent_notice.purpose_optional" if is_optional else "agent_notice.purpose")

    def _purpose_line(self, purpose: str) -> QLineEdit:
        line = QLineEdit(purpose)
        line.setMaxLength(MOST_TYPED)
        line.setAccessibleName(self._asks())
        line.textChanged.connect(lambda _text: self._judge(is_asked=False))
        line.returnPressed.connect(self.try_to_confirm)
        return line

    def _foot(self) -> QHBoxLayout:
        words = self._look.words
        row = QHBoxLayout()
        row.setSpacing(12)
        held = words("agent_notice.held" if self._holds else "agent_notice.not_held")
        row.addWidget(plain_label(held, wraps=True), 1)
        if not self._holds:
            later = QPushButton(words("agent_notice.later"))
            later.setAutoDefault(False)
            later.clicked.connect(self.put_off)
            row.addWidget(later)
        self.confirm = QPushButton(words("agent_notice.confirm"))
        self.confirm.setDefault(True)
        self.confirm.setMinimumHeight(34)
        self.confirm.clicked.connect(self.try_to_confirm)
        row.addWidget(self.confirm)
        return row

    def _judge(self, *, is_asked: bool) -> PurposeFault | None:
        """Say what is wrong with the purpose once it was given; before that, only what is wanted."""
        fault = self._check.fault(self.purpose.text())
        is_said = fault is not None and (is_asked or (bool(self.purpose.text().strip()) and self._was_refused()))
        restyle(self.purpose, "problem", "yes" if is_said else "no")
        restyle(self.hint, "part", "error" if is_said else "dim")
        self.hint.setText(self._fault_said(fault) if is_said and fault is not None else self._form_said())
        return fault

    def _was_refused(self) -> bool:
        return bool(self.hint.property("part") == "error")

    def _form_said(self) -> str:
        """What a purpose looks like, by an example: a pattern is nothing to be read by operators."""
        words, example = self._look.words, self._check.example
        if not self._check.has_form:
            return ""
        return words("agent_notice.purpose_like", example=example) if example else words("agent_notice.purpose_form")

    def _fault_said(self, fault: PurposeFault) -> str:
        words = self._look.words
        if fault is PurposeFault.OTHER_FORM:
            return words("agent_notice.fault_other_form", form=self._form_said())
        return words(f"agent_notice.fault_{fault.value}", count=LONGEST_PURPOSE)


def _lines(paragraph: str) -> str:
    """A paragraph as its author broke it into lines, each made harmless."""
    return "\n".join(visible(line) for line in paragraph.splitlines())
