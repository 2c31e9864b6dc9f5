"""`package` and `check-package`: evidence for outsiders, and whether such a package is what was signed."""

import argparse
from pathlib import Path

from player.commands.desk import Desk, ProgressLine
from player.commands.verifying import STATUS_WORDS
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.outfile import refuse_no_file
from player.package.checking import CheckedPackage, check_package
from player.package.making import Package, Stage, Wanted
from player.package.order import PackageOrder, carry_out
from player.package.sums import LONGEST_NAME
from player.persons import Persons, this_person
from player.verdict_objects import verdict_objects
from player.video.redaction import load_redactions
from recorder.evidence.findings import Status
from recorder.evidence.keys import fingerprint
from recorder.logrow import counted_words
from resources.words import read_words

STAGES = {
    "copying": "copying the recording",
    "verifying": "verifying it",
    "reading": "reading it",
    "video": "writing the video",
    "report": "writing the report",
    "extras": "adding what was said of it",
    "hashing": "hashing",
    "packing": "packing",
}
PACKAGE_WORDS = {
    Status.SOUND: "SOUND: whole and as signed, and its recording is complete and unaltered",
    Status.PARTIAL: "PARTIAL: whole and as signed, but not everything is proved by it",
    Status.ALTERED: "ALTERED: this is not the package that was signed",
}


def run_package(desk: Desk, asked: argparse.Namespace) -> int:
    """Make the package."""
    refuse_no_file(asked.out)
    wanted = Wanted(
        start_ns=asked.from_ns or 0,
        end_ns=asked.to_ns,
        video=None if asked.video == "none" else f".{asked.video}",
        skip_idle=asked.skip_idle,
        with_recording=not asked.without_recording,
        redactions=() if asked.redact is None else load_redactions(asked.redact),
    )
    order = PackageOrder(desk.library.find(asked.recording), asked.out, wanted, read_words(asked.language))
    progress = ProgressLine(desk.notes)

    def told(stage: Stage) -> None:
        progress.show(f"{STAGES[stage.key]}: {stage.share:.0%}")

    source = desk.play(order.folder, Doing(Kind.EXPORT, order.told))
    try:
        made = carry_out(source, order, ledger=desk.gate.ledger, devices=desk.library.devices, told=told)
    finally:
        progress.clear()
        source.close()
    _tell_made(desk, made)
    return 0


def _tell_made(desk: Desk, made: Package) -> None:
    signer = this_person().person
    desk.note(
        f"{made.path}: {made.files} files, {made.size_bytes:,} bytes, signed by {signer.name} ({signer.fingerprint}). "
        f"The recording in it is {STATUS_WORDS[made.verdict.status]}."
    )
    if made.is_live:
        desk.note("It was still being recorded: the package holds what there was when it was begun.")


def run_check_package(desk: Desk, path: Path, *, as_json: bool) -> int:
    """Say whether the package is what was signed, and what its recording is worth."""
    progress = ProgressLine(desk.notes)
    try:
        checked = check_package(
            path,
            persons=Persons.load(),
            devices=desk.library.devices,
            progress=lambda done, every: progress.show(f"checking {path.name}: {done / max(1, every):.0%}"),
        )
    finally:
        progress.clear()
    if as_json:
        _say_objects(desk, checked)
    else:
        _say_words(desk, checked)
    return int(checked.status)


def _say_words(desk: Desk, checked: CheckedPackage) -> None:
    desk.say(
        f"{PACKAGE_WORDS.get(checked.status, STATUS_WORDS[checked.status])} ({counted_words(checked.files, 'file')})."
    )
    for finding in checked.findings:
        desk.say(f"  {finding.flaw.value:<14} {_short(finding.name)}: {finding.sentence}")
    if checked.signer is not None:
        known = checked.signer_name or "a stranger: have the key read to you, then tachiai-player persons trust"
        desk.say(f"  signed by      {known} ({fingerprint(checked.signer)})")
    if checked.recording is not None:
        desk.say(f"  recording      {checked.recording_id}: {STATUS_WORDS[checked.recording.status]}")
        for one in checked.recording.findings:
            desk.say(f"                 {one.sentence}")


def _short(name: str) -> str:
    """A name from a package that may be anything, to be read on a terminal."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _say_objects(desk: Desk, checked: CheckedPackage) -> None:
    for finding in checked.findings:
        desk.say_json(
            {
                "type": "package_finding",
                "flaw": finding.flaw.value,
                "file": finding.name,
                "sentence": finding.sentence,
            }
        )
    if checked.recording is not None and checked.recording_id is not None:
        for thing in verdict_objects(checked.recording_id, checked.recording):
            desk.say_json(thing)
    desk.say_json(
        {
            "type": "package",
            "verdict": checked.status.name.lower(),
            "exit_status": int(checked.status),
            "files": checked.files,
            "signer": None if checked.signer is None else checked.signer.hex(),
            "signer_name": checked.signer_name,
            "standing": None if checked.signer is None else checked.standing.value,
            "findings": len(checked.findings),
        }
    )
