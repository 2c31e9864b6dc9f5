"""Two encoders beside each other: the packets in the order of the pictures, and no thread left, whatever happens."""

import threading
from dataclasses import dataclass

import av
import numpy as np
import pytest

from player.video import pyav_writer
from player.video.export import export_video
from player.video.side_by_side import SideBySide
from recorder.errors import StorageError
from tests.unit.player.video_kit import likeness_db, played, worked


@dataclass
class Frame:
    pts: int
    pict_type: int = 0


@dataclass(frozen=True)
class Packet:
    pts: int
    by: str


class Encoder:
    """Gives each picture back as a packet, if the gate is open; `late`: it holds one back, as some encoders do."""

    def __init__(self, name, *, late=False, fails_at=None):
        self.name, self.late, self.fails_at = name, late, fails_at
        self.gate = threading.Event()
        self.gate.set()
        self.held = []

    def encode(self, frame):
        self.gate.wait()
        if frame is None:
            held, self.held = self.held, []
            return held
        if frame.pts == self.fails_at:
            raise OSError(28, "No space left on device")
        self.held.append(Packet(frame.pts, self.name))
        return [self.held.pop(0)] if len(self.held) > self.late else []


@pytest.mark.parametrize("late", [False, True])
def test_packets_come_in_the_order_of_the_pictures_whoever_is_first(late):
    slow, quick = Encoder("slow", late=late), Encoder("quick", late=late)
    slow.gate.clear()
    sides = SideBySide([slow, quick], most_waiting=50)
    for at in range(30):
        sides.give(Frame(at), begins_passage=at % 10 == 0)
    assert list(sides.taken()) == []  # the second passage may be ready, and waits for the first
    slow.gate.set()
    sides.finish()
    taken = list(sides.taken())
    assert [packet.pts for packet in taken] == list(range(30))
    assert [packet.by for packet in taken] == ["slow"] * 10 + ["quick"] * 10 + ["slow"] * 10


def test_only_so_many_pictures_wait():
    closed = Encoder("closed")
    closed.gate.clear()
    sides = SideBySide([closed], most_waiting=3)
    given = []

    def give_all():
        for at in range(8):
            sides.give(Frame(at), begins_passage=at == 0)
            given.append(at)

    giver = threading.Thread(target=give_all)
    giver.start()
    giver.join(0.3)
    assert giver.is_alive()
    assert len(given) == 3
    closed.gate.set()
    giver.join()
    sides.finish()
    assert len(list(sides.taken())) == 8


def test_what_an_encoder_meets_is_raised_and_nobody_waits_for_ever():
    sides = SideBySide([Encoder("a", fails_at=7), Encoder("b")], most_waiting=2)

    def give_all():
        try:
            for at in range(100):
                sides.give(Frame(at), begins_passage=at % 3 == 0)
            sides.finish()
        finally:
            sides.stop()

    with pytest.raises(OSError, match="No space left"):
        give_all()
    assert [thread.name for thread in threading.enumerate() if thread.name == "video encoder"] == []


@pytest.mark.parametrize(("suffix", "quiet_s"), [(".webm", 75), (".mp4", 35)])
def test_a_long_video_of_several_passages_is_shown_whole_from_any_of_them(tmp_path, suffix, quiet_s):
    _, recording = worked(tmp_path / "library", quiet_s=quiet_s)
    path = tmp_path / f"out{suffix}"
    made = export_video(recording, path)
    video = played(path)
    times_ms = [shot.at_ms for shot in video.shots]
    assert times_ms == sorted(set(times_ms))
    assert len(times_ms) == made.frames
    keys_ms = [shot.at_ms for shot in video.shots if shot.is_key]
    assert len(keys_ms) >= 4
    with av.open(str(path)) as container:  # as after a click into the middle: from that passage on, without the others
        stream = container.streams.video[0]
        container.seek(round(keys_ms[2] / 1000 / stream.time_base), stream=stream)
        first = next(container.decode(stream))
        assert round(float(first.pts * first.time_base) * 1000) == keys_ms[2]
    for at_ms in keys_ms[1:]:
        truth = recording.picture_at(0, at_ms * 1_000_000).bgr
        assert likeness_db(video.at(at_ms / 1000)[:80], truth[:80]) > 28


def test_a_disk_that_fills_in_the_middle_leaves_nothing_and_says_so(tmp_path, monkeypatch):
    _, recording = worked(tmp_path / "library", quiet_s=35)
    before = {thread.ident for thread in threading.enumerate()}
    path = tmp_path / "out.mp4"
    path.write_bytes(b"an older export")
    put = pyav_writer.PyAvWriter._put
    puts = []

    def put_some(self, until_ms):
        puts.append(until_ms)
        if len(puts) > 5:
            raise_full()
        put(self, until_ms)

    def raise_full():
        raise av.OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(pyav_writer.PyAvWriter, "_put", put_some)
    with pytest.raises(StorageError, match=r"cannot be written \(No space left on device\). Check the folder"):
        export_video(recording, path)
    assert path.read_bytes() == b"an older export"
    assert [one.name for one in tmp_path.iterdir()] in (["library", "out.mp4"], ["out.mp4", "library"])
    assert {thread.ident for thread in threading.enumerate()} == before
    assert np.all(np.array(puts[:5]) > 0)
