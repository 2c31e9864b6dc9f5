"""What a reader of a log or a video must know of the recording it is from: that not all of it is sound."""

from pathlib import Path

from player.commands.desk import Desk
from player.commands.moments import clock_text
from recorder.evidence.findings import Finding, Severity
from recorder.evidence.verify import verify

AT_MOST = 5


def note_what_is_not_sound(desk: Desk, folder: Path) -> None:
    """Say what `verify` finds without a key, in a few sentences; nothing if the recording is whole."""
    verdict = verify(folder, devices=desk.library.devices, keys=None)
    sentences = [_sentence(finding) for finding in verdict.findings if finding.severity is not Severity.NOTE]
    kept = list(dict.fromkeys(sentences))
    for sentence in kept[:AT_MOST]:
        desk.note(sentence)
    if len(kept) > AT_MOST:
        desk.note(f"There is more that is not sound; tachiai-player verify {folder.name} tells all of it.")


def _sentence(finding: Finding) -> str:
    place = "" if finding.at_ns is None else f"At {clock_text(finding.at_ns)}: "
    word = "NOT SOUND" if finding.severity is Severity.ALTERED else "Not complete"
    if finding.severity is Severity.CANNOT_JUDGE:
        word = "Cannot be judged"
    return f"{word}. {place}{finding.sentence}"
