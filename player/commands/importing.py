"""`import`, `register` and `unregister`: recordings from elsewhere, and links that open them."""

import os
from pathlib import Path

from player.commands.desk import Desk, ProgressLine
from player.commands.verifying import STATUS_WORDS
from player.importing import ImportProgress
from player.ledger.entry import Kind
from player.package.taking import take_in
from player.persons import Persons
from player.registering import Registered, own_command, register, unregister


def run_import(desk: Desk, source: Path, *, as_json: bool) -> int:
    """Take a recording into the library; what it is worth is said, and does not hinder it."""
    desk.gate.ledger.enter(Kind.IMPORTED, recording=source.name, detail={"from": str(source.absolute())})
    line = ProgressLine(desk.notes)

    def told(progress: ImportProgress) -> None:
        share = 100 * progress.done_bytes // max(1, progress.total_bytes)
        line.show(f"{progress.step} {source.name}: {share} %")

    try:
        done = take_in(source, desk.library.folder, persons=Persons.load(), devices=desk.library.devices, told=told)
    finally:
        line.clear()
    verdict = done.verdict.status
    if as_json:
        desk.say_json(
            {
                "recording": done.folder.name,
                "path": str(done.folder),
                "size_bytes": done.size_bytes,
                "was_there": done.was_there,
                "verdict": verdict.name.lower(),
                "notices": list(done.notices),
            }
        )
        return 0
    desk.say_exactly(str(done.folder))
    if done.was_there:
        desk.note("It was there already, byte for byte; nothing was copied.")
    desk.note(STATUS_WORDS[verdict])
    for notice in done.notices:
        desk.note(notice)
    return 0


def run_register(desk: Desk) -> int:
    """Let `tachiai://` links open here."""
    done = register(os.environ, own_command())
    _say_files(desk, done)
    _note_missing(desk, done)
    return 0


def run_unregister(desk: Desk) -> int:
    """Let them not."""
    done = unregister(os.environ)
    _say_files(desk, done)
    if not done.files:
        desk.note("Nothing was registered.")
    _note_missing(desk, done)
    return 0


def _say_files(desk: Desk, done: Registered) -> None:
    for path in done.files:
        desk.say_exactly(str(path))


def _note_missing(desk: Desk, done: Registered) -> None:
    if done.missing:
        desk.note(f"The desktop takes notice at the next log-in: {' and '.join(done.missing)} could not be run.")
