"""A picture that was taken says what it is, and is checked against its recording again."""

import hashlib
import struct
import zlib

import cv2
import numpy as np
import pytest

from player.decoder import Shown
from player.png_text import NotAPictureError, png_of, read_png
from player.source import Picture
from player.taken_picture import NotRecordedError, Origin, take
from recorder.events import Screen
from recorder.geometry import Rect
from tests import recordings
from tests.player_place import told

ID = "20260301T140509Z-0123abcd"


@pytest.fixture
def taken(place, tmp_path):
    """A recording of two screens, and a picture of the second at 2.25 s."""
    desk = place.desk(ID, sizes=((320, 200), (160, 120)))
    recordings.work(desk, 6)
    desk.close()
    out = tmp_path / "then.png"
    answer = place.run("frame", ID, "--at", "2.25", "--screen", "1", "--out", str(out))
    assert answer.status == 0
    return desk, out


def rewritten(path, *, pixels=None, **words):
    """The same file with other pixels or texts ("": without)."""
    old, said = read_png(path.read_bytes())
    said |= {f"Tachiai-{name.replace('_', '-')}": value for name, value in words.items()}
    path.write_bytes(png_of(old if pixels is None else pixels, {name: value for name, value in said.items() if value}))
    return path


def test_the_picture_says_of_what_recording_second_and_screen_it_is(taken):
    desk, out = taken
    pixels, said = read_png(out.read_bytes())
    assert np.array_equal(pixels, desk.picture(1, 2_250_000_000))
    assert said["Tachiai-Recording"] == ID
    assert said["Tachiai-Seconds"] == "2.250000000"
    assert said["Tachiai-UTC"] == "2026-03-01T14:05:11.250Z"
    assert (said["Tachiai-Segment"], said["Tachiai-Screens"], said["Tachiai-Exact"]) == ("1", "1", "yes")
    assert said["Tachiai-Verdict"] == "sound"
    assert "Tachiai-Note" not in said


def test_a_picture_that_the_recording_shows_is_confirmed(place, taken):
    answer = place.run("frame", "--check", str(taken[1]))
    assert answer.status == 0
    assert "shows exactly these pixels" in answer.out


def test_one_changed_pixel_is_found(place, taken):
    pixels, _ = read_png(taken[1].read_bytes())
    pixels[7, 9] ^= 1
    answer = place.run("frame", "--check", str(rewritten(taken[1], pixels=pixels)))
    assert answer.status == 2
    assert "differs from the recording in 1 pixels, in 1 areas, the first 1×1 at 9, 7" in answer.out
    assert "another SHA-256" in answer.out


def test_what_was_blacked_out_and_says_so_is_told_from_what_was_changed(place, taken):
    pixels, _ = read_png(taken[1].read_bytes())
    assert pixels[10:14, 20:40].any()
    pixels[10:14, 20:40] = 0
    hidden = int((read_png(taken[1].read_bytes())[0] != pixels).any(axis=2).sum())
    digest = hashlib.sha256(pixels.data).hexdigest()
    rewritten(taken[1], pixels=pixels, Pixels_SHA256=digest)
    assert place.run("frame", "--check", str(taken[1])).status == 2
    answer = place.run("frame", "--check", str(rewritten(taken[1], Redacted="yes")))
    assert answer.status == 1
    assert f"but for {hidden} pixels, which are blacked out" in answer.out
    pixels[100, 100] ^= 1
    changed = rewritten(taken[1], pixels=pixels, Pixels_SHA256=hashlib.sha256(pixels.data).hexdigest())
    assert place.run("frame", "--check", str(changed)).status == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("UTC", "2026-03-02T14:05:11.250Z"), ("Exact", "no"), ("Segment", "4"), ("Unchanged_Since", "1.000000000")],
)
def test_what_a_picture_falsely_says_of_itself_is_found(place, taken, name, value):
    answer = place.run("frame", "--check", str(rewritten(taken[1], **{name: value})))
    assert answer.status == 2
    assert value in answer.out


def test_a_true_picture_under_another_moment_is_found(place, taken):
    desk, out = taken
    assert not np.array_equal(desk.picture(0, 500_000_000), desk.picture(0, 3_000_000_000))
    place.run("frame", ID, "--at", "0.5", "--out", str(out))
    answer = place.run("frame", "--check", str(rewritten(out, Seconds="3.000000000", UTC="", Unchanged_Since="")))
    assert answer.status == 2
    assert "differs from the recording" in answer.out


def test_a_picture_proves_no_more_than_its_recording(place, tmp_path):
    desk = place.desk(ID)
    recordings.work(desk, 6)
    desk.seal()
    out = tmp_path / "then.png"
    place.run("frame", ID, "--at", "1", "--out", str(out))
    assert read_png(out.read_bytes())[1]["Tachiai-Verdict"] == "partial"
    assert "not complete" in read_png(out.read_bytes())[1]["Tachiai-Note"]
    assert place.run("frame", "--check", str(out)).status == 1
    last = desk.chunks[-1]
    desk.close()
    recordings.flip(place.folder / ID / "0001.seg", last.offset_bytes + last.size_bytes // 2)
    answer = place.run("frame", "--check", str(out))
    assert answer.status == 2
    assert "shows exactly these pixels" in answer.out
    assert "NOT SOUND" in answer.notes


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(b"GIF89a"), "not a PNG"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "not a whole PNG"),
        (lambda path: rewritten(path, Recording=""), "from which recording"),
        (lambda path: rewritten(path, Seconds="soon"), "at which second"),
        (lambda path: rewritten(path, Screens="0,x"), "which screens"),
        (lambda path: rewritten(path, Screens="9"), "no screen 9"),
        (lambda path: rewritten(path, Seconds="5000.0"), "outside"),
        (lambda path: path.write_bytes(with_chunk(path.read_bytes(), b"acTL", bytes(8))), "animated"),
        (lambda path: path.write_bytes(with_chunk(path.read_bytes(), b"tEXt", b"Tachiai-Exact\0no")), "twice"),
    ],
)
def test_what_cannot_be_checked_is_one_sentence_and_3(place, taken, spoil, says):
    spoil(taken[1])
    answer = place.run("frame", "--check", str(taken[1]))
    assert answer.status == 3
    assert says in told(answer)


def test_a_picture_of_another_recording_is_not_confirmed(place, taken):
    other = place.desk("20260302T140509Z-0123abcd")
    recordings.work(other, 2)
    other.close()
    answer = place.run("frame", "20260302T140509Z-0123abcd", "--check", str(taken[1]))
    assert answer.status == 3
    assert f"of {ID}" in told(answer)


def test_a_picture_that_is_not_there_is_a_reading_that_failed(place, tmp_path):
    answer = place.run("frame", "--check", str(tmp_path / "none.png"))
    assert answer.status == 4
    assert "cannot be read" in told(answer)


@pytest.mark.parametrize(
    "arguments",
    [("frame", ID), ("frame", ID, "--at", "1"), ("frame", "--check", "a.png", "--at", "1"), ("frame", "--check", "-")],
)
def test_a_frame_without_its_moment_or_with_too_much_is_wrong_usage(place, arguments):
    assert place.run(*arguments).status == 64


def test_monitors_as_they_stood_are_one_picture_with_black_between_and_their_film_in_place():
    screens = (Screen(0, "A", Rect(-100, 20, 64, 32)), Screen(1, "B", Rect(0, 0, 32, 16)))
    white = [np.full((one.area.height, one.area.width, 3), 255, np.uint8) for one in screens]
    pictures = (Picture(0, 5, white[0], True), Picture(1, 3, white[1], False, (Rect(2, 3, 4, 5),)))
    taken = take(Shown(7, screens, pictures, None, segment=2), None, Origin(ID, "altered", None))
    assert taken.pixels.shape == (52, 132, 3)
    assert int(np.count_nonzero(taken.pixels[..., 0])) == 64 * 32 + 32 * 16
    assert taken.pixels[20, 0].tolist() == taken.pixels[0, 100].tolist() == [255, 255, 255]
    assert (taken.exact, taken.film, taken.since_ns) == (False, (Rect(102, 3, 4, 5),), 5)
    assert "UTC" not in " ".join(taken.words)
    assert [note.split()[0] for note in taken.notes] == ["Not", "Part"]


def test_a_screen_without_a_sound_picture_is_not_taken():
    screens = (Screen(0, "A", Rect(0, 0, 8, 8)), Screen(1, "B", Rect(8, 0, 8, 8)))
    shown = Shown(7, screens, (Picture(0, 5, np.zeros((8, 8, 3), np.uint8), True), None), None)
    with pytest.raises(NotRecordedError, match="screen 1"):
        take(shown, None, Origin(ID, "sound", None))
    assert take(shown, 0, Origin(ID, "sound", None)).screens == (0,)


def test_words_in_any_script_survive_and_a_bomb_is_refused():
    said = {"Tachiai-Note": "壊れ", "Software": "x"}
    assert read_png(png_of(np.zeros((2, 2, 3), np.uint8), said))[1] == said
    huge = struct.pack(">IIBBBBB", 1 << 20, 1 << 20, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", huge) + chunk(b"IEND", b"")
    with pytest.raises(NotAPictureError, match="no desktop"):
        read_png(png)
    deep = cv2.imencode(".png", np.zeros((2, 2, 3), np.uint16))[1].tobytes()
    with pytest.raises(NotAPictureError, match="8 bits"):
        read_png(deep)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(png, kind, body):
    return png[:33] + chunk(kind, body) + png[33:]
