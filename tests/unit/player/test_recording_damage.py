"""Nothing altered or missing is ever shown as if it were sound."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from player.recording import OpenRecording
from player.scan import Scan
from player.timeline import spans_at
from recorder.clock import Instant
from recorder.command_rows import commands
from recorder.errors import WorldError
from recorder.events import Snapshot
from recorder.evidence.findings import Finding, Severity, Status
from recorder.evidence.reader import Chunk, ChunkKind, RecordingReader
from recorder.format.payload import encode_events
from recorder.geometry import Rect
from tests import recordings
from tests.recordings import Desk, S


def opened(made):
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)


def shown_at(recording, desk, step_ns=50_000_000, screen=0):
    """For each moment: True if the recorded picture is shown, None if none is. Another picture fails."""
    shown = {}
    for at_ns in range(0, recording.duration_ns + 1, step_ns):
        picture = recording.picture_at(screen, at_ns)
        if picture is not None:
            assert np.array_equal(picture.bgr, desk.picture(screen, at_ns)), f"a wrong picture at {at_ns / S}"
        shown[at_ns] = picture is not None
    return shown


def test_after_an_altered_chunk_nothing_is_shown_until_a_full_picture(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 12)
    altered = desk.chunks[5]
    desk.start_segment()
    recordings.work(desk, 5)
    made = desk.close()
    recordings.flip(made.folder / "0001.seg", altered.offset_bytes + altered.size_bytes // 2)
    restart_ns = next(chunk.start_ns for chunk in desk.chunks if chunk.segment == 2)
    recording = opened(made)
    recording.scan_all()
    for at_ns, is_shown in shown_at(recording, desk).items():
        if at_ns < altered.start_ns:
            assert is_shown
        elif altered.end_ns <= at_ns < restart_ns:
            assert not is_shown, f"shown at {at_ns / S}"
        elif at_ns >= restart_ns:
            assert is_shown
    assert recording.status is Status.ALTERED
    [span] = [span for span in recording.spans() if span.kind == "altered"]
    assert span.start_ns <= altered.end_ns <= span.end_ns
    assert span.reason


def test_what_follows_a_lost_full_picture_is_not_made_of_the_tiles_before_it(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 8)
    desk.wait(0.7)
    desk.set_screens((320, 200))  # a monitor that went and came: ids of tiles begin anew
    lost = desk.seal()
    for value in (9, 10):
        recordings.work(desk, 2)
        desk.snapshot()  # what comes after it is compressed by itself, but its colours are still numbered as before
        desk.paint(area=Rect(0, 0, 320, 200), value=value)
    desk.snapshot()
    recordings.work(desk, 2)
    made = desk.close()
    recordings.flip(made.folder / "0001.seg", lost.offset_bytes + lost.size_bytes // 2)
    recording = opened(made)
    recording.settle(lost.start_ns)
    assert not any(is_shown for at_ns, is_shown in shown_at(recording, desk).items() if at_ns > lost.end_ns)
    assert not any("does not show what was recorded" in span.reason for span in recording.spans())


class Reading:
    """Sound chunks, and after the first a damaged one whose place in the order cannot be told."""

    segments = (SimpleNamespace(number=1, follows=0),)
    is_being_recorded = False
    findings = (Finding("CRC_MISMATCH", 1, None, 900, 1 * S, 5 * S, "These bytes were changed.", Severity.ALTERED),)

    def chunks(self, segment, *, after_sequence):
        for sequence, at_s in ((0, 1), (3, 5), (4, 9)):
            if sequence > after_sequence:
                yield Chunk(segment, sequence, 0, Instant(at_s * S, at_s * S, 0), ChunkKind.HEARTBEAT, b"")


def test_what_was_altered_in_the_middle_does_not_make_the_end_an_altered_one():
    scan = Scan(cast("RecordingReader", Reading()), started_boot_ns=0)
    while scan.step():
        pass
    assert [(span.start_ns, span.end_ns) for span in scan.spans.spans(scan.reached_ns)] == [(1 * S, 5 * S)]


def test_a_snapshot_whose_sheets_are_sound_ends_what_is_not_shown(tmp_path):
    desk = Desk(tmp_path)
    desk.paint(0, Rect(0, 0, 64, 64), 7)
    desk.paint(0, Rect(0, 0, 64, 64), 9)
    recordings.work(desk, 8)
    altered = desk.chunks[-1]
    desk.wait(0.5)
    desk.snapshot()  # a new group of sheets begins, which does not stand on the altered chunk's
    # All anew, in a colour that came before: the altered chunk holds nothing that is still needed.
    desk.paint(0, desk.screens[0].area, 7)
    desk.seal()
    desk.snapshot()
    snapshot_ns = desk.now_ns
    desk.seal()
    desk.wait(0.5)
    desk.paint(0, Rect(0, 0, 100, 100), 9)
    desk.seal()
    made = desk.close()
    recordings.flip(made.folder / "0001.seg", altered.offset_bytes + altered.size_bytes // 2)
    shown = shown_at(opened(made), desk)
    assert all(is_shown for at_ns, is_shown in shown.items() if at_ns < altered.start_ns)
    assert not any(is_shown for at_ns, is_shown in shown.items() if altered.end_ns <= at_ns < snapshot_ns)
    assert all(is_shown for at_ns, is_shown in shown.items() if at_ns >= snapshot_ns)


@pytest.mark.parametrize("place", range(1, 12))
def test_wherever_a_chunk_is_altered_no_wrong_picture_is_shown(tmp_path, place):
    desk, made, altered = recordings.tampered(tmp_path, chunk=place)
    recording = opened(made)
    shown = shown_at(recording, desk, 100_000_000)
    assert all(is_shown for at_ns, is_shown in shown.items() if at_ns < altered.start_ns)
    recording.scan_all()
    assert recording.status is Status.ALTERED
    assert any(span.kind == "altered" for span in spans_at(recording.spans(), altered.end_ns - 1))


def test_flips_anywhere_show_no_wrong_picture_and_never_crash(tmp_path):
    desk, made = recordings.whole(tmp_path)
    path = made.folder / "0001.seg"
    good = path.read_bytes()
    for offset in np.random.default_rng(5).integers(0, len(good), 60).tolist():
        path.write_bytes(good)
        recordings.flip(path, offset)
        try:
            recording = opened(made)
        except WorldError:
            continue
        shown_at(recording, desk, 500_000_000)
        recording.scan_all()
        assert recording.status is not Status.SOUND, f"flip at {offset} was not seen"


def test_a_torn_tail_loses_only_itself(tmp_path):
    desk, made = recordings.truncated(tmp_path / "live", tmp_path / "left")
    recording = opened(made)
    recording.scan_all()
    last = desk.chunks[-2]
    assert recording.duration_ns == last.end_ns
    assert all(shown_at(recording, desk).values())
    assert not recording.is_closed
    assert not recording.is_live
    desk.close()


def test_an_empty_segment_at_the_end_is_survived(tmp_path):
    _, made = recordings.whole(tmp_path)
    (made.folder / "0003.seg").write_bytes(b"")
    recording = opened(made)
    recording.scan_all()
    assert recording.picture_at(0, S) is not None


def test_a_segment_that_is_gone_is_a_range_that_is_missing(tmp_path):
    desk = Desk(tmp_path)
    for _ in range(3):
        recordings.work(desk, 4)
        desk.start_segment()
    recordings.work(desk, 4)
    made = desk.close()
    (made.folder / "0002.seg").unlink()
    second = [chunk for chunk in desk.chunks if chunk.segment == 2]
    recording = opened(made)
    recording.scan_all()
    for at_ns, is_shown in shown_at(recording, desk).items():
        if second[0].end_ns < at_ns < second[-1].end_ns:
            assert not is_shown, f"shown at {at_ns / S}"
    [missing] = [span for span in recording.spans() if span.kind == "missing"]
    assert missing.start_ns <= second[0].end_ns
    assert missing.end_ns >= second[-1].end_ns


def test_a_snapshot_of_another_picture_than_decoded_is_an_altered_range(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 5)
    true = desk._encoders[0].snapshot(desk.now_ns)
    forged = Snapshot(true.at_ns, 0, true.width_px, true.height_px, true.exact, bytes(32), true.data)
    desk.emit(forged)
    desk.seal()
    forged_ns = desk.now_ns
    recordings.work(desk, 5)
    desk.start_segment()
    recordings.work(desk, 2)
    recording = opened(desk.close())
    for at_ns in range(0, recording.duration_ns, 100_000_000):
        recording.picture_at(0, at_ns)
    shown = shown_at(recording, desk)
    assert shown[0]
    assert not any(is_shown for at_ns, is_shown in shown.items() if S < at_ns < 4 * S)
    assert shown[max(shown)]
    [span] = recording.spans()
    assert span.kind == "altered"
    assert span.start_ns <= forged_ns <= span.end_ns


def test_a_patch_that_is_not_one_is_a_missing_range_and_no_crash(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 5)
    desk.wait(0.5)
    desk.paint()
    broken = desk._pending.pop()
    desk.emit(type(broken)(*[*broken.__reduce__()[1][:8], b"\x01rubbish"]))
    desk.truth[0].pop()
    broken_ns = desk.now_ns
    desk.seal()
    recordings.work(desk, 3)
    recording = opened(desk.close())
    shown = shown_at(recording, desk)
    assert all(is_shown for at_ns, is_shown in shown.items() if at_ns < broken_ns)
    assert not any(is_shown for at_ns, is_shown in shown.items() if at_ns >= broken_ns)
    [span] = recording.spans()
    assert (span.start_ns, span.end_ns, span.kind) == (broken_ns, recording.duration_ns, "missing")


def test_a_chunk_that_is_no_list_of_events_is_a_missing_range(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 3)
    desk.writer.append(b"\xc1 not events")
    broken_ns = desk.now_ns
    recordings.work(desk, 3)
    recording = opened(desk.close())
    recording.scan_all()
    assert recording.picture_at(0, broken_ns - S) is not None
    assert recording.picture_at(0, recording.duration_ns) is None
    assert any(span.kind == "missing" for span in recording.spans())
    assert recording.status is Status.PARTIAL


def test_a_restart_after_an_error_is_shown_from_its_full_picture(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 4)
    lost_from_ns = desk.now_ns
    desk.wait(2)
    desk.restart_after_error()
    restart_ns = desk.now_ns
    recordings.work(desk, 4)
    recording = opened(desk.close())
    recording.settle(lost_from_ns)
    shown = shown_at(recording, desk)
    assert all(is_shown for at_ns, is_shown in shown.items() if at_ns < lost_from_ns)
    assert not any(is_shown for at_ns, is_shown in shown.items() if lost_from_ns < at_ns < restart_ns)
    assert all(is_shown for at_ns, is_shown in shown.items() if at_ns >= restart_ns)


def test_heartbeats_alone_keep_the_last_picture(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 2)
    desk.wait(120)
    desk.writer.append(encode_events([]), heartbeat=True)
    recording = opened(desk.close())
    assert all(shown_at(recording, desk, S).values())


def test_what_was_typed_before_and_after_an_altered_chunk_is_not_one_text(place):
    desk = place.desk()
    desk.window("root@db1: ~")
    desk.seal()
    desk.type("rm -rf ", seconds_each=0.05)
    desk.seal()
    desk.type("/tmp/", seconds_each=0.05)
    lost = desk.seal()
    desk.type("var/log", seconds_each=0.05)
    desk.press("enter")
    desk.type("ls", seconds_each=0.05)
    desk.press("enter")
    made = desk.close()
    recordings.flip(made.folder / "0001.seg", lost.offset_bytes + lost.size_bytes // 2)
    recording = opened(made)
    recording.scan_all()
    typed = [(row.text, row.detail) for row in recording.rows() if row.kind == "text"]
    assert typed == [
        ("rm -rf ", "evidence is missing after it"),
        ("var/log", "Enter · evidence is missing before it"),
        ("ls", "Enter"),
    ]
    read = place.run("log", made.folder.name, "--kind", "text", "--json").objects
    assert [(one["text"], one["detail"]) for one in read] == typed
    assert [one["text"] for one in place.run("search", "rm -rf", "--json").objects] == ["rm -rf "]
    assert place.run("search", "rm -rf var", "--json").status == 1
    told = [(one.text, one.is_whole) for one in commands(recording.rows())]
    assert told == [("rm -rf […]var/log", False), ("ls", True)]
