"""Ranges, what counts as watched, coverage, working hours, reasons, samples: numbers without a window."""

from pathlib import Path

import numpy as np
import pytest

from player.library import Entry, Known
from player.persons import Person, Standing
from player.playback import Moment, State
from player.review.coverage import coverage_of, together
from player.review.entries import Subject
from player.review.policy import DAYS, Hours, Policy, off_hours, program_name, read_policy
from player.review.ranges import length_ns, merged, without
from player.review.reasons import rank, reasons_of
from player.review.sample import draw
from player.review.state import Review, WatchedBy
from player.review.watching import MOST_SPEED, Seen, WatchLog
from player.source import Span
from recorder.errors import UnreadableError
from recorder.logrow import LogRow
from recorder.store.uses import Use, Used
from tests.recordings import S

H = 3600 * S
MONDAY_9_UTC_NS = 1_772_442_000 * S  # 2026-03-02T09:00:00Z
CHANGES = np.array([0, 10 * S, 20 * S, 21 * S], np.int64)


def moment(state, at_s, *, rate=1.0, skipped=None):
    return Moment(state, round(at_s * S), 1.0, rate if state is not State.PAUSED else 0.0, skipped)


def watched(*looks, is_seen=True, known_s=1000):
    """What the log has after these looks: pairs of a moment and the clock in seconds."""
    log = WatchLog()
    for one, now_s in looks:
        log.take(one, now_ns=round(now_s * S), change_times_ns=CHANGES, known_ns=known_s * S, is_seen=is_seen)
    return log.seen


def test_ranges_are_put_together_and_taken_out():
    assert merged([(5, 9), (1, 3), (2, 4), (9, 9)]) == ((1, 4), (5, 9))
    assert merged([(1, 4), (5, 9)], bridging_ns=1) == ((1, 9),)
    assert without([(0, 10)], [(2, 3), (9, 20)]) == ((0, 2), (3, 9))
    assert length_ns([(0, 5), (3, 8)]) == 8


@pytest.mark.parametrize("rate", [0.5, 1.0, 4.0, float(MOST_SPEED)])
def test_what_plays_slowly_enough_is_watched(rate):
    looks = [(moment(State.PLAYING, 3 + tick * rate / 30, rate=rate), tick / 30) for tick in range(31)]
    assert length_ns(watched(*looks).ranges) == pytest.approx(rate * S, rel=0.01)


def test_what_plays_faster_is_jumped_over_or_went_by_while_the_window_stood_still_is_not_watched():
    fast = [(moment(State.PLAYING, tick * 16 / 30, rate=16), tick / 30) for tick in range(31)]
    jump = [(moment(State.PLAYING, 3), 0), (moment(State.PLAYING, 8), 0.033)]
    stall = [(moment(State.PLAYING, 3), 0), (moment(State.PLAYING, 6), 3)]
    back = [(moment(State.PLAYING, 8), 0), (moment(State.PLAYING, 3), 0.033)]
    for looks in (fast, jump, stall, back):
        assert watched(*looks) == Seen()
    slow = [(moment(State.PLAYING, tick / 30), tick / 30) for tick in range(31)]
    assert watched(*slow, is_seen=False) == Seen()


def test_stepping_to_the_next_change_counts_the_time_between_if_it_was_looked_at():
    on, back = moment(State.PAUSED, 10), moment(State.PAUSED, 20)
    assert watched((on, 0), (on, 0.5), (back, 0.6)).ranges == ((10 * S, 20 * S),)
    assert watched((back, 0), (on, 0.5)).ranges == ((10 * S, 20 * S),)
    assert watched((on, 0), (back, 0.03)) == Seen()  # the key is held down
    assert watched((on, 0), (moment(State.PAUSED, 21), 1)) == Seen()  # a change lies between
    assert watched((on, 0), (back, 1), known_s=15) == Seen()  # whether one does is not known yet


def test_an_idle_time_that_was_skipped_is_kept_apart_from_what_was_watched():
    idle = Span(21 * S, 500 * S, "idle", "")
    looks = [
        (moment(State.PLAYING, 20.9), 0),
        (moment(State.SKIPPING, 30, skipped=idle), 0.1),
        (moment(State.SKIPPING, 400, skipped=idle), 0.4),
        (moment(State.PLAYING, 499.6), 0.8),
    ]
    seen = watched(*looks)
    assert seen.ranges == ()
    assert seen.idle == ((21 * S, round(499.6 * S)),)


def test_what_was_confirmed_is_forgotten_and_what_came_since_is_kept():
    log = WatchLog(Seen(((0, 5 * S),), ()))
    confirmed = log.seen
    for tick in range(31):
        one = moment(State.PLAYING, 5 + tick / 30)
        log.take(one, now_ns=tick * S // 30, change_times_ns=CHANGES, known_ns=H, is_seen=True)
    log.forget(confirmed)
    assert length_ns(log.seen.ranges) == pytest.approx(S, rel=0.01)


def seen_by(name, ranges, idle=(), standing=Standing.TRUSTED):
    return WatchedBy(Person(name, name.encode() * 32), standing, ranges, idle)


def test_coverage_counts_each_moment_once_and_no_stranger():
    ken, mia = seen_by("k", ((0, 30), (50, 60))), seen_by("m", ((20, 40),), ((40, 55), (60, 900)))
    stranger = seen_by("s", ((60, 100),), standing=Standing.STRANGER)
    one = coverage_of(Review(Subject("x", ""), watched=(ken, mia, stranger)), 100)
    assert (one.watched_ns, one.idle_ns, one.share) == (50, 50, 1.0)
    assert [(each.name, each.watched_ns, each.idle_ns) for each in one.persons] == [("k", 40, 0), ("m", 20, 55)]
    both = together([one, coverage_of(None, 300)])
    assert (both.share, both.recordings, both.begun) == (0.25, 2, 1)
    assert coverage_of(None, 0).share is None


def test_off_hours_are_reckoned_on_the_recorded_machines_clock():
    hours = Hours()
    assert off_hours(hours, MONDAY_9_UTC_NS, 0, 10 * H) == ()
    assert off_hours(hours, MONDAY_9_UTC_NS, 0, 11 * H) == ((10 * H, 11 * H),)
    assert off_hours(hours, MONDAY_9_UTC_NS, 9 * 3600, 2 * H) == ((H, 2 * H),)
    saturday = MONDAY_9_UTC_NS - 48 * H
    assert off_hours(hours, saturday, 0, 2 * H) == ((0, 2 * H),)
    assert off_hours(hours, MONDAY_9_UTC_NS, 0, 30 * H) == ((10 * H, 22 * H),)
    assert off_hours(Hours(days=DAYS, start="00:00", end="23:59"), saturday, 0, 2 * H) == ()
    assert off_hours(hours, 2**69, 0, H) == ()


def entry(session_id="20260302T090000Z-00000001", *, verdict="sound", state="closed", hours=1.0, used=None):
    known = Known("op", "host", "why", MONDAY_9_UTC_NS, 0, hours * 3600, state, 1)
    return Entry(session_id, Path("/library") / session_id, known, verdict, used=used)


ALERT = LogRow(7 * S, 7 * S, "alert", "Billing was stopped", severity="high")
GAP = LogRow(9 * S, 12 * S, "gap", "The screen could not be read.", severity="medium")
SUDO = LogRow(5 * S, 5 * S, "process", "/usr/bin/sudo systemctl stop billing", "started · process 77")
LESS = LogRow(6 * S, 6 * S, "process", "less sudo.log", "started · process 78")
FOUND = LogRow(1 * S, 1 * S, "process", "sudo -i", "was already running · process 12")


def test_every_reason_is_a_row_with_its_moment_the_gravest_first():
    used = Used((Use("/usr/bin/DBeaver", 3 * S, 4 * S, 9), Use("firefox", 0, S, 3)))
    found = reasons_of(entry(used=used, hours=11), [SUDO, LESS, ALERT, GAP, FOUND], Policy())
    assert [(one.kind, one.at_ns) for one in found] == [
        ("alert_high", 7 * S), ("gap", 9 * S), ("privileged", 3 * S), ("privileged", 5 * S), ("off_hours", 10 * H),
    ]  # fmt: skip
    assert "sudo was started." in found[3].text
    assert reasons_of(entry(), [], Policy()) == ()


def test_what_is_not_sound_or_not_known_is_a_reason():
    kinds = [
        [one.kind for one in reasons_of(which, [], Policy())]
        for which in (entry(verdict="altered"), entry(verdict=None), entry(verdict="partial", state="interrupted"))
    ]
    assert kinds == [["altered"], ["not_verified"], ["not_sound", "not_sound"]]
    assert [one.kind for one in reasons_of(entry(), None, Policy())] == ["not_sound"]
    unreadable = Entry("x", Path("/x"), None, None, "It is no recording.")
    assert [one.text for one in reasons_of(unreadable, None, Policy())] == ["It is no recording."]


def test_one_graver_reason_comes_before_any_number_of_lesser_ones():
    grave = reasons_of(entry(), [ALERT], Policy())
    many = reasons_of(entry(), [GAP] * 50, Policy())
    assert rank(grave) < rank(many) < rank(())


def test_the_policy_file_changes_the_defaults_and_says_what_is_wrong_with_it(tmp_path):
    home = {"TACHIAI_HOME": str(tmp_path)}
    assert read_policy(home) == Policy()
    path = tmp_path / "review.toml"
    path.write_text(
        '[hours]\nfrom = "22:00"\nto = "23:30"\n[applications]\nprivileged = ["C:\\\\\\\\Tools\\\\\\\\Reg.EXE"]\n'
    )
    policy = read_policy(home)
    assert policy.hours.start_s == 22 * 3600
    assert policy.privileged == {"reg"}
    for text in ('[hours]\nfrom = "7"', "[hour]", '[hours]\ndays = ["lundi"]', '[hours]\nfrom="20:00"', "\x00", "="):
        path.write_text(text)
        with pytest.raises(UnreadableError, match="mend it, or remove it"):
            read_policy(home)


def test_the_documented_defaults_are_those_that_hold(tmp_path):
    doc = (Path(__file__).parents[3] / "docs" / "review-format.md").read_text(encoding="utf-8")
    (tmp_path / "review.toml").write_text(doc.partition("```toml\n")[2].partition("```")[0])
    assert read_policy({"TACHIAI_HOME": str(tmp_path)}) == Policy()


def test_a_program_goes_by_its_name_whatever_its_path():
    assert {program_name(name) for name in ("/usr/bin/sudo", "SUDO.exe", r"C:\bin\sudo.EXE")} == {"sudo"}


def test_everybody_draws_the_same_sample_and_a_seed_another():
    names = [f"2026030{day}T090000Z-0000000{day}" for day in range(1, 10)]
    first = draw(names, seed="Q1", count=3)
    assert first == draw(reversed(names), seed="Q1", count=3)
    assert first.session_ids == tuple(names[place] for place in (8, 5, 1))
    assert draw(names, seed="Q2", count=3).session_ids != first.session_ids
    assert draw(names, seed="Q1", count=99).population == 9
