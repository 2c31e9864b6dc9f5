"""kill -9 at any moment loses at most the last second, and the next start says so."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.e2e.programs import Site
from tests.xserver import XServer


@pytest.mark.parametrize("seconds", [0.0, 1.3, 2.1])
def test_a_killed_recording_is_partial_sound_and_mentioned_by_the_next(
    desktop: XServer, site: Site, seconds: float
) -> None:
    desktop.start_xterm(title="busy", command=("sh", "-c", "while :; do date +%N; sleep 0.05; done"))
    recording = site.start_recording()
    if seconds:
        recording.wait_seconds_recorded(seconds)
    said = recording.objects[-1]
    recording.process.send_signal(signal.SIGKILL)
    recording.wait()

    verdict = site.player("verify", str(recording.folder))
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    row = next(row for row in site.player_rows("list") if row["path"] == str(recording.folder))
    assert row["state"] == "interrupted"
    assert row["duration_s"] >= said["at_s"] - 1.0

    following = site.start_recording()
    assert following.stop() == 0
    assert row["recording"] in following.errors
    rows = site.player_rows("log", str(following.folder))
    assert any(row["recording"] in logged["text"] + logged["detail"] for logged in rows)

    once_more = site.start_recording()
    assert once_more.stop() == 0
    assert row["recording"] not in once_more.errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_orderly_signal_closes_and_seals(site: Site, number: signal.Signals) -> None:
    recording = site.start_recording()
    assert recording.stop(number) == 0, recording.errors
    assert recording.objects[-1]["path"] == str(recording.folder)
    assert site.player("verify", str(recording.folder)).returncode == 0


def test_listing_verifying_and_searching_work_while_another_process_records(desktop: XServer, site: Site) -> None:
    desktop.start_xterm(title="live", command=("cat",))
    desktop.focus("live")
    recording = site.start_recording()
    desktop.run("xdotool", "type", "--delay", "20", "livewitness")
    recording.wait_seconds_recorded(1.5)
    row = next(row for row in site.player_rows("list") if row["path"] == str(recording.folder))
    assert row["state"] == "recording"
    assert site.player("verify", str(recording.folder)).returncode == 1
    assert site.player_rows("search", "livewitness")
    assert recording.stop() == 0, recording.errors


def test_the_plain_log_and_video_lie_beside_the_recording_and_are_announced_as_not_sealed(
    desktop: XServer, site: Site
) -> None:
    desktop.start_xterm(title="plain", command=("cat",))
    desktop.focus("plain")
    log, video = site.home / "plain.log", site.home / "plain.webm"
    recording = site.start_recording("--log", str(log), "--video", str(video))
    desktop.run("xdotool", "type", "plainwords")
    recording.wait_seconds_recorded(2)
    assert recording.stop() == 0, recording.errors
    assert "plainwords" in log.read_text()
    assert video.stat().st_size > 0
    assert {path.stat().st_mode & 0o777 for path in (log, video)} == {0o600}
    assert "not sealed" in recording.errors.lower()
    assert "OpenCV" not in recording.errors


@contextlib.contextmanager
def _held(desktop: XServer) -> Iterator[None]:
    with desktop.connection() as holder:
        holder.grab_server()
        holder.sync()
        yield
        holder.ungrab_server()
        holder.sync()


@contextlib.contextmanager
def _stopped(desktop: XServer) -> Iterator[None]:
    desktop.process.send_signal(signal.SIGSTOP)
    yield
    desktop.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("keep_from_answering", [_held, _stopped])
def test_a_recording_ends_though_the_display_answers_nobody_and_says_what_is_not_known(
    desktop: XServer, site: Site, keep_from_answering: Callable[[XServer], AbstractContextManager[None]]
) -> None:
    desktop.start_xterm(title="before", command=("cat",))
    desktop.focus("before")
    recording = site.start_recording()
    desktop.run("xdotool", "type", "--delay", "20", "stillthere")
    recording.wait_seconds_recorded(1.5)
    with keep_from_answering(desktop):
        status = recording.stop()
    assert status == 0, recording.errors
    verdict = site.player("verify", str(recording.folder))
    assert verdict.returncode == 1, verdict.stdout  # partial, not altered
    assert "keyboard was not recorded" in verdict.stdout
    assert site.player_rows("search", "stillthere")
    assert site.player_rows("log", str(recording.folder))[-1]["kind"] == "session"
