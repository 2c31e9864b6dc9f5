"""The watch of the two processes in its parts: when one counts as silent, what is said, what is believed."""

import os
import socket
import threading
from typing import Any

import pytest

from app.agent.continuing import BELIEVED_NS, Resuming
from app.agent.supervision.channel import Channel
from app.agent.supervision.display_server import display_server
from app.agent.supervision.logout import session_is_closing
from app.agent.supervision.messages import (
    LONGEST_BYTES,
    Begin,
    Ended,
    GoOn,
    Health,
    Heartbeat,
    Miniature,
    Refused,
    Resume,
    Rows,
    RowSaid,
    Started,
    Stop,
    ToldToEnd,
    from_recorder,
    from_resident,
    packed,
)
from app.agent.supervision.place import AgentState, Place, can_go_on, normal_display
from app.agent.supervision.pulse import Backoff, BackoffSteps, Pulse
from recorder.clock import boot_id
from recorder.events import GapReason
from recorder.format.header import PreviousSegment
from recorder.session.sealer import HOLD_BACK_NS
from tests.evidence_kit import TurnedClock, cast, crash, independent, new_writer, payload
from tests.xserver import start_xvfb

S = 1_000_000_000
TIP = PreviousSegment(segment=1, records=3, tip="ab" * 32)


# --- arithmetic -------------------------------------------------------------------------------------------------------


def test_silence_is_counted_from_what_was_heard_last():
    pulse = Pulse(0)
    assert pulse.silence_ns(S) == S
    pulse.hear(S)
    assert pulse.silence_ns(int(1.9 * S)) == int(0.9 * S)


def test_whoever_was_held_up_itself_does_not_blame_the_other():
    pulse = Pulse(0)
    for step in range(5):
        assert pulse.silence_ns(step * S // 5) == step * S // 5
    assert pulse.silence_ns(60 * S) == 0  # both were stopped, or the machine was
    assert pulse.silence_ns(60 * S + S // 2) == S // 2


@pytest.mark.parametrize(("asked_s", "silence_s"), [(9.5, 9.5), (10.9, 10.9), (11.1, 0)])
def test_whoever_meant_to_wait_so_long_was_not_held_up(asked_s, silence_s):
    pulse = Pulse(0)
    pulse.look_at(10 * S)
    assert pulse.silence_ns(int(asked_s * S)) == int(silence_s * S)


def test_starts_that_fail_again_and_again_come_slower_and_never_end():
    backoff = Backoff(BackoffSteps(delays_s=(0.0, 1.0, 5.0), sound_after_s=20))
    assert [backoff.delay_s(0.1) for _ in range(5)] == [0.0, 1.0, 5.0, 5.0, 5.0]
    assert backoff.failures == 5
    assert backoff.delay_s(21) == 0.0


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "read"),
    [
        (Heartbeat(5, Health(1, 2, TIP, 3, 4, 5, 6)), from_recorder),
        (Heartbeat(5), from_resident),
        (Started("/r", "id", "o", "h", "p", 1, 2, 3), from_recorder),
        (Rows((RowSaid(1, 2, "text", "t", "d", "low", "x"),)), from_recorder),
        (Miniature(1, 2, 3, b"jpeg"), from_recorder),
        (ToldToEnd(), from_recorder),
        (Refused("no", 3), from_recorder),
        (Ended("/r", "asked", 0), from_recorder),
        (Begin(Resume("/r", "recorder_died", "d", 7, TIP), ("a", "b"), 9, 1.0, 2.0, True), from_resident),
        (Stop("logged_out"), from_resident),
        (GoOn(), from_resident),
    ],
)
def test_every_message_arrives_as_it_was_said(message, read):
    assert read(packed(message)[4:]) == message


class Ends:
    """Two channels that are connected, and what each heard."""

    def __init__(self):
        self.heard: dict[str, list[Any]] = {"recorder": [], "resident": []}
        self.closed = {"recorder": threading.Event(), "resident": threading.Event()}
        ours, theirs = socket.socketpair()
        self.raw = theirs
        self.resident = self._channel(ours, "resident", from_recorder)
        self.recorder = self._channel(theirs, "recorder", from_resident)

    def _channel(self, end, name, decode):
        return Channel(
            end, decode=decode, on_message=self.heard[name].append, on_closed=self.closed[name].set, name=name
        )

    def close(self):
        self.resident.close()
        self.recorder.close()


@pytest.fixture
def ends():
    ends = Ends()
    yield ends
    ends.close()


def test_messages_arrive_in_their_order_and_the_last_before_the_end(ends):
    ends.resident.start()
    ends.recorder.start()
    for number in range(500):
        ends.recorder.send(Heartbeat(number))
    ends.recorder.finish(5)
    assert ends.closed["resident"].wait(5)
    assert [message.boot_ns for message in ends.heard["resident"]] == list(range(500))


def test_what_the_other_one_has_room_for_is_there_when_send_returns(ends):
    message = Heartbeat(7)  # nobody has started a thread that could say it later
    assert ends.recorder.send(message)
    end = ends.resident._socket
    end.setblocking(False)
    assert from_recorder(end.recv(1000)[4:]) == message


def test_what_was_sent_in_part_goes_on_where_it_was(ends):
    ends.recorder.start()
    pictures = [Miniature(number, 1, 1, bytes([number]) * 300_000) for number in range(5)]
    for picture in pictures:  # more than the system takes while nobody reads
        assert ends.recorder.send(picture)
        assert ends.recorder.send(Heartbeat(picture.at_ns))
    ends.resident.start()
    ends.recorder.finish(10)
    assert ends.closed["resident"].wait(10)
    said = ends.heard["resident"]
    assert [one for one in said if isinstance(one, Miniature)] == pictures
    assert [one.boot_ns for one in said if isinstance(one, Heartbeat)] == list(range(5))


def test_who_speaks_never_waits_for_one_that_is_stopped(ends):
    ends.recorder.start()  # the resident does not read
    picture = Miniature(0, 1, 1, bytes(100_000))
    said = [ends.recorder.send(picture, losable=True) for _ in range(100)]
    assert said[0]
    assert not said[-1]
    assert ends.recorder.send(Ended("/r", "asked", 0)), "what must not be lost still has room"


@pytest.mark.parametrize("bad", [b"\x00\x00\x00\x02\x93\x01", (LONGEST_BYTES + 1).to_bytes(4, "big"), b"\x00\x00"])
def test_what_is_no_message_ends_the_connection(ends, bad):
    ends.resident.start()
    ends.raw.sendall(bad)
    ends.raw.shutdown(socket.SHUT_WR)
    assert ends.closed["resident"].wait(5)
    assert ends.heard["resident"] == []


# --- what is believed of a recording that is to go on -----------------------------------------------------------------


def resumed(folder, *, sealed_boot_ns, clock):
    resuming = Resuming(folder, GapReason.RECORDER_DIED, "Killed.", sealed_boot_ns, None)
    continued = resuming.go_on(cast().device, cast().recipients, clock)
    return continued, resuming


@pytest.fixture
def left(tmp_path):
    clock = TurnedClock()
    writer = new_writer(tmp_path, clock=clock, boot_id=boot_id())
    writer.start_segment("start")
    receipt = writer.append(payload(1))
    crash(writer)
    return writer.folder, clock, receipt.instant.boot_ns


@pytest.mark.parametrize(
    ("claimed_ns", "believed_ns"), [(None, 0), (-S, 0), (3 * S, 3 * S), (BELIEVED_NS + 1, 0), (3600 * S, 0)]
)
def test_nothing_is_lost_later_than_a_recorder_can_have_been_silent(left, claimed_ns, believed_ns):
    """Whoever writes the state's file cannot make a gap shorter than a heartbeat's time."""
    folder, clock, chunk_ns = left
    clock.elapsed_ns += 7200 * S
    claimed = None if claimed_ns is None else chunk_ns + claimed_ns
    continued, _ = resumed(folder, sealed_boot_ns=claimed, clock=clock)
    started_ns = continued.writer.header.started.boot_ns
    held_back_ns = min(HOLD_BACK_NS, chunk_ns - started_ns) if not believed_ns else 0
    assert continued.lost.from_ns == chunk_ns - started_ns + believed_ns - held_back_ns
    continued.writer.close("asked")


def test_a_clock_that_was_set_between_changes_neither_the_gap_nor_its_length(left):
    folder, clock, chunk_ns = left
    clock.elapsed_ns += 10 * S
    clock.wall_offset_ns = -3600 * S
    continued, _ = resumed(folder, sealed_boot_ns=None, clock=clock)
    started_ns = continued.writer.header.started.boot_ns
    assert continued.lost.from_ns == max(0, chunk_ns - started_ns - HOLD_BACK_NS)
    assert "slept" not in continued.lost.detail
    continued.writer.close("asked")


def test_a_segment_after_a_kill_for_want_of_memory_begins_as_after_any_other_and_the_gap_says_which_it_was(left):
    folder, clock, _ = left
    resuming = Resuming(folder, GapReason.OUT_OF_MEMORY, "Gone.", None, None)
    continued = resuming.go_on(cast().device, cast().recipients, clock)
    assert continued is not None
    assert continued.lost.reason == GapReason.OUT_OF_MEMORY
    continued.writer.close("asked")
    other = independent().Verdict(folder, {cast().device.public_bytes})
    other.run()
    assert other.exit_status == 1, other.findings


def test_why_it_cannot_go_on_is_kept_for_the_new_recording(tmp_path):
    writer = new_writer(tmp_path, boot_id="another start of the machine")
    writer.start_segment("start")
    crash(writer)
    clock = TurnedClock()
    clock.elapsed_ns = S
    continued, resuming = resumed(writer.folder, sealed_boot_ns=None, clock=clock)
    assert continued is None
    assert "started anew" in resuming.refusal


# --- where it keeps that it runs --------------------------------------------------------------------------------------


def state(**changes):
    fields: dict[str, Any] = {"state": "recording", "resident_pid": 1, "recorder_pid": 2, "heard_wall_ns": 3}
    fields |= {"boot_id": boot_id(), "display_server": "", "display": ":7", "folder": "/r"}
    return AgentState(**(fields | changes))


def test_one_lock_for_each_display(tmp_path):
    first = Place.of({"TACHIAI_HOME": str(tmp_path), "DISPLAY": ":7"})
    same = Place.of({"TACHIAI_HOME": str(tmp_path), "DISPLAY": ":7.0"})
    other = Place.of({"TACHIAI_HOME": str(tmp_path), "DISPLAY": ":8"})
    held = [first.hold(first.resident_lock), other.hold(other.resident_lock)]
    assert None not in held
    assert same.hold(same.resident_lock) is None
    for handle in held:
        os.close(handle or 0)
    assert normal_display("desk:10.1") == "desk:10"


def test_what_lies_in_the_states_place_and_says_nothing_is_nothing(tmp_path):
    place = Place.of({"TACHIAI_HOME": str(tmp_path), "DISPLAY": ":7"})
    os.close(place.hold(place.resident_lock) or 0)
    assert place.read() is None
    place.write(state())
    assert place.read() == state()
    written = place.state_file.read_bytes()
    torn = written.replace(b'"recorder_pid":2', b'"recorder_pid":3')
    assert torn != written
    for bad in (b"", b"{}", b'{"state": 1}', b"\xff" * 100, b" " * 100_000, written[:60], torn):
        place.state_file.write_bytes(bad)
        assert place.read() is None


def test_a_state_that_is_said_in_fewer_words_is_written_over_the_longer_one(tmp_path):
    place = Place.of({"TACHIAI_HOME": str(tmp_path), "DISPLAY": ":7"})
    os.close(place.hold(place.resident_lock) or 0)
    for said in (state(), state(problem="x" * 6000), state(problem="It is over.")):
        place.write(said)
        assert place.read() == said


def test_a_recording_goes_on_only_on_the_same_start_of_the_same_display():
    with start_xvfb(320, 200) as first:
        server = display_server(first.display)
        environment = {"DISPLAY": first.display}
        assert server
        assert can_go_on(state(display_server=server), environment)
        assert not can_go_on(state(display_server="1-1"), environment)
        assert not can_go_on(state(display_server=server, boot_id="another"), environment)
        assert not can_go_on(state(display_server=server, state="ended"), environment)
        assert not can_go_on(state(display_server=server, folder=None), environment)
        assert not can_go_on(None, environment)
    assert not can_go_on(state(display_server=server), environment)
    assert display_server("elsewhere:0") == ""


def test_the_login_manager_says_whether_the_session_closes(tmp_path):
    (tmp_path / "c1").write_text("UID=1000\nSTATE=closing\n")
    (tmp_path / "c2").write_text("UID=1000\nSTATE=active\n")
    assert session_is_closing({"XDG_SESSION_ID": "c1"}, sessions=tmp_path)
    for name in ("c2", "c3", "../c1", ""):
        assert not session_is_closing({"XDG_SESSION_ID": name}, sessions=tmp_path)
