"""What is asked for beside a recording (`--log`, `--video`) in places that are no ordinary files, or the same one."""

import os
from pathlib import Path

import pytest

from tests.e2e.programs import Site

STORAGE_FAILED, WRONG_USAGE = 4, 64

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.mark.parametrize(("option", "name"), [("--log", "pipe.log"), ("--video", "pipe.mp4")])
def test_a_pipe_that_nobody_reads_is_refused_and_not_waited_for(site: Site, option: str, name: str) -> None:
    pipe = site.home / name
    os.mkfifo(pipe)
    done = site.agent("record", "--for", "1", option, str(pipe))
    assert done.returncode == STORAGE_FAILED
    assert str(pipe) in done.stderr.splitlines()[-1]
    assert not site.library.exists()


def test_a_pipe_whose_reader_has_stopped_holds_up_nothing(site: Site) -> None:
    pipe = site.home / "pipe.log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    keeper = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    try:
        _fill(keeper)
        done = site.agent("record", "--for", "1", "--log", str(pipe))
    finally:
        os.close(keeper)
        os.close(reader)
    assert done.returncode == 0, done.stderr
    assert "The plain log is not complete: nobody reads it." in done.stderr
    (row,) = site.player_rows("list")
    assert site.player("verify", row["recording"]).returncode == 0


def _fill(pipe: int) -> None:
    try:
        while os.write(pipe, b"\n" * 4096):
            pass
    except BlockingIOError:
        return


def test_a_pipe_takes_the_whole_log(site: Site) -> None:
    pipe = site.home / "pipe.log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        done = site.agent("record", "--for", "1", "--log", str(pipe))
        told = os.read(reader, 1 << 20).decode()
    finally:
        os.close(reader)
    assert done.returncode == 0, done.stderr
    assert "not complete" not in done.stderr
    assert told.splitlines()[0].split("\t")[2] == "session"
    assert "Session ended" in told.splitlines()[-1]


@pytest.mark.parametrize("is_link", [False, True], ids=["by its name", "by a link"])
def test_the_video_and_the_log_at_one_file_are_wrong_usage(site: Site, is_link: bool) -> None:
    video = site.home / "both.mp4"
    log = site.home / "log" if is_link else Path(os.path.relpath(video))
    if is_link:
        log.symlink_to(video)
    done = site.agent("record", "--for", "1", "--video", str(video), "--log", str(log))
    assert done.returncode == WRONG_USAGE
    assert not site.library.exists()
    assert not video.exists()
