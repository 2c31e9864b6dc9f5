"""A clock that is wrong empties no library."""

from pathlib import Path

import pytest

from recorder.errors import StorageError
from recorder.keeping.deciding import DAY_NS
from recorder.keeping.leaps import LEAP_DAYS, SETTLED_DAYS, Seen, seen_now
from recorder.policy.sections import StoragePolicy
from tests.keeping_kit import IDS, TEN_DAYS, Place

LEAP_NS = 3650 * DAY_NS


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.make(IDS[0], age_days=1)
    assert made.keeper().expire(TEN_DAYS).gone == ()
    return made


def test_a_clock_that_is_years_ahead_lets_nothing_expire_and_says_why(place: Place) -> None:
    place.clock.wall_ns += LEAP_NS
    for dry_run in (True, False, False):
        done = place.keeper().expire(TEN_DAYS, dry_run=dry_run)
        assert done.gone == ()
        assert "has leapt" in done.problems[0]
    assert place.standing() == {IDS[0]}


def test_a_clock_that_is_set_right_again_is_believed_at_once(place: Place) -> None:
    place.clock.wall_ns += LEAP_NS
    place.keeper().expire(TEN_DAYS)
    place.clock.wall_ns -= LEAP_NS
    place.clock.wall_ns += 11 * DAY_NS
    done = place.keeper().expire(TEN_DAYS)
    assert ([one.kept.session_id for one in done.gone], done.problems) == ([IDS[0]], ())


def test_a_machine_that_was_away_expires_what_is_old_once_its_clock_has_gone_on(place: Place) -> None:
    place.clock.wall_ns += 100 * DAY_NS
    for day in range(SETTLED_DAYS):
        assert place.keeper().expire(TEN_DAYS).gone == (), day
        place.clock.wall_ns += DAY_NS
    assert [one.kept.session_id for one in place.keeper().expire(TEN_DAYS).gone] == [IDS[0]]


def test_the_quota_is_kept_whatever_the_clock_says(place: Place) -> None:
    place.make(IDS[1], age_days=0)
    place.clock.wall_ns += LEAP_NS
    size = sum(one.size_bytes for one in place.keeper().status().kept)
    assert size < 1_000_000
    big = place.library / IDS[1] / "segments" / "filler"
    big.parent.mkdir(exist_ok=True)
    big.write_bytes(bytes(1_500_000))
    done = place.keeper().expire(StoragePolicy(keep_days=10, quota_mb=1))
    assert (done.gone[0].kept.session_id, str(done.gone[0].why)) == (IDS[0], "quota")


def test_what_is_remembered_and_cannot_be_read_counts_as_a_leap(place: Place) -> None:
    clock_file = place.library / ".keeping" / "clock.json"
    clock_file.write_bytes(b"{")
    place.clock.wall_ns += 11 * DAY_NS
    done = place.keeper().expire(TEN_DAYS)
    assert (done.gone, len(done.problems)) == ((), 1)


def test_what_is_remembered_and_is_no_file_is_said(place: Place) -> None:
    clock_file = place.library / ".keeping" / "clock.json"
    clock_file.unlink()
    clock_file.mkdir()
    with pytest.raises(StorageError, match=r"clock\.json"):
        place.keeper().expire(TEN_DAYS)


@pytest.mark.parametrize("days", [1, LEAP_DAYS])
def test_a_clock_that_goes_on_by_less_than_a_leap_is_believed(days: int) -> None:
    assert seen_now(Seen(0), days * DAY_NS) == Seen(days * DAY_NS)
    assert seen_now(None, days * DAY_NS).is_believed
    assert not seen_now(Seen(0), days * DAY_NS + LEAP_DAYS * DAY_NS).is_believed
