"""Recorders beside each other, and one that is held up: nothing is lost without being said."""

import signal
import threading

from tests.e2e.programs import Site
from tests.xserver import XServer

STANDSTILL_S = 3.0


def test_two_recorders_make_two_recordings_each_by_its_own_policy(desktop: XServer, site: Site) -> None:
    desktop.start_xterm(title="typing", command=("cat",))
    desktop.focus("typing")
    with_text = site.start_recording()
    without = site.start_recording("--keys", "off")
    desktop.run("xdotool", "type", "--delay", "40", "hushhush")
    desktop.run("xdotool", "click", "1")
    with_text.wait_seconds_recorded(2.0)
    assert (with_text.stop(), without.stop()) == (0, 0)
    assert with_text.folder != without.folder
    for recording in (with_text, without):
        assert site.player("verify", str(recording.folder)).returncode == 0
    rows = site.player_rows("log", str(with_text.folder))
    assert "hushhush" in [row["text"] for row in rows if row["kind"] == "text"]
    rows = site.player_rows("log", str(without.folder))
    assert not [row for row in rows if row["kind"] in ("text", "keys", "activity")]
    assert [row for row in rows if row["kind"] == "click"]
    # the program that pressed the keys has the word among its arguments, as any process may
    assert "hushhush" not in str([row for row in rows if row["kind"] != "process"])


def test_a_recorder_that_was_stopped_for_a_while_says_from_when_to_when(site: Site) -> None:
    recording = site.start_recording()
    recording.wait_seconds_recorded(1.0)
    recording.process.send_signal(signal.SIGSTOP)
    threading.Event().wait(STANDSTILL_S)  # nothing to wait for: it stands still
    recording.process.send_signal(signal.SIGCONT)
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors
    gaps = [row for row in site.player_rows("log", str(recording.folder)) if row["kind"] == "gap"]
    assert [row["end_s"] - row["at_s"] >= STANDSTILL_S for row in gaps] == [True]
    assert site.player("verify", str(recording.folder)).returncode == 1
