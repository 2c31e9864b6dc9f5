"""Keeping a library: a crash at any step leaves the whole recording or its whole tombstone."""

from pathlib import Path

import pytest

from recorder.evidence.files import SystemFiles
from recorder.evidence.verify import verify
from tests.keeping_kit import IDS, TEN_DAYS, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


class KilledError(BaseException):
    """The process is gone."""


class CountingFiles(SystemFiles):
    """Dies before the call of a number."""

    def __init__(self, dies_at: int) -> None:
        self.calls, self.dies_at = 0, dies_at

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.dies_at:
            raise KilledError


def _dying(name: str):
    def call(self, *given, **named):
        self._count()
        return getattr(SystemFiles, name)(self, *given, **named)

    return call


for _name in ("make_folder", "open_new", "write", "datasync", "sync_folder", "lock", "remove", "rename"):
    setattr(CountingFiles, _name, _dying(_name))


def assert_whole(place: Place, name: str) -> None:
    """Either the whole recording stands, or its whole tombstone does; never neither."""
    stones = [one.session_id for one in place.keeper().status().expired]
    if name in place.standing():
        assert verify(place.library / name, devices=place.devices, keys=None).exit_status == 0
        assert name not in stones
    else:
        assert stones.count(name) == 1


def test_a_crash_at_any_step_leaves_the_recording_or_the_tombstone_and_the_next_run_goes_on(tmp_path: Path) -> None:
    outcomes = set()
    for dies_at in range(1, 200):
        place = Place(tmp_path / str(dies_at))
        folder = place.make(IDS[0])
        (folder / "review").mkdir()
        (folder / "review" / "sheet").write_bytes(b"x")
        place.make(IDS[1])
        files = CountingFiles(dies_at)
        try:
            place.keeper(files).expire(TEN_DAYS)
        except KilledError:
            pass
        else:
            assert dies_at > 20
            break
        for name in IDS[:2]:
            assert_whole(place, name)
        outcomes.add(tuple(sorted(place.standing())))
        place.keeper().expire(TEN_DAYS)
        assert place.standing() == set()
        assert {one.session_id for one in place.keeper().status().expired} == set(IDS[:2])
        assert list((place.library / ".keeping" / "removing").iterdir()) == []
    else:
        pytest.fail("it never came to its end")
    assert outcomes == {tuple(IDS[:2]), (IDS[1],), ()}


def test_a_recording_that_is_held_after_a_crash_has_no_tombstone_any_more(place: Place) -> None:
    place.make(IDS[0])
    dies_at = 1
    while not (place.library / ".keeping" / "tombstones" / f"{IDS[0]}.json").exists():
        with pytest.raises(KilledError):
            place.keeper(CountingFiles(dies_at)).expire(TEN_DAYS)
        dies_at += 1
    assert place.standing() == {IDS[0]}
    place.keeper().hold(IDS[0], who="aya", why="case 17")
    place.keeper().expire(TEN_DAYS)
    assert place.standing() == {IDS[0]}
    assert list((place.library / ".keeping" / "tombstones").iterdir()) == []


def test_what_is_on_its_way_out_and_has_no_tombstone_is_not_touched_and_said(place: Place) -> None:
    folder = place.make(IDS[0])
    out = place.library / ".keeping" / "removing" / IDS[0]
    out.parent.mkdir(parents=True)
    folder.rename(out)
    [problem] = place.keeper().expire(TEN_DAYS).problems
    assert "stays there" in problem
    assert (out / "0001.seg").exists()
