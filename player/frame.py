"""One picture as a PNG: exactly what was on a screen at a moment, without the pointer."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from player.decoder import read_shown
from player.outfile import write_whole
from player.recording import OpenRecording
from player.source import Picture
from player.taken_picture import NotRecordedError, Origin, TakenPicture, take
from player.timeline import spans_at, time_text
from player.video.hiding import refuse_what_hides_nothing
from player.video.redaction import Redactions, redacted_picture, redactions_at
from recorder.evidence.findings import Finding, Severity
from recorder.streams import write_to_stdout

HIDING_KINDS = ("altered", "missing", "unreadable", "gap")
GRAVE_KINDS = (
    "altered",
    "missing",
    "unreadable",
)  # where one begins, the picture before it is still the last one known


def write_frame(
    recording: OpenRecording,
    at_ns: int,
    screen: int | None,
    out: Path | Literal["-"],
    *,
    verdict: str = "unchecked",
    redactions: Redactions = (),
) -> TakenPicture:
    """Write what this screen (None: the first there was then) showed then as a PNG file, or to standard output.

    `verdict`, a word of `verify`, is written into it with the rest of what is known.

    Raises:
        NotRecordedError: the moment lies outside the recording or in a gap, or there was no such screen.
        StorageError: the file could not be written.
        RedactionError: what is to be blacked out then lies on no screen.
    """
    picture = picture_or_refusal(recording, at_ns, screen)
    refuse_what_hides_nothing(recording, redactions_at(redactions, at_ns))
    origin = Origin(recording.facts.session_id, verdict, recording.wall_ns_at(at_ns))
    taken = _without(take(read_shown(recording, at_ns), picture.screen, origin), picture, redactions, at_ns)
    if out == "-":
        write_to_stdout(taken.png())
    else:
        write_whole(out, taken.png())
    return taken


def _without(taken: TakenPicture, picture: Picture, redactions: Redactions, at_ns: int) -> TakenPicture:
    """The picture with what is to be blacked out, which it then says of itself."""
    reasons = [one.reason for one in redactions_at(redactions, at_ns) if one.screen == picture.screen]
    if not reasons:
        return taken
    pixels = redacted_picture(picture, redactions, at_ns).bgr
    return replace(taken, pixels=pixels, redacted=tuple(reasons))


def picture_or_refusal(recording: OpenRecording, at_ns: int, screen: int | None) -> Picture:
    """The picture then, or a sentence that says why there is none."""
    if not 0 <= at_ns <= recording.duration_ns:
        end = time_text(recording.duration_ns)
        msg = f"The recording reaches from 0:00:00.000 to {end}; {time_text(at_ns)} is outside. Choose a time within."
        raise NotRecordedError(msg)
    recording.settle(at_ns)
    number = _screen_number(recording, at_ns, screen)
    picture = recording.picture_at(number, at_ns)
    if picture is None or any(span.kind in GRAVE_KINDS for span in spans_at(recording.spans(), at_ns)):
        msg = f"Screen {number} has no sound picture at {time_text(at_ns)}: {_why(recording, at_ns)}"
        raise NotRecordedError(msg)
    return picture


def _screen_number(recording: OpenRecording, at_ns: int, screen: int | None) -> int:
    numbers = [one.number for one in recording.screens_at(at_ns)]
    if not numbers:
        msg = f"No screen is recorded at {time_text(at_ns)}: {_why(recording, at_ns)}"
        raise NotRecordedError(msg)
    if screen is None:
        return numbers[0]
    if screen not in numbers:
        there = ", ".join(map(str, numbers))
        msg = f"There was no screen {screen} at {time_text(at_ns)}; there was {there}. Choose one of these."
        raise NotRecordedError(msg)
    return screen


def _why(recording: OpenRecording, at_ns: int) -> str:
    reasons = [span.reason for span in spans_at(recording.spans(), at_ns) if span.kind in HIDING_KINDS]
    reasons += [finding.sentence for finding in recording.findings if _touches(finding, at_ns)]
    return " ".join(dict.fromkeys(reasons)) or "no picture of it had been recorded yet. Choose a later time."


def _touches(finding: Finding, at_ns: int) -> bool:
    """Whether damage found there can be why there is no picture: none is known from it until the next full one."""
    return finding.severity is Severity.ALTERED and (finding.at_ns is None or finding.at_ns <= at_ns)
