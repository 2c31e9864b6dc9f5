"""What checking an evidence package said: in a headline, whose signature it is, and everything that is wrong."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from player.package.checking import CheckedPackage
from player.persons import LONGEST_NAME, Person, Standing
from recorder.evidence.findings import Severity, Status
from recorder.evidence.keys import fingerprint
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label, restyle

MOST_SHOWN = 12
_TONES = {"sound": "good", "sound_no_recording": "good", "stranger": "warn", "partial": "warn", "cannot_judge": "warn"}
_ICONS = {"good": "verdict_sound", "warn": "verdict_partial", "bad": "verdict_altered"}
_INNER = {
    Status.PARTIAL: "partial",
    Status.ALTERED: "recording_altered",
    Status.CANNOT_JUDGE: "cannot_judge",
    Status.READ_FAILED: "read_failed",
}
_LEVELS = {
    Status.SOUND: "sound",
    Status.PARTIAL: "partial",
    Status.ALTERED: "altered",
    Status.CANNOT_JUDGE: "cannot_judge",
    Status.READ_FAILED: "read_failed",
}


def judged_as(checked: CheckedPackage) -> str:
    """The word for what was found: of the package first, of the recording in it next, of the signer last."""
    if checked.findings:
        return "altered"
    inner = Status.SOUND if checked.recording is None else checked.recording.status
    if inner is not Status.SOUND:
        return _INNER[inner]
    if checked.standing is Standing.STRANGER:
        return "stranger"
    return "sound" if checked.recording is not None else "sound_no_recording"


class CheckedView(QFrame):
    """Hidden until something was checked. A stranger can be trusted here, once the key was compared."""

    trusted = Signal(object)  # Person

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._checked: CheckedPackage | None = None
        self.setProperty("part", "verdict")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._icon = plain_label()
        self.headline = plain_label(part="verdict_title", wraps=True, selectable=True)
        head.addWidget(self._icon)
        head.addWidget(self.headline, 1)
        column.addLayout(head)
        self.text, self.signer, self.recording, self.findings = (
            plain_label(part="verdict_text", wraps=True, selectable=True) for _ in range(4)
        )
        for label in (self.text, self.signer, self.recording, self.findings):
            column.addWidget(label)
        column.addWidget(self._trusting())
        self.show_checked(None)

    def show_checked(self, checked: CheckedPackage | None) -> None:
        """This was found; None: nothing was checked."""
        self._checked = checked
        if checked is not None:
            self._say(checked)
        self.setVisible(checked is not None)  # last: what is laid out is what is said

    def show_trusted(self, person: Person) -> None:
        """This person is trusted from now on."""
        checked = self._checked
        if checked is not None and checked.signer == person.public_bytes:
            self.show_checked(replace(checked, standing=Standing.TRUSTED, signer_name=person.name))

    # --- in words -----------------------------------------------------------------------------------------------------

    def _say(self, checked: CheckedPackage) -> None:
        words, name = self._look.words, judged_as(checked)
        tone = _TONES.get(name, "bad")
        restyle(self, "tone", tone)
        colours = self._look.colours
        colour = {"good": colours.good, "warn": colours.warn, "bad": colours.bad}[tone]
        self._icon.setPixmap(self._look.pixmap(_ICONS[tone], colour, size_px=20, ratio=self.devicePixelRatioF()))
        self.headline.setText(words(f"package_check.{name.removesuffix('_no_recording')}"))
        key = f"package_check.{name}" if name == "sound_no_recording" else f"package_check.{name}_text"
        self.text.setText(words(key, files=checked.files))
        self.signer.setText(self._signer(checked))
        self.recording.setText(self._recording(checked))
        self.findings.setText(self._findings(checked))
        for label in (self.recording, self.findings):
            label.setVisible(bool(label.text()))
        self._trust_part.setVisible(checked.signer is not None and checked.standing is Standing.STRANGER)
        self.name.clear()
        self.same.setChecked(False)
        self._look_whether_trusted()

    def _signer(self, checked: CheckedPackage) -> str:
        words = self._look.words
        if checked.signer is None:
            return words("package_check.signer_none")
        key = fingerprint(checked.signer)
        name = visible(checked.signer_name or "")
        return words(f"package_check.signer_{checked.standing.value}", name=name, fingerprint=key)

    def _recording(self, checked: CheckedPackage) -> str:
        words, verdict = self._look.words, checked.recording
        if verdict is None:
            return ""
        told = [finding.sentence for finding in verdict.findings if finding.severity is not Severity.NOTE]
        level = words(f"verdict.{_LEVELS[verdict.status]}")
        head = words("package_check.recording", id=visible(checked.recording_id or ""), verdict=level)
        return "\n".join([head, *self._some([visible(words.said(sentence)) for sentence in told])])

    def _findings(self, checked: CheckedPackage) -> str:
        words = self._look.words
        lines = [
            f"{words(f'package_check.{one.flaw.value}')}: {visible(one.name)} – {words.said(one.sentence)}"
            for one in checked.findings
        ]
        return "\n".join(self._some(lines))

    def _some(self, lines: list[str]) -> list[str]:
        more = len(lines) - MOST_SHOWN
        return lines if more <= 0 else [*lines[:MOST_SHOWN], self._look.words("package_check.more", count=more)]

    # --- trusting -----------------------------------------------------------------------------------------------------

    def _trusting(self) -> QWidget:
        words = self._look.words
        self._trust_part = QWidget()
        column = QVBoxLayout(self._trust_part)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(words("package_check.trust_name"))
        self.name.setAccessibleName(words("package_check.trust_name"))
        self.same = QCheckBox(words("package_check.trust_same"))
        self.trust = QPushButton(words("package_check.trust"))
        self.trust.setAutoDefault(False)
        self.trust.clicked.connect(self._trust)
        self.name.textChanged.connect(self._look_whether_trusted)
        self.same.toggled.connect(self._look_whether_trusted)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.trust)
        column.addWidget(plain_label(words("package_check.trust_text"), part="verdict_text", wraps=True))
        column.addWidget(self.same)
        column.addLayout(row)
        return self._trust_part

    def _look_whether_trusted(self, *_changed: object) -> None:
        self.trust.setEnabled(self.same.isChecked() and bool(self.name.text().strip()))

    def _trust(self) -> None:
        if self._checked is not None and self._checked.signer is not None:
            self.trusted.emit(Person(self.name.text().strip(), self._checked.signer))
