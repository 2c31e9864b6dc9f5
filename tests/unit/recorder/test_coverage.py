"""The account of a session: every nanosecond once, whatever the events and their order."""

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.agent_events import Covered, HiddenInput, MaskChanged, MaskedArea, StorageState
from recorder.coverage import Coverage, CoverageEntry, SessionAccount, ToldAccount, reasons_ns, totals_ns
from recorder.event import Event
from recorder.events import Gap, IdleChanged, LockChanged, SessionStarted, SourceStatus, StateRestated
from recorder.geometry import Rect
from recorder.session.coverage import KEPT_NS, SETTLE_NS, CoverageTeller

S = 1_000_000_000
LENGTH = 300 * S
MASK = (MaskedArea(Rect(0, 0, 9, 9), "mail"),)


def account_of(events: Sequence[Event]) -> SessionAccount:
    account = SessionAccount()
    for event in events:
        account.feed(event)
    return account


def said(events: Sequence[Event], length: int = 100 * S) -> list[tuple[int, int, str, str]]:
    entries = account_of(events).entries(0, length)
    return [(one.start_ns // S, one.end_ns // S, one.coverage, one.reason) for one in entries]


def assert_whole(entries: Sequence[CoverageEntry], start_ns: int, end_ns: int) -> None:
    """Contiguous, none over another, none empty, and as long as the session."""
    at_ns = start_ns
    for entry in entries:
        assert entry.start_ns == at_ns
        assert entry.end_ns > entry.start_ns
        at_ns = entry.end_ns
    assert at_ns == end_ns
    assert sum(totals_ns(entries).values()) == end_ns - start_ns


# --- any events, in any order -----------------------------------------------------------------------------------------

times = st.integers(min_value=-10, max_value=310).map(lambda s: s * S)
lengths = st.integers(min_value=-2, max_value=60).map(lambda s: s * S)
whats = st.sampled_from(["everything", "screen", "screen 2", "input", "keyboard", "clipboard"])
reasons = st.sampled_from(["suspended", "recorder_died", "grab_failed", "stalled", "of a newer kind"])
events = st.lists(
    st.one_of(
        st.builds(lambda at, length, what, why: Gap(at, at + length, what, why), times, lengths, whats, reasons),
        st.builds(lambda at, idle, back: IdleChanged(at, idle, at - back), times, st.booleans(), lengths),
        st.builds(LockChanged, times, st.booleans()),
        st.builds(lambda at, on: MaskChanged(at, MASK if on else ()), times, st.booleans()),
        st.builds(lambda at, length: HiddenInput(at, at + length, 8, "echo_off"), times, lengths),
        st.builds(lambda at, act: StorageState(at, "full", 0, act), times, st.sampled_from(["text_only", "warn"])),
        st.builds(
            lambda at, s, on: SourceStatus(at, s, on, ""), times, st.sampled_from(["screen", "keyboard"]), st.booleans()
        ),
        st.builds(lambda at, locked: StateRestated(at, (), None, None, None, locked), times, st.none() | st.booleans()),
    ),
    max_size=25,
)


@given(events=events, seed=st.integers())
@settings(max_examples=400, deadline=None)
def test_the_account_is_whole_and_does_not_depend_on_the_order_of_events(events: list[Event], seed: int) -> None:
    entries = account_of(events).entries(0, LENGTH)
    assert_whole(entries, 0, LENGTH)
    assert all(not one.is_like(other) for one, other in itertools.pairwise(entries))
    shuffled = random.Random(seed).sample(events, len(events))
    assert account_of(shuffled).entries(0, LENGTH) == entries


@given(events=events, cut=st.integers(min_value=1, max_value=299))
@settings(max_examples=200, deadline=None)
def test_an_account_of_a_part_says_of_it_what_the_whole_one_says(events: list[Event], cut: int) -> None:
    account = account_of(events)
    joined = ToldAccount()
    for entry in (*account.entries(0, cut * S), *account.entries(cut * S, LENGTH)):
        joined.put(entry)
    whole = account.entries(0, LENGTH)
    assert all(joined.says(entry) for entry in whole)


@given(events=events, seed=st.integers(), late=st.integers(min_value=0, max_value=120))
@settings(max_examples=300, deadline=None)
def test_what_is_told_while_recording_adds_up_to_the_account_at_the_end(
    events: list[Event], seed: int, late: int
) -> None:
    """Events come up to two minutes late, segments begin at any time: the entries told hold the same in the end."""
    chance = random.Random(seed)
    arriving = sorted(((max(0, one.at_ns) + chance.randint(0, late) * S, place) for place, one in enumerate(events)))
    teller, told = CoverageTeller(), ToldAccount()
    teller.follow([SessionStarted(0, "id", "o", "h", "p", 0, 0, "t", "x", "text")])
    for now_s in range(0, LENGTH // S, 5):
        now_ns = now_s * S
        while arriving and arriving[0][0] <= now_ns:
            teller.follow([events[arriving.pop(0)[1]]])
        for covered in teller.so_far(now_ns) if chance.random() < 0.1 else teller.due(now_ns):
            told.feed(covered)
        assert_whole(told.entries, 0, told.entries[-1].end_ns if told.entries else 0)
    teller.follow([events[place] for _, place in arriving])
    for covered in teller.rest(LENGTH):
        told.feed(covered)
    assert_whole(told.entries, 0, LENGTH)
    assert all(told.says(entry) for entry in account_of(events).entries(0, LENGTH))


@given(before=events, after=events, died=st.integers(min_value=1, max_value=140), away=st.integers(1, 100))
@settings(max_examples=200, deadline=None)
def test_a_restarted_recorder_goes_on_where_its_gap_begins(
    before: list[Event], after: list[Event], died: int, away: int
) -> None:
    gap = Gap(died * S, (died + away) * S, "everything", "recorder_died")
    first, second, told = CoverageTeller(), CoverageTeller(), ToldAccount()
    first.follow([SessionStarted(0, "id", "o", "h", "p", 0, 0, "t", "x", "text"), *before])
    for covered in first.so_far(died * S):
        told.feed(covered)
    second.follow([gap, *(one for one in after if one.at_ns >= gap.end_ns)])
    for covered in second.rest(LENGTH):
        told.feed(covered)
    second_part = told.within(died * S, LENGTH)
    assert_whole(second_part, died * S, LENGTH)
    assert second_part[0].coverage == Coverage.GAP
    assert second_part[0].end_ns >= gap.end_ns


# --- what stands where several hold -----------------------------------------------------------------------------------


def test_the_one_by_which_the_least_was_recorded_stands() -> None:
    events = [
        IdleChanged(70 * S, idle=True, since_ns=10 * S),
        LockChanged(20 * S, locked=True),
        MaskChanged(30 * S, MASK),
        Gap(40 * S, 50 * S, "screen 2", "grab_failed"),
        Gap(42 * S, 48 * S, "everything", "suspended"),
        MaskChanged(60 * S, ()),
        LockChanged(70 * S, locked=False),
        IdleChanged(90 * S, idle=False, since_ns=10 * S),
    ]
    assert said(events) == [
        (0, 10, "recorded", ""),
        (10, 20, "idle", ""),
        (20, 30, "locked", ""),
        (30, 40, "masked", "mail"),
        (40, 42, "gap", "grab_failed: screen 2"),
        (42, 48, "gap", "suspended"),
        (48, 50, "gap", "grab_failed: screen 2"),
        (50, 60, "masked", "mail"),
        (60, 70, "locked", ""),
        (70, 90, "idle", ""),
        (90, 100, "recorded", ""),
    ]


def test_a_screen_that_cannot_be_read_is_a_gap_from_the_first_failure_and_the_gap_says_why() -> None:
    failing = SourceStatus(10 * S, "screen", working=False, detail="no")
    assert said([failing]) == [(0, 10, "recorded", ""), (10, 100, "gap", "source_failed: screen")]
    over = [Gap(10 * S, 30 * S, "screen", "grab_failed"), SourceStatus(30 * S, "screen", working=True, detail="")]
    assert said([failing, *over])[1:] == [(10, 30, "gap", "grab_failed: screen"), (30, 100, "recorded", "")]


def test_a_keyboard_that_is_off_by_policy_is_no_gap_and_one_that_broke_is() -> None:
    off = SourceStatus(0, "keyboard", working=False, detail="by policy")
    assert said([off]) == [(0, 100, "recorded", "")]
    assert said([off, Gap(0, 0, "keyboard", "source_failed")]) == [(0, 100, "gap", "source_failed: keyboard")]


def test_while_only_text_is_recorded_for_want_of_room_the_screen_is_a_gap() -> None:
    events = [StorageState(20 * S, "reserve", 0, "text_only"), StorageState(40 * S, "low", 0, "warn")]
    assert said(events)[1] == (20, 40, "gap", "text_only: screen")


def test_after_a_recorder_died_nothing_holds_that_is_not_said_again() -> None:
    held = [LockChanged(5 * S, locked=True), MaskChanged(6 * S, MASK), IdleChanged(7 * S, idle=True, since_ns=6 * S)]
    died = Gap(10 * S, 20 * S, "everything", "recorder_died")
    assert said([*held, died])[-1] == (20, 100, "recorded", "")
    again = StateRestated(20 * S, (), None, None, None, locked=True)
    assert said([*held, died, again])[-1] == (20, 100, "locked", "")


def test_what_the_next_recorder_finds_before_its_first_pictures_holds_after_the_gap() -> None:
    died = Gap(10 * S, 20 * S, "everything", "recorder_died")
    found = [LockChanged(12 * S, locked=True), MaskChanged(13 * S, MASK), LockChanged(50 * S, locked=False)]
    masked = [(0, 10, "recorded", ""), (10, 20, "gap", "recorder_died"), (20, 100, "masked", "mail")]
    assert said([died, *found]) == said([*found, died]) == masked
    locked = [(10, 20, "gap", "recorder_died"), (20, 50, "locked", ""), (50, 100, "recorded", "")]
    assert said([died, found[0], found[2]])[1:] == locked


def test_who_did_nothing_before_and_after_a_recorder_died_was_idle_but_for_the_gap() -> None:
    died = Gap(10 * S, 20 * S, "everything", "recorder_died")
    told = [died, IdleChanged(60 * S, idle=True, since_ns=0), IdleChanged(90 * S, idle=False, since_ns=0)]
    expected = [(0, 10, "idle", ""), (10, 20, "gap", "recorder_died"), (20, 90, "idle", ""), (90, 100, "recorded", "")]
    assert said(told) == said(told[::-1]) == expected


def test_reasons_are_added_up_the_longest_first() -> None:
    gaps = [Gap(0, S, "everything", "stalled"), Gap(2 * S, 9 * S, "everything", "suspended")]
    entries = account_of([*gaps, Gap(10 * S, 12 * S, "everything", "stalled")]).entries(0, 20 * S)
    assert reasons_ns(entries, "gap") == {"suspended": 7 * S, "stalled": 3 * S}


# --- telling ----------------------------------------------------------------------------------------------------------


def test_an_entry_is_told_once_it_is_over_and_settled_and_the_open_one_at_the_head_of_a_segment() -> None:
    teller = CoverageTeller()
    teller.follow([LockChanged(0, locked=False), LockChanged(100 * S, locked=True)])
    assert teller.due(100 * S + SETTLE_NS) == []
    assert teller.due(101 * S + SETTLE_NS) == [Covered(0, 100 * S, "recorded")]
    assert teller.due(200 * S + SETTLE_NS) == []
    assert teller.so_far(300 * S + SETTLE_NS) == [Covered(100 * S, 300 * S, "locked")]
    assert teller.rest(310 * S) == [Covered(300 * S, 310 * S, "locked")]
    assert teller.rest(310 * S) == []


def test_a_gap_that_is_known_late_is_told_anew_and_holds() -> None:
    teller, told = CoverageTeller(), ToldAccount()
    teller.follow([LockChanged(0, locked=False)])
    first = teller.so_far(200 * S + SETTLE_NS)
    teller.follow([Gap(50 * S, 60 * S, "everything", "stalled")])
    anew = teller.due(201 * S + SETTLE_NS)
    assert Covered(50 * S, 60 * S, "gap", "stalled") in anew
    for covered in (*first, *anew):
        told.feed(covered)
    assert [one.coverage for one in told.entries][:2] == ["recorded", "gap"]
    assert_whole(told.entries, 0, 200 * S)


def test_a_day_of_masks_that_move_keeps_little_in_memory_and_tells_little() -> None:
    teller, told = CoverageTeller(), 0
    teller.follow([LockChanged(0, locked=False)])
    for place in range(100_000):
        now_ns = place * S
        teller.follow([MaskChanged(now_ns, MASK)])
        told += len(teller.so_far(now_ns) if place % 300 == 0 else teller.due(now_ns))
    assert told <= 100_000 / 300 + 2
    assert len(teller._account._mask._points) <= (KEPT_NS + SETTLE_NS) / S + 400


@pytest.mark.parametrize("end_ns", [0, -5])
def test_a_session_without_length_has_an_empty_account(end_ns: int) -> None:
    assert account_of([Gap(0, 5, "everything", "stalled")]).entries(0, end_ns) == []
