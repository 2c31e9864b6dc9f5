"""Playing over the seam where a recorder was killed and another went on: the gap, and nothing but the gap."""

import numpy as np
import pytest

from player.recording import OpenRecording
from recorder.events import IdleChanged, LockChanged
from recorder.evidence.findings import Code, Status
from recorder.evidence.verify import verify
from tests.evidence_kit import judged
from tests.killed_desks import be_killed, resume
from tests.recordings import Desk, S

KILLED_NS = 8 * S
RESUMED_NS = 11 * S


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.wait(1)
    desk.paint()
    desk.type("before", seconds_each=0.1)
    desk.emit(LockChanged(desk.now_ns, locked=True))
    desk.emit(IdleChanged(desk.now_ns, idle=True, since_ns=desk.now_ns))
    desk.seal()
    desk.wait((KILLED_NS - desk.now_ns) / S)
    be_killed(desk)
    desk.clock.passed_ns = RESUMED_NS
    resume(desk, known_ns=KILLED_NS)
    desk.wait(1)
    desk.paint()
    desk.type("after")
    desk.seal()
    return desk


def opened(made):
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)


@pytest.mark.parametrize("order", [1, -1])
def test_each_side_of_the_seam_shows_its_pictures_and_the_gap_none(desk, order):
    made = desk.close()
    recording = opened(made)
    for at_ns in range(0, desk.now_ns, S // 4)[::order]:
        recording.settle(at_ns)
        picture = recording.picture_at(0, at_ns)
        if KILLED_NS <= at_ns < RESUMED_NS:
            assert picture is None, f"a picture in the gap, at {at_ns / S}"
        else:
            assert picture is not None, f"no picture at {at_ns / S}"
            assert np.array_equal(picture.bgr, desk.picture(0, at_ns)), f"another picture at {at_ns / S}"


def test_the_timeline_and_the_rows_have_the_gap_in_its_length_and_reason(desk):
    recording = opened(desk.close())
    recording.scan_all()
    gaps = [span for span in recording.spans() if span.kind == "gap"]
    assert [(span.start_ns, span.end_ns, span.reason) for span in gaps] == [
        (KILLED_NS, RESUMED_NS, "The recorder was killed or crashed.")
    ]
    rows = [row for row in recording.rows() if row.kind == "gap"]
    assert [(row.at_ns, row.end_ns) for row in rows] == [(KILLED_NS, RESUMED_NS)]
    assert "3.0 s: everything" in rows[0].text
    assert "killed" in rows[0].detail
    assert [row.text for row in recording.rows() if row.kind == "text"] == ["before", "after"]
    assert recording.status is Status.PARTIAL


def test_what_the_killed_recorder_said_last_does_not_hold_for_the_next(desk):
    recording = opened(desk.close())
    recording.scan_all()
    ends = {span.kind: span.end_ns for span in recording.spans() if span.kind in ("locked", "idle")}
    assert ends == {"locked": KILLED_NS, "idle": KILLED_NS}


def test_a_player_that_follows_goes_on_over_the_seam(tmp_path):
    desk = Desk(tmp_path)
    desk.wait(1)
    desk.type("before")
    desk.seal()
    be_killed(desk)
    recording = opened(desk.made())
    recording.scan_all()
    desk.clock.passed_ns = RESUMED_NS
    resume(desk, known_ns=2 * S)
    desk.type("after")
    desk.press("enter")
    desk.seal()
    assert recording.refresh()
    assert [span.end_ns for span in recording.spans() if span.kind == "gap"] == [RESUMED_NS]
    assert "after" in [row.text for row in recording.rows()]
    assert recording.picture_at(0, RESUMED_NS) is not None


def test_both_verifiers_call_it_partial_and_say_why(desk):
    made = desk.close()
    assert judged(made.folder, devices=made.devices).status is Status.PARTIAL
    verdict = verify(made.folder, devices=made.devices, keys=made.keys)
    assert {finding.code for finding in verdict.findings} == {Code.OPEN_NO_END, Code.GAP}
    gap = next(finding for finding in verdict.findings if finding.code == Code.GAP)
    assert (gap.at_ns, gap.end_ns) == (KILLED_NS, RESUMED_NS)
