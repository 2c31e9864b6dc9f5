"""`export`: a part of a recording, its objects, redactions, being stopped, and a disk that is full."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import recordings
from tests.player_place import Place, told
from tests.unit.player.video_kit import played

FIRST = "20260301T140509Z-00000001"


def session(place: Place, *, changes: int = 6, sizes=((320, 200),)) -> Path:
    desk = place.desk(FIRST, sizes=sizes)
    recordings.work(desk, changes)
    desk.type("the secret word")
    desk.press("enter")
    desk.wait(30)
    recordings.work(desk, 2)
    return desk.close().folder


def test_what_is_exported_is_told_in_objects(place: Place, tmp_path: Path) -> None:
    session(place)
    video, log = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    options = ("--from", "1", "--to", "34", "--skip-idle", "--clock", "--json")
    answer = place.run("export", FIRST, "--video", str(video), "--log", str(log), *options)
    assert answer.status == 0
    kinds = [thing["type"] for thing in answer.objects]
    assert kinds[0] == "log"
    assert kinds[-1] == "video"
    assert set(kinds[1:-1]) == {"progress"}
    made = answer.objects[-1]
    assert (made["from_s"], made["to_s"]) == (1, 34)
    assert made["cuts"]
    assert played(video).duration_s == pytest.approx(made["duration_s"], abs=0.002)
    assert made["duration_s"] == pytest.approx(33 - sum(cut["to_s"] - cut["from_s"] for cut in made["cuts"]), abs=0.002)
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(row["end_s"] >= 1 and row["at_s"] <= 34 for row in rows)


def test_redactions_reach_the_video_the_rows_and_the_list(place: Place, tmp_path: Path) -> None:
    session(place)
    black = tmp_path / "black.json"
    one = {"screen": 0, "area": [0, 0, 100, 100], "from_s": 0, "to_s": 20, "reason": "a password", "texts": True}
    black.write_text(json.dumps([one]))
    video, log, subtitles = tmp_path / "out.webm", tmp_path / "out.jsonl", tmp_path / "out.vtt"
    files = ("--video", str(video), "--log", str(log), "--subtitles", str(subtitles))
    answer = place.run("export", FIRST, *files, "--redact", str(black), "--json")
    assert answer.objects[-1]["redactions"] == [one]
    assert played(video).at(1)[60:90, 10:90].max() < 10
    for path in (log, subtitles):
        assert "secret" not in path.read_text()
        assert "redacted: a password" in path.read_text()
    assert place.run("frame", FIRST, "--at", "1", "--out", str(tmp_path / "a.png"), "--redact", str(black)).status == 0
    import cv2

    picture = cv2.imread(str(tmp_path / "a.png"))
    assert picture is not None
    assert picture.any()
    assert not picture[:100, :100].any()
    assert b"Blacked out in this copy: a password" in (tmp_path / "a.png").read_bytes()


def test_a_list_of_redactions_that_is_wrong_stops_everything(place: Place, tmp_path: Path) -> None:
    session(place)
    (tmp_path / "black.json").write_text("[{}]")
    answer = place.run("export", FIRST, "--log", str(tmp_path / "out"), "--redact", str(tmp_path / "black.json"))
    assert answer.status == 4
    assert "is missing" in told(answer)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--video", "x.mp4", "--from", "5", "--to", "5"),
        ("--log", "-", "--json"),
        ("--video", "x.mp4", "--from", "-1"),
        ("--video", "x.mp4", "--fps", "0"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(place: Place, options: tuple[str, ...], tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place.run("export", FIRST, *options).status == 64
    assert list(tmp_path.glob("x*")) == []


def test_a_recording_that_grows_is_said_to(place: Place, tmp_path: Path) -> None:
    desk = place.desk(FIRST)
    recordings.work(desk, 4)
    answer = place.run("export", FIRST, "--video", str(tmp_path / "out.webm"))
    assert answer.status == 0
    assert "still being recorded: exported up to 0:00:02.000" in answer.notes
    desk.close()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_ctrl_c_a_wish_to_end_and_a_closed_terminal_leave_nothing_half_written(
    place: Place, tmp_path: Path, number: int, status: int
) -> None:
    session(place, changes=120, sizes=((1600, 1200),))
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "player", "export", FIRST, "--video", str(out / "a.webm"), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["type"] == "progress"
    assert list(out.iterdir())
    process.send_signal(number)
    _, notes = process.communicate(timeout=30)
    assert process.returncode == status
    assert "Traceback" not in notes
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".avi"])
def test_a_disk_that_is_full_is_a_sentence_and_leaves_nothing(place: Place, tmp_path: Path, suffix: str) -> None:
    session(place, changes=20, sizes=((640, 480),))
    out = tmp_path / "out"
    out.mkdir()

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    command = [sys.executable, "-m", "player", "export", FIRST, "--video", str(out / f"a{suffix}")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=no_room, env=dict(os.environ), timeout=60
    )
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "free space" in done.stderr
    assert list(out.iterdir()) == []
