"""Keeping a library: what expires and what never does, holds, tombstones."""

import functools
import json
import os
import random
import shutil
from pathlib import Path

import pytest

from recorder.errors import StorageError, UnreadableError
from recorder.evidence.files import SystemFiles
from recorder.evidence.keys import DeviceTrust
from recorder.keeping.archive import FolderArchive
from recorder.keeping.deciding import DAY_NS, Kept, KeptState, Terms, Why, decide
from recorder.keeping.tombstone import read_tombstone
from recorder.policy.sections import StoragePolicy
from tests.keeping_kit import IDS, TEN_DAYS, Place
from tests.recordings import S


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


# --- deciding ---------------------------------------------------------------------------------------------------------


def some_library(chance: random.Random) -> list[Kept]:
    found = []
    for number in range(chance.randint(0, 12)):
        started_ns = chance.choice([None, *(chance.randint(-5, 120) * DAY_NS for _ in range(4))])
        ended_ns = None if started_ns is None else started_ns + chance.randint(0, DAY_NS)
        state, size = chance.choice(list(KeptState)), chance.choice([0, 1, 50, 1000])
        found.append(Kept(f"{number}", Path(f"{number}"), state, started_ns, ended_ns, size, chance.random() < 0.3))
    return found


def lacks(stored: set[str], kept: Kept) -> str:
    return "" if kept.session_id in stored else "it is not stored"


def test_of_ten_thousand_libraries_nothing_ever_goes_that_may_not() -> None:
    """Closed, its time over or too much, not held, stored and verified; also with clocks in the past and the future."""
    chance = random.Random(27)
    gone = kept_by_obstacle = 0
    for _ in range(10_000):
        library = some_library(chance)
        terms = Terms(
            keep_days=chance.choice([0, 1, 30, 100]),
            quota_bytes=chance.choice([0, 1, 1000, 2500]),
            now_wall_ns=chance.randint(-10, 150) * DAY_NS,
            also_interrupted=chance.random() < 0.2,
        )
        stored = {one.session_id for one in library if chance.random() < 0.7}
        decisions = decide(library, terms, obstacle=functools.partial(lacks, stored))
        assert len({one.kept.session_id for one in decisions}) == len(decisions)
        left = sum(one.size_bytes for one in library)
        for one in decisions:
            kept = one.kept
            if one.why is None:
                kept_by_obstacle += 1
                assert kept.session_id not in stored
                continue
            gone += 1
            assert kept.state is KeptState.CLOSED or (terms.also_interrupted and kept.state is KeptState.INTERRUPTED)
            assert not kept.is_held
            assert kept.session_id in stored
            assert kept.ended_wall_ns is not None
            if one.why is Why.AGE:
                assert terms.keep_days
                assert terms.now_wall_ns - kept.ended_wall_ns >= terms.keep_days * DAY_NS
            else:
                assert terms.quota_bytes
                assert left > terms.quota_bytes, "no more goes than is too much"
            left -= kept.size_bytes
        if not terms.keep_days and not terms.quota_bytes:
            assert not decisions
    assert gone > 3_000
    assert kept_by_obstacle > 1_000


def test_the_oldest_go_first_and_only_as_many_as_are_too_much() -> None:
    day = [
        Kept(name, Path(name), KeptState.CLOSED, at * DAY_NS, at * DAY_NS, 100, name == "b")
        for at, name in enumerate("abcde")
    ]
    decisions = decide(day[::-1], Terms(0, 250, 100 * DAY_NS), obstacle=lambda _: "")
    assert [one.kept.session_id for one in decisions] == ["a", "c", "d"]


# --- expiring ---------------------------------------------------------------------------------------------------------


def test_what_is_old_goes_and_leaves_a_tombstone_with_all_that_it_was(place: Place) -> None:
    old, new = place.make(IDS[0], age_days=20), place.make(IDS[1], age_days=3)
    segment = (old / "0001.seg").read_bytes()
    done = place.keeper().expire(TEN_DAYS, policy_version=4)
    assert [one.kept.session_id for one in done.gone] == [IDS[0]]
    assert place.standing() == {new.name}
    [stone] = place.keeper().status().expired
    assert (stone.session_id, stone.operator, stone.host, stone.purpose) == (IDS[0], "hanako", "bastion-7", "patching")
    assert (stone.why, stone.policy_version, stone.verdict, stone.state) == ("age", 4, "sound", "closed")
    assert stone.duration_ns == 2 * S
    assert [(one.name, one.size_bytes) for one in stone.files] == [("0001.seg", len(segment))]
    assert list((place.library / ".keeping" / "removing").iterdir()) == []


def test_a_dry_run_says_the_same_and_changes_nothing(place: Place) -> None:
    place.make(IDS[0], age_days=20)
    done = place.keeper().expire(TEN_DAYS, dry_run=True)
    assert [one.kept.session_id for one in done.gone] == [IDS[0]]
    assert place.standing() == {IDS[0]}
    assert place.keeper().status().expired == ()


def test_the_quota_takes_the_oldest_that_are_not_held(place: Place) -> None:
    folders = [place.make(name, age_days=9 - at) for at, name in enumerate(IDS)]
    sizes = {folder.name: (folder / "0001.seg").stat().st_size for folder in folders}
    place.keeper().hold(IDS[0], who="aya", why="case 17")
    quota = StoragePolicy(quota_mb=1)
    assert place.keeper().expire(quota).gone == ()
    filler = place.library / IDS[1] / "review"
    filler.mkdir()
    (filler / "large").write_bytes(bytes(1_000_000 - sizes[IDS[0]] - sizes[IDS[1]]))
    done = place.keeper().expire(quota)
    assert [(one.kept.session_id, one.why) for one in done.gone] == [(IDS[1], Why.QUOTA)]
    assert place.standing() == {IDS[0], *IDS[2:]}
    assert [one.name for one in place.keeper().status().expired[0].files] == ["0001.seg", "review/large"]


def test_what_is_being_recorded_interrupted_altered_or_no_recording_at_all_stays(place: Place) -> None:
    running = place.begin(IDS[0])
    running.seal()
    interrupted = place.begin(IDS[1]).interrupt(place.library / "elsewhere")
    shutil.move(interrupted.folder, place.library / "copy")
    altered = place.make(IDS[2])
    data = bytearray((altered / "0001.seg").read_bytes())
    data[-600] ^= 1
    (altered / "0001.seg").write_bytes(bytes(data))
    (place.library / IDS[3]).mkdir()
    shutil.copytree(place.make(IDS[4]), place.library / "another-name")
    standing = place.standing()
    done = place.keeper().expire(TEN_DAYS)
    assert place.standing() == standing - {IDS[4]}
    assert [(one.kept.session_id, one.why) for one in done.decisions] == [(IDS[2], None), (IDS[4], Why.AGE)]
    assert "altered" in done.decisions[0].obstacle


def test_a_recording_without_an_end_goes_only_if_that_is_asked_and_nobody_records_it(place: Place) -> None:
    desk = place.begin(IDS[0])
    desk.seal()
    assert place.keeper().expire(TEN_DAYS, also_interrupted=True).gone == ()
    desk.writer._files.close(desk.writer._lock_fd)
    assert place.keeper().expire(TEN_DAYS).gone == ()
    assert len(place.keeper().expire(TEN_DAYS, also_interrupted=True).gone) == 1
    assert place.keeper().status().expired[0].verdict == "partial"


def test_what_ends_in_the_future_is_not_old(place: Place) -> None:
    place.make(IDS[0], age_days=-400)
    assert place.keeper().expire(TEN_DAYS).gone == ()


# --- an archive -------------------------------------------------------------------------------------------------------


def test_with_an_archive_only_what_lies_there_byte_by_byte_goes(place: Place, tmp_path: Path) -> None:
    for name in IDS[:4]:
        place.make(name)
    vault = tmp_path / "vault"
    for name in IDS[:3]:
        shutil.copytree(place.library / name, vault / name)
    half = vault / IDS[1] / "0001.seg"
    half.write_bytes(half.read_bytes()[:-1])
    (vault / IDS[2] / "0001.seg").unlink()
    done = place.keeper().expire(TEN_DAYS, archive=FolderArchive(vault))
    assert [one.kept.session_id for one in done.gone] == [IDS[0]]
    assert all("not stored in the archive" in one.obstacle for one in done.decisions[1:])
    assert place.keeper().status().expired[0].archive == str(vault)


@pytest.mark.parametrize("way", ["the library itself", "a link to the recording", "links to its files"])
def test_what_lies_in_the_archive_only_by_another_name_does_not_go(place: Place, tmp_path: Path, way: str) -> None:
    folder = place.make(IDS[0])
    vault = folder.parent if way == "the library itself" else tmp_path / "vault"
    if way == "a link to the recording":
        vault.mkdir()
        (vault / folder.name).symlink_to(folder)
    elif way == "links to its files":
        shutil.copytree(folder, vault / folder.name, copy_function=os.link)
    done = place.keeper().expire(TEN_DAYS, archive=FolderArchive(vault))
    assert done.gone == ()
    assert "is no copy" in done.decisions[0].obstacle
    assert (folder / "0001.seg").exists()


def test_empty_folders_in_an_archive_are_not_taken_for_recordings_stored_there(place: Place, tmp_path: Path) -> None:
    place.make(IDS[0])
    (tmp_path / "vault" / IDS[0]).mkdir(parents=True)
    assert place.keeper().expire(TEN_DAYS, archive=FolderArchive(tmp_path / "vault")).gone == ()


# --- holds ------------------------------------------------------------------------------------------------------------


def test_a_hold_outlasts_retention_until_it_is_released_and_both_say_who_and_why(place: Place) -> None:
    place.make(IDS[0])
    place.keeper().hold(IDS[0], who="aya", why="case 17")
    assert place.keeper().expire(TEN_DAYS, archive=None).decisions == ()
    [hold] = place.keeper().status().holds
    assert (hold.recording, hold.who, hold.why) == (IDS[0], "aya", "case 17")
    with pytest.raises(UnreadableError, match="held already, by aya: case 17"):
        place.keeper().hold(IDS[0], who="ben", why="me too")
    place.keeper().release(IDS[0], who="ben", why="case 17 is closed")
    assert len(place.keeper().expire(TEN_DAYS).gone) == 1
    lines = (place.library / ".keeping" / "holds.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(one["action"], one["who"]) for one in entries] == [("hold", "aya"), ("release", "ben")]


@pytest.mark.parametrize("name", ["nothing-like-it", "../library", ".keeping", ""])
def test_only_a_recording_of_the_library_can_be_held(place: Place, name: str) -> None:
    with pytest.raises(UnreadableError):
        place.keeper().hold(name, who="aya", why="case 17")


@pytest.mark.parametrize("damage", ["altered", "cut_in_front", "stranger", "torn", "garbage"])
def test_while_the_holds_cannot_be_trusted_nothing_expires(place: Place, damage: str) -> None:
    for name in IDS[:3]:
        place.make(name)
    for name in IDS[:2]:
        place.keeper().hold(name, who="aya", why="case 17")
    path = place.library / ".keeping" / "holds.jsonl"
    data = path.read_bytes()
    changed = {
        "altered": data.replace(b"case 17", b"case 18"),
        "cut_in_front": data[data.index(b"\n") + 1 :],
        "stranger": data,
        "torn": data[:-5],
        "garbage": b"\xff\x00\n",
    }[damage]
    path.write_bytes(changed)
    if damage == "stranger":
        place.devices = DeviceTrust({})
    for try_it in (
        lambda: place.keeper().expire(TEN_DAYS),
        lambda: place.keeper().release(IDS[0], who="x", why="y"),
        lambda: place.keeper().status(),
    ):
        with pytest.raises(UnreadableError):
            try_it()
    assert place.standing() == set(IDS[:3])


# --- tombstones -------------------------------------------------------------------------------------------------------


def test_a_tombstone_that_was_altered_or_is_a_strangers_is_said_and_not_believed(place: Place) -> None:
    place.make(IDS[0])
    place.keeper().expire(TEN_DAYS)
    path = place.library / ".keeping" / "tombstones" / f"{IDS[0]}.json"
    with pytest.raises(UnreadableError, match="not known here"):
        read_tombstone(path, DeviceTrust({}))
    path.write_bytes(path.read_bytes().replace(b"hanako", b"hanaka"))
    status = place.keeper().status()
    assert status.expired == ()
    assert "altered" in status.damaged[0]


def test_a_library_that_may_not_be_written_says_so_and_loses_nothing(place: Place, monkeypatch) -> None:
    place.make(IDS[0])

    def refuse(*_given, **_named):
        raise PermissionError(13, "Permission denied", str(place.library))

    monkeypatch.setattr(SystemFiles, "make_folder", refuse)
    with pytest.raises(StorageError, match="may not be written"):
        place.keeper().expire(TEN_DAYS)
    assert place.standing() == {IDS[0]}


def test_a_rename_that_fails_leaves_the_recording_and_says_why(place: Place) -> None:
    place.make(IDS[0])

    class Stuck(SystemFiles):
        def rename(self, path, target):
            if path.name == IDS[0]:
                raise OSError(5, "Input/output error")
            super().rename(path, target)

    done = place.keeper(Stuck()).expire(TEN_DAYS)
    assert done.gone == ()
    assert "did not expire" in done.problems[0]
    assert place.standing() == {IDS[0]}
