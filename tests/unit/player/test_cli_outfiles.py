"""What lies beside a recording: nothing takes the place of evidence, and what is not sound is told."""

import os
from pathlib import Path

import pytest

from tests.player_place import Place, told

FIRST = "20260301T140509Z-00000001"


def session(place: Place, text: str) -> None:
    desk = place.desk(FIRST)
    desk.wait(3)
    desk.paint()
    desk.type(text)
    desk.wait(1)
    desk.close()


@pytest.mark.parametrize("command", [["frame", FIRST, "--at", "3.9", "--out"], ["export", FIRST, "--log"]])
def test_no_file_is_put_into_the_place_of_evidence(place: Place, tmp_path: Path, command: list[str]) -> None:
    session(place, "evidence")
    segment = place.folder / FIRST / "0001.seg"
    sealed = segment.read_bytes()
    link = tmp_path / "link.png"
    link.symlink_to(segment)
    for path in (segment.with_name("new.png"), link):
        answer = place.run(*command, str(path))
        assert answer.status == 4
        assert "inside a recording" in told(answer)
    assert segment.read_bytes() == sealed


@pytest.mark.parametrize("command", ["log", "export"])
def test_what_is_not_sound_is_told_beside_the_rows(place: Place, command: str) -> None:
    session(place, "altered words")
    segment = place.folder / FIRST / "0001.seg"
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    answer = place.run("log", FIRST) if command == "log" else place.run("export", FIRST, "--log", "-")
    assert answer.status == 0
    assert "NOT SOUND" in answer.notes


@pytest.mark.parametrize("command", ["log", "export"])
def test_that_a_recording_has_no_end_is_told_beside_the_rows(place: Place, command: str) -> None:
    session(place, "cut short")
    segment = place.folder / FIRST / "0001.seg"
    os.truncate(segment, segment.stat().st_size - 10)
    answer = place.run("log", FIRST) if command == "log" else place.run("export", FIRST, "--log", "-")
    assert answer.status == 0
    assert "Not complete" in answer.notes
    assert "has no end" in answer.notes


@pytest.mark.parametrize("log", ["-", "same.txt"])
def test_two_exports_to_one_place_are_wrong_usage(place: Place, tmp_path: Path, log: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    session(place, "twice")
    assert place.run("export", FIRST, "--log", log, "--subtitles", log).status == 64
    assert list(tmp_path.glob("same*")) == []
