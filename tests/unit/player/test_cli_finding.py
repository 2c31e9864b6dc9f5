"""`search`, `reindex`, `frame`, `export`, `keys`, `open`: what they print, and how they end."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from player import cli
from recorder.evidence.key_folder import keys_folder, trusted_devices
from recorder.evidence.keys import DeviceKey, DeviceTrust, Recipients, device_note
from recorder.store import sqlite_door
from tests.player_place import Place, told
from tests.recordings import Desk

FIRST, SECOND = "20260301T140509Z-00000001", "20260301T140509Z-00000002"
ROOT = Path(__file__).parents[3]


def session(place: Place, text: str, session_id: str = FIRST, **options) -> Desk:
    desk = place.desk(session_id, **options)
    desk.window("root@web1: ~")
    desk.wait(3)
    desk.paint()
    desk.type(text)
    desk.wait(1)
    desk.close()
    return desk


def flip_a_bit(segment: Path) -> None:
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)


# --- search -----------------------------------------------------------------------------------------------------------


def test_search_tells_the_recording_and_the_second(place: Place) -> None:
    session(place, "cat /etc/shadow")
    answer = place.run("search", "SHADOW", "--json")
    assert answer.status == 0
    (hit,) = answer.objects
    assert (hit["recording"], hit["kind"], hit["text"]) == (FIRST, "text", "cat /etc/shadow")
    assert hit["at_s"] == pytest.approx(3.9)
    assert hit["text"][hit["match_start"] : hit["match_end"]] == "shadow"
    assert set(hit) == {
        "recording", "path", "at_s", "kind", "text", "match_start", "match_end", "context", "row_at_s", "row_end_s",
        "application", "window",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["'", '"; DROP TABLE rows; --', "a AND b", "x*", "%", "NEAR(", "設", "x" * 10_000])
def test_search_takes_every_query_as_it_is_written(place: Place, query: str) -> None:
    session(place, "nothing of it: ok")
    answer = place.run("search", "--", query)
    assert (answer.status, answer.out, answer.notes) == (1, "", "")


def test_search_for_nothing_visible_is_wrong_usage(place: Place) -> None:
    session(place, "a b")
    for query in ("", "   ", "\u3000"):
        answer = place.run("search", query)
        assert answer.status == 64
        assert "at least one character" in told(answer)


def test_search_with_no_key_at_all_does_not_say_that_nothing_is_there(place: Place) -> None:
    session(place, "needle", is_mine=False)
    answer = place.run("search", "needle")
    assert answer.status == 3
    assert FIRST in answer.notes


def test_search_names_what_it_could_not_search(place: Place) -> None:
    session(place, "needle")
    session(place, "needle", SECOND, is_mine=False)
    answer = place.run("search", "needle", "--json")
    assert answer.status == 0
    assert [hit["recording"] for hit in answer.objects] == [FIRST]
    assert f"{SECOND} was not searched" in answer.notes
    assert place.run("search", "nowhere").status == 1


def test_search_says_in_one_sentence_that_a_recording_was_altered(place: Place) -> None:
    session(place, "needle")
    session(place, "needle", SECOND)
    assert place.run("search", "needle").notes == ""
    flip_a_bit(place.folder / SECOND / "0001.seg")
    for _ in range(2):  # found out, then remembered
        answer = place.run("search", "needle", "--json")
        assert answer.status == 0
        assert all(set(hit) >= {"recording", "text"} for hit in answer.objects)
        assert told(answer).startswith(f"{SECOND} was altered")
    assert place.run("search", "nowhere").status == 1


def test_search_does_not_judge_a_recording_that_is_being_made(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.type("needle")
    desk.seal()
    answer = place.run("search", "needle", "--json")
    assert (answer.status, answer.notes) == (0, "")
    desk.close()


def test_search_names_five_recordings_and_counts_the_others(place: Place) -> None:
    for number in range(1, 8):
        session(place, "needle", f"20260301T140509Z-0000000{number}")
        flip_a_bit(place.folder / f"20260301T140509Z-0000000{number}" / "0001.seg")
    lines = place.run("search", "nowhere").notes.splitlines()
    assert len(lines) == 6
    assert "2 more recordings" in lines[-1]


def test_search_says_when_there_is_more(place: Place) -> None:
    desk = place.desk(FIRST)
    for number in range(5):
        desk.window(f"needle {number}")
    desk.close()
    answer = place.run("search", "needle", "--limit", "3")
    assert len(answer.out.splitlines()) == 3
    assert "more than 3" in told(answer)


def test_a_locked_index_is_one_sentence(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    session(place, "needle")
    place.run("search", "needle")
    session(place, "needle", SECOND)
    monkeypatch.setattr("recorder.store.index.Index.open.__func__.__kwdefaults__", {"wait_s": 0.05, "notify": print})
    holder = sqlite_door.sqlite3.connect(place.library().index_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = place.run("search", "needle")
    finally:
        holder.close()
    assert answer.status == 4
    assert "in use by another program" in told(answer)
    assert place.run("search", "needle").status == 0


def test_search_finds_what_is_typed_while_another_process_records(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.wait(2)
    desk.type("livewitness")
    desk.seal()
    (hit,) = place.run("search", "livewit", "--json").objects
    assert hit["at_s"] == 2.0
    desk.close()


def test_reindex_makes_the_same_again(place: Place) -> None:
    session(place, "needle")
    session(place, "another needle", SECOND)
    before = place.run("search", "needle", "--json").out
    answer = place.run("reindex", "--json")
    assert answer.status == 0
    assert answer.objects[-1] == {"recordings": 2, "indexed": 2, "index": str(place.library().index_path)}
    assert place.run("search", "needle", "--json").out == before


def test_reindex_keeps_verdicts(place: Place) -> None:
    session(place, "needle")
    place.run("verify", FIRST)
    place.run("reindex")
    assert place.run("list", "--json").objects[0]["verdict"] == "sound"


# --- frame and export -------------------------------------------------------------------------------------------------


def assert_same(picture: object, truth: object) -> None:
    assert isinstance(picture, np.ndarray)
    assert isinstance(truth, np.ndarray)
    assert np.array_equal(picture, truth)


def test_frame_is_the_picture_then_pixel_by_pixel(place: Place, tmp_path: Path) -> None:
    desk = session(place, "x")
    out = tmp_path / "then.png"
    for at_s in (1.0, 3.5):
        assert place.run("frame", FIRST, "--at", str(at_s), "--out", str(out)).status == 0
        assert_same(cv2.imread(str(out)), desk.picture(0, int(at_s * 1e9)))


def test_frame_goes_to_standard_output(place: Place, tmp_path: Path) -> None:
    desk = session(place, "x")
    done = subprocess.run(
        [sys.executable, "-m", "player", "frame", FIRST, "--at", "1", "--out", "-"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    picture = cv2.imdecode(np.frombuffer(done.stdout, np.uint8), cv2.IMREAD_COLOR)
    assert_same(picture, desk.picture(0, 10**9))


def test_frame_outside_the_recording_is_one_sentence(place: Place, tmp_path: Path) -> None:
    session(place, "x")
    answer = place.run("frame", FIRST, "--at", "1000", "--out", str(tmp_path / "x.png"))
    assert answer.status == 3
    assert "outside" in told(answer)
    assert not (tmp_path / "x.png").exists()
    assert place.run("frame", FIRST, "--at", "1", "--screen", "7", "--out", str(tmp_path / "x.png")).status == 3


def test_export_writes_all_three(place: Place, tmp_path: Path) -> None:
    session(place, "exported words")
    video, subtitles, log = tmp_path / "a.avi", tmp_path / "a.vtt", tmp_path / "a.jsonl"
    answer = place.run("export", FIRST, "--video", str(video), "--subtitles", str(subtitles), "--log", str(log))
    assert answer.status == 0, answer.notes
    assert video.stat().st_size > 0
    assert "exported words" in subtitles.read_text()
    assert "exported words" in log.read_text()
    log.write_text("an older export")
    assert place.run("export", FIRST, "--log", str(log)).status == 0
    assert "exported words" in log.read_text()


def test_export_to_standard_output_is_only_that(place: Place) -> None:
    session(place, "exported words")
    answer = place.run("export", FIRST, "--log", "-")
    assert answer.status == 0
    assert any(row["text"] == "exported words" for row in answer.objects)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_new_key_opens_what_is_sealed_to_it(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TACHIAI_PASSPHRASE", "open sesame")
    made = place.run("keys", "new", "akiko", "--group", "privacy", "--json")
    assert made.status == 0
    (key,) = made.objects
    assert (key["name"], key["group"], key["protection"]) == ("akiko", "privacy", "passphrase")
    assert (Path(key["path"]).stat().st_mode & 0o777) == 0o600
    line = place.run("keys", "show", "akiko").out.strip()
    assert line == f"akiko:privacy:{key['public']}"
    second = place.run("keys", "new", "ken", "--no-passphrase", "--out", str(tmp_path / "ken.json"))
    assert "NOT locked" in second.notes

    listed = tmp_path / "list.json"
    answer = place.run("keys", "recipients", str(listed), "--member", line, "--member", second.out.strip())
    assert answer.status == 0, answer.notes
    assert [group for group, _ in Recipients.load(listed).groups] == ["auditors", "privacy"]
    members = place.run("keys", "recipients", str(listed), "--json").objects
    assert {member["name"] for member in members} == {"akiko", "ken"}
    again = place.run("keys", "recipients", str(listed), "--member", line)
    assert again.status == 4


def test_a_key_is_never_written_over(place: Place) -> None:
    assert place.run("keys", "new", "akiko", "--no-passphrase").status == 0
    answer = place.run("keys", "new", "akiko", "--no-passphrase")
    assert answer.status == 4
    assert "is there already" in told(answer)


def test_keys_are_listed_with_the_devices_that_are_trusted(place: Place) -> None:
    assert "no keys here yet" in place.run("keys", "list").notes
    place.run("keys", "new", "akiko", "--no-passphrase")
    device = DeviceKey.generate()
    assert place.run("keys", "trust", device.public_bytes.hex(), "--name", "db1").status == 0
    auditor, trusted = place.run("keys", "list", "--json").objects
    assert (auditor["type"], auditor["name"], auditor["protection"]) == ("auditor", "akiko", "none")
    assert (trusted["type"], trusted["name"], trusted["public"]) == ("device", "db1", device.public_bytes.hex())


def test_a_device_that_is_trusted_can_be_judged(place: Place, tmp_path: Path) -> None:
    desk = session(place, "x")
    for path in (keys_folder() / "devices").iterdir():
        path.unlink()
    assert place.run("verify", FIRST).status == 3
    (tmp_path / "device.json").write_bytes(device_note(desk.device.public_bytes, "desk"))
    assert place.run("keys", "trust", str(tmp_path / "device.json")).status == 0
    assert place.run("verify", FIRST).status == 0
    assert DeviceTrust.from_folder(keys_folder() / "devices").name_of(desk.device.public_bytes) == "desk"


def test_the_object_of_this_device_is_a_file_that_others_can_trust(place: Place, tmp_path: Path) -> None:
    device = DeviceKey.load_or_create(keys_folder())
    trusted_devices(keys_folder()).add(device.public_bytes, "db1")
    (tmp_path / "db1.json").write_text(place.run("keys", "device", "--json").out)
    for path in (keys_folder() / "devices").iterdir():
        path.unlink()
    assert place.run("keys", "trust", str(tmp_path / "db1.json")).status == 0
    assert DeviceTrust.from_folder(keys_folder() / "devices").name_of(device.public_bytes) == "db1"


def test_the_line_of_this_device_is_a_file_that_others_can_trust(place: Place, tmp_path: Path) -> None:
    public_bytes = DeviceKey.load_or_create(keys_folder()).public_bytes
    line = place.run("keys", "device").out
    for content in (line, f"  {line.strip().upper()}\r\n"):
        (tmp_path / "db1.txt").write_text(content)
        assert place.run("keys", "trust", str(tmp_path / "db1.txt"), "--name", "db1").status == 0
        (path,) = (keys_folder() / "devices").iterdir()
        path.unlink()
    assert place.run("keys", "trust", str(tmp_path / "db1.txt")).status == 0
    assert DeviceTrust.from_folder(keys_folder() / "devices").name_of(public_bytes) == public_bytes.hex()[:8]
    for content in (line[:63], f"{line.strip()} db1", f"{line}{line}"):
        (tmp_path / "db1.txt").write_text(content)
        answer = place.run("keys", "trust", str(tmp_path / "db1.txt"))
        assert answer.status == 3
        assert "not a device's public key" in told(answer)


@pytest.mark.parametrize(
    "arguments",
    [
        ("recipients", "x", "--member", "a:b"),
        ("recipients", "x", "--version", "0"),
        ("new", ""),
        ("new", "a:b"),
        ("new", "a\x1b[31m"),
        ("new", "a", "--group", " "),
    ],
)
def test_what_cannot_be_a_name_or_a_public_line_is_wrong_usage(place: Place, arguments: tuple[str, ...]) -> None:
    assert place.run("keys", *arguments).status == 64
    assert not (keys_folder() / "auditors").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nobody"),
        ("trust", "/nowhere"),
        ("recipients", "/nowhere"),
        ("device",),
    ],
)
def test_what_keys_cannot_do_is_one_sentence(place: Place, arguments: tuple[str, ...]) -> None:
    answer = place.run("keys", *arguments)
    assert answer.status == 3
    assert told(answer)


# --- the window, and the ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), (None, None, False)),
        (("open",), (None, None, False)),
        ((FIRST, "--at", "90"), (FIRST, 90.0, False)),
        (("open", FIRST, "--follow"), (FIRST, None, True)),
        (("--follow", FIRST), (FIRST, None, True)),
    ],
)
def test_without_a_command_the_window_is_meant(
    place: Place, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], expected: tuple
) -> None:
    session(place, "x")
    asked: list[tuple] = []

    def run_window(recording, *, library, at_s, follow, **_more) -> int:
        asked.append((recording, library, at_s, follow))
        return 0

    monkeypatch.setitem(sys.modules, "player.ui.application", SimpleNamespace(run_window=run_window))
    assert place.run(*arguments).status == 0
    name, at_s, follow = expected
    assert asked == [(None if name is None else place.folder / name, place.folder, at_s, follow)]


def test_ctrl_c_ends_with_130_and_no_traceback(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments, **_options) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    answer = place.run("list")
    assert (answer.status, answer.out, answer.notes) == (130, "", "")


def test_the_program_starts_as_a_module_and_needs_no_display(place: Place) -> None:
    session(place, "設定")
    environment = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "player", "log", FIRST],
        cwd=ROOT, env=environment | {"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "\\u8a2d" in done.stdout
