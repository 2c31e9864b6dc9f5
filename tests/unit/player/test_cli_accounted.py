"""`accounted`: totals for people, entries for programs, and where they are from."""

import json

import pytest

from recorder.agent_events import Covered
from recorder.events import LockChanged
from tests.player_place import told
from tests.recordings import SESSION_ID, S


@pytest.fixture
def recorded(place):
    desk = place.desk()
    desk.wait(4)
    desk.emit(LockChanged(desk.now_ns, locked=True))
    desk.wait(3)
    desk.gap(5 * S, 6 * S, "everything", "suspended")
    desk.emit(Covered(0, 4 * S, "recorded"))
    desk.close()
    return place


def test_the_totals_add_up_and_each_gap_has_its_reason(recorded):
    answer = recorded.run("accounted", SESSION_ID)
    assert answer.status == 0
    lines = [line.split("  ") for line in answer.out.splitlines()]
    assert [line[-1].strip() for line in lines] == [
        "Recorded",
        "Idle",
        "Locked",
        "Masked",
        "Not recorded",
        "The machine was suspended",
        "The whole session",
    ]
    assert "0:00:04.000   57.14 %  Recorded" in answer.out
    assert "0:00:07.000  100.00 %  The whole session" in answer.out
    assert "Computed here from the events for 3.0 s" in answer.notes


def test_in_japanese_with_every_stretch(recorded):
    out = recorded.run("accounted", SESSION_ID, "--entries", "--language", "ja").out
    assert "0:00:05.000 – 0:00:06.000  記録なし（コンピューターがスリープしていた）" in out


def test_for_programs_the_nanoseconds_add_up_exactly(recorded):
    objects = [json.loads(line) for line in recorded.run("accounted", SESSION_ID, "--json").out.splitlines()]
    entries, whole = objects[:-1], objects[-1]
    assert [(one["at_s"], one["class"], one["reason"]) for one in entries] == [
        (0, "recorded", ""),
        (4, "locked", ""),
        (5, "gap", "suspended"),
        (6, "locked", ""),
    ]
    assert sum(one["length_ns"] for one in entries) == whole["length_ns"] == 7 * S == sum(whole["totals_ns"].values())
    assert whole["sealed_ns"] + whole["computed_ns"] + whole["lost_ns"] == whole["length_ns"]
    assert (whole["sealed_ns"], whole["differing_ns"], whole["is_live"]) == (4 * S, 0, False)


def test_without_a_key_nothing_is_told(place):
    desk = place.desk(is_mine=False)
    desk.wait(4)
    desk.close()
    answer = place.run("accounted", SESSION_ID)
    assert answer.status == 3
    assert "key is at hand" in told(answer)
    assert answer.out == ""
