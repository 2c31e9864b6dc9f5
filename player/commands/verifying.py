"""`verify`: the verdict on a recording, with everything that was found."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.library import fingerprint
from player.verdict_objects import verdict_objects
from recorder.errors import IndexUnusableError, StorageError
from recorder.evidence.findings import Finding, Status, Verdict
from recorder.evidence.verify import EventCheck, verify
from recorder.logrow import span_words
from recorder.streams import let_go, said_or_refused

STATUS_WORDS = {
    Status.SOUND: "SOUND: complete and unaltered",
    Status.PARTIAL: "PARTIAL: nothing was altered, but something is missing",
    Status.ALTERED: "ALTERED: this is not what was recorded",
    Status.CANNOT_JUDGE: "CANNOT JUDGE: this cannot be told here",
    Status.READ_FAILED: "READ FAILED: not all of it could be read",
}


def run_verify(desk: Desk, recording: str, *, integrity_only: bool, pictures: bool, as_json: bool) -> int:
    """Print the verdict and every finding; the exit status is the verdict."""
    folder = desk.library.find(recording)
    ring = None if integrity_only else desk.keys()
    keys = ring if ring is not None and ring.keys else None
    if keys is not None:
        keys = desk.gate.look(folder, Doing(Kind.VERIFIED, {"pictures": pictures}), keys)
    progress = ProgressLine(desk.notes)

    def show(done_bytes: int, total_bytes: int) -> None:
        progress.show(f"verifying {folder.name}: {100 * done_bytes // max(1, total_bytes)} %")

    before = _fingerprint_or_none(folder)
    with _picture_check() if pictures and keys is not None else nullcontext() as check:
        verdict = verify(folder, devices=desk.library.devices, keys=keys, progress=show, check_events=check)
    progress.clear()
    if before is not None and verdict.status in (Status.SOUND, Status.PARTIAL, Status.ALTERED):
        with suppress(IndexUnusableError, StorageError):  # it was only to be kept for `list`
            desk.library.remember_verdict(folder, verdict, before=before)
    try:
        if as_json:
            _print_objects(desk, folder.name, verdict)
        else:
            _print_words(desk, verdict)
        with said_or_refused(desk.out):
            desk.out.flush()
    except BrokenPipeError:  # whoever read has enough; the exit status is the verdict all the same
        let_go(desk.out)
    return verdict.exit_status


@contextmanager
def _picture_check() -> Iterator[EventCheck]:
    from player.check import PictureCheck  # brings OpenCV, which is slow to start

    with closing(PictureCheck()) as check:
        yield check


def _fingerprint_or_none(folder: Path) -> str | None:
    try:
        return fingerprint(folder)
    except StorageError:
        return None  # verify itself says what cannot be read


def _print_words(desk: Desk, verdict: Verdict) -> None:
    desk.say(f"{STATUS_WORDS[verdict.status]} ({_extent(verdict)}).")
    for finding in verdict.findings:
        desk.say(f"  {finding.severity.value:<12} {finding.code:<20} {_place(finding)}{finding.sentence}")


def _extent(verdict: Verdict) -> str:
    content = "content checked" if verdict.content_checked else "content not checked"
    length = "" if verdict.duration_ns is None else f", {span_words(verdict.duration_ns)}"
    segments = "1 segment" if verdict.segments == 1 else f"{verdict.segments} segments"
    return f"{segments}, {verdict.chunks} chunks, {verdict.size_bytes:,} bytes{length}, {content}"


def _place(finding: Finding) -> str:
    parts = []
    if finding.segment is not None:
        parts.append(f"segment {finding.segment}")
    if finding.sequence is not None:
        parts.append(f"chunk {finding.sequence}")
    if finding.offset_bytes is not None:
        parts.append(f"byte {finding.offset_bytes}")
    if finding.at_ns is not None:
        until = "" if finding.end_ns is None else f" to {clock_text(finding.end_ns)}"
        parts.append(f"at {clock_text(finding.at_ns)}{until}")
    return f"{', '.join(parts)}: " if parts else ""


def _print_objects(desk: Desk, session_id: str, verdict: Verdict) -> None:
    """Findings first, the verdict last."""
    for thing in verdict_objects(session_id, verdict):
        desk.say_json(thing)
