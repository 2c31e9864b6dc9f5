"""Real recordings in the states in which a player meets them, and the keys that open them, to take pictures of it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from player.package.making import Wanted, make_package
from player.persons import call_this_person, this_person
from player.recording import OpenRecording
from player.review.entries import Content, Judged, Note, Verdict
from player.review.writing import write_entries
from recorder.evidence.key_folder import auditor_key_path, keys_folder, trusted_devices
from recorder.evidence.keys import AuditorKey, KeyRing
from recorder.geometry import Rect
from resources.words import read_words
from tests.recordings import Desk, flip
from tests.staged_work import BROWSER_NAME, TERMINAL, TERMINAL_NAME, Staged, Told, Workplace


@dataclass(frozen=True)
class Stage:
    """Folders of recordings, and what is special about them."""

    library: Path
    empty: Path
    share: Path
    out: Path
    told: Told
    tampered: Path
    tampered_at_s: float
    live: Path
    two_monitors: Path
    sealed_to_others: Path
    foreign_package: Path

    def take_share_away(self) -> None:
        """The share is not there any more."""
        self.share.rename(self.share.with_name("gone"))


@contextmanager
def made_stage(place: Path) -> Iterator[Stage]:
    """Everything that pictures of the window need, in this folder; a session is being recorded as long as it stands."""
    os.environ["TACHIAI_HOME"] = str(place / "home")
    call_this_person("Sato, audit")
    library, out = place / "recordings", place / "out"
    for folder in (library, out, place / "empty", place / "share"):
        folder.mkdir(parents=True)
    staged = Staged(library)
    staged.auditor.save(auditor_key_path(keys_folder(), "auditor"), None)
    trusted_devices(keys_folder()).add(staged.device.public_bytes, "recorders")
    told = staged.fill()
    tampered, at_s = _tampered(staged)
    live = _live(staged)  # it is written as long as this stands
    stage = Stage(
        library,
        place / "empty",
        place / "share",
        out,
        told,
        tampered,
        at_s,
        live.writer.folder,
        _two_monitors(staged),
        _sealed_to_others(staged),
        out / "from-elsewhere.zip",
    )
    shutil.copytree(told.folder, stage.share / told.session_id)
    _reviewed(told)
    _packed_by_a_stranger(staged, told, stage.foreign_package)
    try:
        yield stage
    finally:
        live.close()


def _tampered(staged: Staged) -> tuple[Path, float]:
    """A session of which a byte was changed afterwards, and a moment in what was changed."""
    desk = staged.desk(staged.tuesday, 13, 2, "mori", "db-3", "CHG-2420 index rebuild", tag="0bad0bad")
    place = Workplace(desk)
    place.open("mori@db-3: ~", TERMINAL, TERMINAL_NAME, ["Last login: from 10.4.0.22", ""])
    for number in range(4):
        place.type_line(f"psql -c 'reindex index orders_{number}'", answer=["REINDEX"])
        desk.wait(2)
    made = desk.close()
    altered = desk.chunks[len(desk.chunks) // 2]
    flip(made.folder / f"{altered.segment:04}.seg", altered.offset_bytes + altered.size_bytes // 2)
    return made.folder, (altered.start_ns + altered.end_ns) / 2e9


def _live(staged: Staged) -> Desk:
    """A session that goes on."""
    desk = staged.desk(staged.tuesday, 8, 30, "yuki", "pay-db-2", "INC-901 slow invoices", tag="0000011e")
    place = Workplace(desk)
    place.open("yuki@pay-db-2: ~", TERMINAL, TERMINAL_NAME, [""])
    for command in ("uptime", "free -m", "journalctl -u billing -n 5"):
        place.type_line(command, answer=["…"])
        desk.wait(2)
    desk.seal()
    return desk


def _two_monitors(staged: Staged) -> Path:
    """A session on two monitors side by side."""
    sizes = ((1280, 800), (1024, 768))
    desk = staged.desk(staged.tuesday, 17, 45, "ken", "ops-1", "handover", tag="0002d001", sizes=sizes)
    left, right = Workplace(desk, 0), Workplace(desk, 1)
    left.open("ken@ops-1: ~", TERMINAL, TERMINAL_NAME, [""])
    left.type_line("kubectl get pods", answer=["invoices-0   Running", "invoices-1   Running"])
    right.open("Dashboard - Firefox", Rect(60, 70, 900, 560), BROWSER_NAME, ["http://dash/", "", "All green"])
    desk.wait(6)
    return desk.close().folder


def _sealed_to_others(staged: Staged) -> Path:
    """A session that no key here opens."""
    desk = staged.desk(
        staged.tuesday, 19, 0, "abe", "hr-1", "payroll", tag="00c105ed", auditor=AuditorKey.generate("hr")
    )
    Workplace(desk).open("abe@hr-1: ~", TERMINAL, TERMINAL_NAME, [""])
    desk.wait(3)
    return desk.close().folder


def _reviewed(told: Told) -> None:
    at_ns = round(told.stopped_at_s * 1e9)
    write_entries(
        told.folder,
        [
            Note(Content(at_ns, at_ns + 3_000_000_000, "Stopped outside of the change window #billing", ("billing",))),
            Note(Content(at_ns + 20_000_000_000, None, "Invoices copied to a USB disk")),
            Verdict(Judged.VIOLATION, "Stopped, copied, and the log deleted", at_ns + 40_000_000_000),
        ],
    )


def _packed_by_a_stranger(staged: Staged, told: Told, out: Path) -> None:
    """A package that somebody made elsewhere, on a machine of their own."""
    here = os.environ["TACHIAI_HOME"]
    os.environ["TACHIAI_HOME"] = str(out.parent / "elsewhere")
    try:
        signer = this_person()
    finally:
        os.environ["TACHIAI_HOME"] = here
    keys, devices = KeyRing((staged.auditor,)), trusted_devices(keys_folder())
    recording = OpenRecording.open(told.folder, keys=keys, devices=devices)
    try:
        wanted = Wanted(video=None)
        make_package(
            recording, told.folder, out, wanted, signer=signer, keys=keys, devices=devices, words=read_words("en")
        )
    finally:
        recording.close()
