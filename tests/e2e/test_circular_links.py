"""Links that lead back to themselves, where a place is asked for."""

from pathlib import Path

import pytest

from tests.e2e.programs import Site

STORAGE_FAILED = 4


@pytest.fixture
def circle(site: Site) -> Path:
    link = site.home / "circle"
    link.symlink_to("circle")
    return link


@pytest.mark.parametrize("option", [["--video", "in.mp4"], ["--log", "in.log"]], ids=lambda option: option[0])
def test_what_lies_beyond_a_circular_link_is_refused_in_words(site: Site, circle: Path, option: list[str]) -> None:
    done = site.agent("record", "--for", "1", option[0], str(circle / option[1]))
    assert done.returncode == STORAGE_FAILED, done.stderr
    assert "Traceback" not in done.stderr
    assert "Too many levels of symbolic links" in done.stderr.splitlines()[-1]
    assert not site.library.exists()


@pytest.mark.parametrize("command", [["list"], ["search", "x"], ["reindex"]], ids=lambda command: command[0])
def test_a_library_that_is_a_circular_link_is_refused_in_words(site: Site, circle: Path, command: list[str]) -> None:
    done = site.player(*command, "--library", str(circle))
    assert (done.returncode, len(done.stderr.splitlines())) == (STORAGE_FAILED, 1), done.stderr


def test_what_is_handed_out_never_ends_in_a_traceback(site: Site, circle: Path) -> None:
    assert site.agent("record", "--for", "0.5").returncode == 0
    recording = str(site.player_rows("list")[0]["recording"])
    for name, command in (
        ("x.jsonl", ["export", "--log"]),
        ("x.html", ["report", "--out"]),
        ("x.zip", ["package", "--out"]),
    ):
        done = site.player(command[0], recording, command[1], str(circle / name))
        assert done.returncode == STORAGE_FAILED, done.stderr
        assert "Traceback" not in done.stderr
    link = site.home / "log.jsonl"
    link.symlink_to(link.name)
    done = site.player("export", recording, "--log", str(link))
    assert done.returncode == 0, done.stderr
    assert link.is_file()
