"""The agent's two processes killed, stopped and told to end: each shows in the player as what it was, and how long."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.agent.supervision.watching import WatchLimits
from recorder.capture.linux_process import state_of
from recorder.session.sealer import HOLD_BACK_NS
from tests.agents import HeldUp, RunningAgent, boot_ns, next_recorder
from tests.e2e.programs import Site
from tests.evidence_kit import independent
from tests.xserver import XServer, wait_until

S = 1_000_000_000
RIGHT_TO_NS = S  # lengths and places are right to a second
BACK_WITHIN_S = 3.0
GAP_SAYS = {signal.SIGKILL: "killed by SIGKILL", signal.SIGSTOP: "it was stopped"}
SIGN_SAYS = {
    signal.SIGKILL: "The recorder (process {pid}) was killed by SIGKILL.",
    signal.SIGSTOP: "The recorder (process {pid}) was stopped.",
}
GAP_WORDS = {signal.SIGKILL: "killed or crashed", signal.SIGSTOP: "the recorder was stopped"}

Start = Callable[..., RunningAgent]


def assert_both_say_partial(site: Site, agent: RunningAgent) -> None:
    assert site.player("verify", str(agent.folder)).returncode == 1
    devices = independent().known_devices(list((site.home / "tachiai/keys/devices").glob("*.json")))
    other = independent().Verdict(agent.folder, devices)
    other.run()
    assert other.exit_status == 1, other.findings


def assert_closed(site: Site, folder: Path) -> None:
    """Closed and signed, though a source may have lost its hold on the display a moment before the others."""
    verdict = site.player("verify", str(folder))
    assert verdict.returncode in (0, 1)
    assert "OPEN_NO_END" not in verdict.stdout
    assert [row["state"] for row in site.player_rows("list") if row["path"] == str(folder)] == ["closed"]


def stopped_signs(agent: RunningAgent) -> list[dict[str, Any]]:
    """Signs that somebody stopped the recorder; another display on this machine is a sign as well."""
    return [row for row in agent.rows("evasion") if row["text"] == "The recorder was stopped"]


def struck(agent: RunningAgent, pid: int, number: signal.Signals) -> int:
    """The session's time of the blow."""
    at_ns = boot_ns() - (agent.state.started_boot_ns or 0)
    os.kill(pid, number)
    return at_ns


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("seconds", [0.0, 2.3, 6.1])
def test_a_recorder_that_is_killed_or_stopped_leaves_a_gap_of_its_length_and_the_recording_goes_on(
    desktop: XServer, site: Site, agent: RunningAgent, number: signal.Signals, seconds: float
) -> None:
    if seconds:
        agent.wait_seconds_recorded(seconds)
    first = agent.state
    held_up = HeldUp(first.resident_pid)
    at_ns = struck(agent, first.recorder_pid, number)
    again = agent.wait_recording(recorder=first.recorder_pid)
    back_ns = boot_ns() - (first.started_boot_ns or 0)
    noticed_s = agent.wait_said("NOT recording:")
    back_s = agent.wait_said("Recording to", after_s=noticed_s)
    late_ns = held_up.ns(again.recorder_pid)
    assert back_s - noticed_s < BACK_WITHIN_S + late_ns / S
    assert (again.folder, again.segment) == (first.folder, (first.segment or 0) + 1)
    desktop.run("xdotool", "mousemove", "20", "30")
    agent.wait_seconds_recorded(1.0)
    wait_until(agent.alerts, what="the alert in the recording", limit_s=20)
    assert agent.stop() == 0

    gaps = agent.rows("gap")
    assert len(gaps) == 1, gaps
    assert gaps[0]["text"].endswith(": everything")
    assert [words in gaps[0]["detail"] for words in (GAP_WORDS[number], GAP_SAYS[number])] == [True, True]
    assert 0 <= at_ns - gaps[0]["at_s"] * S <= RIGHT_TO_NS + HOLD_BACK_NS  # what was held back is lost with it
    assert abs(gaps[0]["end_s"] * S - back_ns) <= RIGHT_TO_NS + late_ns
    assert agent.rows("session")[-1]["text"] == "Session ended: the operator logged out"
    assert_both_say_partial(site, agent)
    (sign,) = stopped_signs(agent)
    assert SIGN_SAYS[number].format(pid=first.recorder_pid) in sign["detail"]
    assert abs(sign["at_s"] * S - at_ns) <= RIGHT_TO_NS + late_ns
    (alert,) = agent.alerts()
    assert alert["text"] == "The recorder was inspected or stopped"
    assert "The recorder was stopped" in alert["detail"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_resident_that_is_killed_or_stopped_is_started_again_while_recording_goes_on(
    site: Site, agent: RunningAgent, number: signal.Signals
) -> None:
    agent.wait_seconds_recorded(1.0)
    first = agent.state
    held_up = HeldUp(first.recorder_pid)
    at_ns = struck(agent, first.resident_pid, number)
    again = agent.wait_recording(resident=first.resident_pid)
    late_ns = held_up.ns()
    assert (again.recorder_pid, again.folder) == (first.recorder_pid, first.folder)
    agent.wait_seconds_recorded(1.0)
    agent.stop()
    assert agent.rows("gap") == []
    signs = stopped_signs(agent)
    assert len(signs) == 1, [sign["detail"] for sign in signs] + [line for _, line in agent.said]
    assert f"process {first.resident_pid}" in signs[0]["detail"]
    assert ("stopped" if number is signal.SIGSTOP else "killed") in signs[0]["detail"]
    noticed_ns = signs[0]["at_s"] * S - at_ns
    assert noticed_ns <= (WatchLimits().silent_after_s + 2 if number is signal.SIGSTOP else 2) * S + late_ns
    assert site.player("verify", str(agent.folder)).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_after_both_were_killed_at_once_the_next_agent_goes_on_with_the_recording(
    site: Site, start_agent: Start, number: signal.Signals
) -> None:
    agent = start_agent()
    agent.wait_seconds_recorded(1.2)
    first = agent.state
    os.kill(first.resident_pid, signal.SIGSTOP)  # or it would start another before it is killed
    at_ns = struck(agent, first.recorder_pid, signal.SIGSTOP)
    if number is signal.SIGSTOP:
        wait_until(lambda: state_of(first.recorder_pid) == "T", what="the recorder to stand")
        os.kill(first.recorder_pid, signal.SIGCONT)  # first, so that the resident never sees it stand
        os.kill(first.resident_pid, signal.SIGCONT)
        agent.wait_seconds_recorded(1.0)
        assert (agent.state.resident_pid, agent.state.recorder_pid) == (first.resident_pid, first.recorder_pid)
        agent.stop()
        (sign,) = stopped_signs(agent)
        assert SIGN_SAYS[number].format(pid=first.recorder_pid) in sign["detail"]
        return
    for pid in (first.recorder_pid, first.resident_pid):
        os.kill(pid, signal.SIGKILL)
    agent.process.wait()
    assert agent.status()["recording"] is False
    held_up = HeldUp()
    following = start_agent()
    back_ns = boot_ns() - (first.started_boot_ns or 0)
    late_ns = held_up.ns(following.state.resident_pid, following.state.recorder_pid)
    assert following.folder == agent.folder
    following.wait_seconds_recorded(1.0)
    assert following.stop() == 0
    (gap,) = following.rows("gap")
    assert "both gone" in gap["detail"]
    assert abs(gap["at_s"] * S - at_ns) <= RIGHT_TO_NS
    assert abs(gap["end_s"] * S - back_ns) <= RIGHT_TO_NS + late_ns
    assert_both_say_partial(site, following)


def test_killed_again_and_again_even_before_it_records_every_moment_is_accounted_for(
    site: Site, agent: RunningAgent
) -> None:
    agent.wait_seconds_recorded(1.0)
    first = agent.state
    held_up = HeldUp(first.resident_pid)
    at_ns = struck(agent, first.recorder_pid, signal.SIGKILL)
    beaten = {first.recorder_pid}
    for _ in range(3):  # the next ones die while they start
        pid = next_recorder(first.resident_pid, beaten=beaten)
        os.kill(pid, signal.SIGKILL)
        beaten.add(pid)
    state = agent.wait_recording(recorder=first.recorder_pid)
    back_ns = boot_ns() - (first.started_boot_ns or 0)
    late_ns = held_up.ns(state.recorder_pid)
    assert state.folder == first.folder
    agent.wait_said("times in a row")
    agent.wait_seconds_recorded(1.0)
    assert agent.stop() == 0
    gaps = agent.rows("gap")
    covered_s = sum(gap["end_s"] - gap["at_s"] for gap in gaps)
    assert abs(gaps[0]["at_s"] * S - at_ns) <= RIGHT_TO_NS
    assert abs(covered_s * S - (back_ns - at_ns)) <= RIGHT_TO_NS + S // 2 + late_ns
    assert_both_say_partial(site, agent)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_logging_out_closes_and_signs(site: Site, agent: RunningAgent, number: signal.Signals) -> None:
    agent.wait_seconds_recorded(1.0)
    assert agent.stop(number) == 0
    assert agent.rows("session")[-1]["text"] == "Session ended: the operator logged out"
    assert site.player("verify", str(agent.folder)).returncode == 0
    assert agent.status()["recording"] is False


def test_telling_only_the_recorder_to_end_ends_nothing_and_is_a_sign(site: Site, agent: RunningAgent) -> None:
    first = agent.state
    os.kill(first.recorder_pid, signal.SIGTERM)
    agent.wait_seconds_recorded(4.0)
    assert agent.state.recorder_pid == first.recorder_pid
    assert agent.stop() == 0
    assert ["told to end" in row["detail"] for row in stopped_signs(agent)] == [True]
    assert site.player("verify", str(agent.folder)).returncode == 0


def test_both_told_to_end_at_once_is_a_logout(site: Site, agent: RunningAgent) -> None:
    state = agent.state
    for pid in (state.recorder_pid, state.resident_pid):
        os.kill(pid, signal.SIGTERM)
    assert agent.wait_over() == 0
    assert agent.rows("session")[-1]["text"] == "Session ended: the operator logged out"
    assert stopped_signs(agent) == []
    assert site.player("verify", str(agent.folder)).returncode == 0


def test_a_display_that_is_lost_ends_the_recording_as_what_it_was(
    desktop: XServer, site: Site, agent: RunningAgent
) -> None:
    agent.wait_seconds_recorded(1.0)
    at_ns = boot_ns() - (agent.state.started_boot_ns or 0)
    folder = agent.folder
    desktop.process.kill()
    assert agent.wait_over() == 3
    rows = [row for row in site.player_rows("log", str(folder)) if row["kind"] == "session"]
    assert rows[-1]["text"] == "Session ended: the display was lost"
    assert abs(rows[-1]["at_s"] * S - at_ns) <= 3 * S  # a logout may follow it
    assert_closed(site, folder)


def test_a_display_that_goes_with_a_logout_is_a_logout(desktop: XServer, site: Site, agent: RunningAgent) -> None:
    agent.wait_seconds_recorded(1.0)
    desktop.process.kill()
    assert agent.stop() == 0
    assert agent.rows("session")[-1]["text"] == "Session ended: the operator logged out"
    assert_closed(site, agent.folder)


def test_a_second_agent_says_so_in_one_sentence(site: Site, agent: RunningAgent) -> None:
    done = site.agent("run", "--no-window")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert f"process {agent.state.resident_pid}" in done.stderr
    assert agent.records()


def test_one_that_waits_takes_the_place_of_an_agent_that_is_gone(site: Site, start_agent: Start) -> None:
    agent = start_agent()
    agent.wait_seconds_recorded(1.0)
    first = agent.state
    standing_by = start_agent("--wait", waits=False)
    os.kill(first.resident_pid, signal.SIGSTOP)
    os.kill(first.recorder_pid, signal.SIGKILL)
    os.kill(first.resident_pid, signal.SIGKILL)
    state = standing_by.wait_recording(resident=first.resident_pid)
    assert (state.resident_pid, state.folder) == (standing_by.process.pid, first.folder)
    assert standing_by.stop() == 0


def test_status_tells_what_is_recorded_and_what_is_not(site: Site, agent: RunningAgent) -> None:
    agent.wait_seconds_recorded(1.0)
    status = agent.status()
    assert status["recording"] is True
    assert (status["agent"], status["segment"], status["path"]) == ("running", 1, str(agent.folder))
    assert status["last_heartbeat_age_s"] < 3
    assert status["since"].endswith("Z")
    assert "Recording on display" in site.agent("status").stdout
    agent.stop()
    done = site.agent("status")
    assert done.returncode == 3
    assert "NOT recording" in done.stdout


def test_without_a_display_it_says_so_once_and_ends(site: Site) -> None:
    done = site.with_environment(DISPLAY=None).agent("run", "--no-window")
    assert done.returncode == 3
    assert "There is no display to record" in done.stderr
    assert "Traceback" not in done.stderr
