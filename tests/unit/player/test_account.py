"""The account of a recording as the player reads it: sealed, computed, lost since; whole, alive, killed and resumed."""

import pytest

from player.account import LOST, differing_ns
from player.account_words import account_lines, entry_words
from player.recording import OpenRecording
from recorder.agent_events import Covered, HiddenInput, MaskChanged, MaskedArea
from recorder.coverage import CoverageEntry
from recorder.errors import StorageError
from recorder.events import Gap, IdleChanged, LockChanged, SessionEnded
from recorder.format.payload import encode_events
from recorder.geometry import Rect
from resources.words import read_words
from tests.evidence_kit import FullDisk
from tests.killed_desks import be_killed, resume
from tests.recordings import Desk, S


def opened(made):
    recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)
    recording.scan_all()
    return recording


def told(account):
    return [(one.start_ns // S, one.end_ns // S, one.coverage, one.reason) for one in account.entries]


def assert_whole(account):
    at_ns = 0
    for entry in account.entries:
        assert entry.start_ns == at_ns
        at_ns = entry.end_ns
    assert at_ns == account.length_ns == sum(account.totals_ns().values())


@pytest.fixture
def desk(tmp_path):
    """Twenty seconds of work, the screen locked for five of them, and one gap."""
    desk = Desk(tmp_path)
    desk.wait(5)
    desk.emit(LockChanged(desk.now_ns, locked=True))
    desk.seal()
    desk.wait(5)
    desk.emit(LockChanged(desk.now_ns, locked=False))
    desk.paint()
    desk.seal()
    desk.wait(10)
    desk.gap(12 * S, 14 * S, "everything", "stalled")
    desk.seal()
    return desk


WHOLE = [(0, 5, "recorded", ""), (5, 10, "locked", ""), (10, 12, "recorded", "")]
WHOLE += [(12, 14, "gap", "stalled"), (14, 20, "recorded", "")]


def test_a_recording_without_a_sealed_account_gets_one_computed_that_is_as_long_as_the_session(desk):
    account = opened(desk.close()).account()
    assert told(account) == WHOLE
    assert (account.length_ns, account.computed_ns, account.sealed_ns) == (20 * S, 20 * S, 0)
    assert_whole(account)


def test_what_the_recorder_sealed_stands_and_what_its_events_say_otherwise_is_counted(desk):
    desk.emit(Covered(0, 5 * S, "recorded"))
    desk.emit(Covered(5 * S, 8 * S, "masked", "mail"))
    account = opened(desk.close()).account()
    assert told(account)[:3] == [(0, 5, "recorded", ""), (5, 8, "masked", "mail"), (8, 10, "locked", "")]
    assert (account.sealed_ns, account.computed_ns, account.differing_ns) == (8 * S, 12 * S, 3 * S)
    assert_whole(account)


def test_a_later_entry_of_the_recorder_corrects_an_earlier_one(desk):
    desk.emit(Covered(0, 20 * S, "recorded"))
    desk.emit(Covered(12 * S, 14 * S, "gap", "stalled"))
    desk.emit(Covered(5 * S, 10 * S, "locked"))
    account = opened(desk.close()).account()
    assert told(account) == WHOLE
    assert (account.computed_ns, account.differing_ns) == (0, 0)


def test_a_recorder_that_was_killed_and_one_that_went_on_make_one_account(desk):
    desk.emit(Covered(0, 5 * S, "recorded"))
    desk.emit(LockChanged(desk.now_ns, locked=True))
    desk.seal()
    be_killed(desk)
    desk.clock.passed_ns = 23 * S
    resume(desk, known_ns=20 * S)
    desk.wait(2)
    desk.paint()
    desk.emit(Covered(20 * S, 23 * S, "gap", "recorder_died"))
    desk.emit(Covered(23 * S, 25 * S, "recorded"))
    account = opened(desk.close()).account()
    assert told(account) == [*WHOLE, (20, 23, "gap", "recorder_died"), (23, 25, "recorded", "")]
    assert (account.sealed_ns, account.differing_ns) == (10 * S, 0)
    assert_whole(account)


def test_a_recording_that_was_killed_is_accounted_for_up_to_its_last_record(desk, tmp_path):
    desk.wait(3)
    desk.paint()
    account = opened(desk.interrupt(tmp_path / "elsewhere")).account()
    assert told(account)[-1] == (14, 23, "recorded", "")
    assert account.length_ns == account.computed_ns == 23 * S


def test_a_recording_that_grows_is_accounted_for_up_to_now(desk):
    recording = opened(desk.made())
    assert recording.account() is recording.account()
    before = recording.account()
    desk.wait(6)
    desk.emit(IdleChanged(desk.now_ns, idle=True, since_ns=21 * S))
    desk.seal()
    recording.refresh()
    assert told(recording.account()) == [*WHOLE[:-1], (14, 21, "recorded", ""), (21, 26, "idle", "")]
    assert_whole(before)
    assert_whole(recording.account())


def test_what_was_altered_since_is_no_second_that_was_recorded(tmp_path):
    desk = Desk(tmp_path)
    for _ in range(4):
        desk.wait(4)
        desk.paint()
        desk.seal()
    desk.emit(Covered(0, desk.now_ns, "recorded"))
    made = desk.close()
    chunk = desk.chunks[1]
    path = made.folder / f"{chunk.segment:04}.seg"
    data = bytearray(path.read_bytes())
    data[chunk.offset_bytes + 200] ^= 1
    path.write_bytes(bytes(data))
    account = opened(made).account()
    lost = [one for one in account.entries if one.coverage == "gap"]
    assert lost, "nothing was lost"
    assert {one.reason for one in lost} <= LOST
    assert account.lost_ns >= 4 * S
    assert account.sealed_ns + account.computed_ns + account.lost_ns == account.length_ns
    assert account.differing_ns == 0
    assert_whole(account)


def test_what_nobody_recorded_and_nobody_explains_between_two_segments_is_a_gap(desk):
    be_killed(desk)
    desk.clock.passed_ns = 60 * S
    resume(desk, known_ns=60 * S)  # a recorder that does not say what it missed
    account = opened(desk.close()).account()
    assert told(account)[-1] == (20, 60, "gap", "silent")
    assert_whole(account)


def test_the_moments_before_a_gap_in_which_there_was_nothing_to_seal_need_no_other_reason(desk):
    be_killed(desk)
    desk.clock.passed_ns = 600 * S
    resume(desk, known_ns=22 * S)  # what was heard of the recorder last; its last chunk is of 20 s
    account = opened(desk.close()).account()
    assert told(account) == [*WHOLE[:-1], (14, 22, "recorded", ""), (22, 600, "gap", "recorder_died")]
    assert_whole(account)


def test_a_gap_that_says_why_stands_before_the_silence_around_it_and_one_of_the_keyboard_alone_does_not(desk):
    be_killed(desk)
    desk.clock.passed_ns = 100 * S
    resume(desk, known_ns=100 * S)
    desk.gap(40 * S, 60 * S, "everything", "suspended")
    desk.gap(60 * S, 90 * S, "keyboard", "input_lost")
    account = opened(desk.close()).account()
    assert told(account)[-3:] == [(20, 40, "gap", "silent"), (40, 60, "gap", "suspended"), (60, 100, "gap", "silent")]
    assert_whole(account)


def test_a_segment_that_was_given_up_for_want_of_room_is_no_evidence_that_is_missing(desk):
    disk = desk.writer._files = FullDisk()
    desk.start_segment()
    disk.is_full = True
    desk.wait(4)
    with pytest.raises(StorageError):
        desk.writer.append(encode_events([]))
    with pytest.raises(StorageError):
        desk.writer.start_segment("disk_full")
    lost = Gap(20 * S, 24 * S, "everything", "storage_full")
    desk.writer.close("storage_full", last=encode_events([lost, SessionEnded(24 * S, "storage_full")]))
    recording = opened(desk.made())
    assert [span.kind for span in recording.spans() if span.kind in LOST] == []
    assert told(recording.account()) == [*WHOLE, (20, 24, "gap", "storage_full")]
    assert_whole(recording.account())


def test_a_part_is_cut_out_of_it(desk):
    part = opened(desk.close()).account_of(8 * S, 13 * S)
    assert told(part) == [(8, 10, "locked", ""), (10, 12, "recorded", ""), (12, 13, "gap", "stalled")]
    assert part.length_ns == 5 * S
    assert part.computed_ns == 5 * S


def test_two_accounts_are_compared_to_the_nanosecond():
    one = [CoverageEntry(0, 10, "recorded"), CoverageEntry(10, 30, "idle")]
    other = [CoverageEntry(0, 12, "recorded"), CoverageEntry(12, 20, "gap", "stalled"), CoverageEntry(20, 30, "idle")]
    assert differing_ns(one, other) == 10
    assert differing_ns(one, one) == 0


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_class_and_reason_has_its_words(desk, language):
    desk.emit(HiddenInput(15 * S, 16 * S, 8, "echo_off"))
    desk.emit(MaskChanged(17 * S, (MaskedArea(Rect(0, 0, 9, 9), "mail\x1b[2J"),)))
    desk.emit(MaskChanged(18 * S, ()))
    desk.gap(18 * S, 19 * S, "screen 2", "grab_failed")
    desk.gap(19 * S, 20 * S, "clipboard", "of a newer kind")
    account = opened(desk.close()).account()
    words = read_words(language)
    lines = list(account_lines(account, words))
    assert sum(line.length_ns for line in lines if not line.reason) == account.length_ns
    assert [line.coverage for line in lines if not line.reason] == ["recorded", "idle", "locked", "masked", "gap"]
    reasons = " ".join(line.reason for line in lines)
    assert reasons.isprintable()
    for part in {"en": ("stood still", "screen 2", "terminal"), "ja": ("停滞", "画面 2", "端末")}[language]:
        assert part in reasons
    assert all(entry_words(entry, words) for entry in account.entries)


def test_the_end_record_is_later_than_the_session_and_counts_for_nothing(tmp_path):
    desk = Desk(tmp_path)
    desk.wait(3)
    desk.emit(SessionEnded(desk.now_ns, "asked"))
    desk.seal()
    desk.clock.passed_ns += S
    desk.writer.close("asked")
    assert opened(desk.made()).account().length_ns == 3 * S
