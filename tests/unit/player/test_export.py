"""What is handed out: subtitles and logs that can be read; and how a desktop is drawn for a video."""

import json

import numpy as np
import pytest

from player import drawing
from player.drawing import Canvas
from player.export import export_log, export_subtitles
from player.recording import OpenRecording
from player.source import Pointer
from recorder.events import PointerShape
from recorder.geometry import Rect
from tests import recordings
from tests.recordings import Desk


def opened(made):
    recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)
    recording.scan_all()
    return recording


@pytest.fixture
def recording(tmp_path):
    desk = Desk(tmp_path / "library")
    desk.window("a <b> & c --> d")
    recordings.work(desk, 4)
    desk.type("日本語 <tag> -->")
    desk.press("enter")
    desk.wait(1)
    desk.click(100, 100)
    desk.wait(1)
    desk.paint()
    desk.seal()
    return opened(desk.close())


def test_subtitles_cannot_be_broken_by_what_was_typed(recording, tmp_path):
    path = tmp_path / "out.vtt"
    count = export_subtitles(recording, path)
    text = path.read_text(encoding="utf-8")
    head, *cues = [cue for cue in text.split("\n\n") if cue.strip()]
    assert head == "WEBVTT"
    assert len(cues) == count == len(recording.rows())
    for cue in cues:
        timing, words = cue.strip().split("\n")
        start, arrow, end = timing.split(" ")
        assert arrow == "-->"
        assert start < end
        assert "<" not in words
        assert "-->" not in words
    assert any("日本語 &lt;tag&gt; --&gt;" in cue for cue in cues)


def test_the_log_is_json_lines(recording, tmp_path, capfdbinary):
    assert export_log(recording, tmp_path / "out.jsonl") == len(recording.rows())
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["kind"] for line in lines] == [row.kind for row in recording.rows()]
    [typed] = [line for line in lines if line["kind"] == "text"]
    assert typed["text"] == "日本語 <tag> -->"
    assert typed["utc"].startswith("2026-03-01T14:05:1")
    export_log(recording, "-")
    assert capfdbinary.readouterr().out == (tmp_path / "out.jsonl").read_bytes()


def test_a_pointers_own_shape_is_drawn_over_the_picture():
    picture = np.full((40, 40, 3), 100, np.uint8)
    solid, through = bytes((0, 0, 255, 255)), bytes((0, 0, 0, 0))
    shape = PointerShape(0, 2, 1, 1, 0, solid + through, "")
    drawing.draw_pointer(picture, Pointer(10, 10, shape), drawing.place(Rect(0, 0, 40, 40), Canvas(40, 40)))
    assert picture[10, 9].tolist() == [0, 0, 255]
    assert picture[10, 10].tolist() == [100, 100, 100]


def test_a_pointer_at_the_edge_or_of_an_impossible_shape_is_drawn_all_the_same():
    picture = np.full((40, 40, 3), 100, np.uint8)
    placement = drawing.place(Rect(0, 0, 40, 40), Canvas(40, 40))
    for x, y in ((-5, -5), (39, 39), (400, 400)):
        drawing.draw_pointer(picture, Pointer(x, y, PointerShape(0, 4, 4, 0, 0, bytes(64))), placement)
    drawing.draw_pointer(picture, Pointer(5, 5, PointerShape(0, 900, 900, 0, 0, b"short")), placement)
    assert (picture != 100).any()


def test_a_desktop_is_fitted_whole_and_never_enlarged():
    small = drawing.place(Rect(-100, 0, 100, 50), Canvas(200, 100))
    assert (small.scale, small.on_canvas(-100, 0)) == (1.0, (50, 25))
    large = drawing.place(Rect(0, 0, 400, 100), Canvas(200, 100))
    assert (large.scale, large.on_canvas(400, 100)) == (0.5, (200, 75))
