"""What an agent that was struck says of every moment: nothing unexplained, nothing twice, each cause as it was."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.agents import RunningAgent, boot_ns, next_recorder
from tests.e2e.programs import Site
from tests.xserver import XServer, wait_until

S = 1_000_000_000
RIGHT_TO_NS = S

Start = Callable[..., RunningAgent]


def accounted(site: Site, folder: Path) -> list[dict[str, Any]]:
    """The entries of a recording's account, which is whole and explains everything."""
    *entries, account = site.player_rows("accounted", str(folder))
    at_ns = 0
    for entry in entries:
        assert round(entry["at_s"] * S) == at_ns
        at_ns += entry["length_ns"]
    assert at_ns == account["length_ns"] == sum(account["totals_ns"].values())
    assert (account["lost_ns"], account["differing_ns"]) == (0, 0)
    assert "silent" not in {entry["reason"] for entry in entries}
    return entries


def gaps(entries: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Every reason for which something was not recorded, and for how long, in order."""
    return [(entry["reason"], entry["length_ns"]) for entry in entries if entry["class"] == "gap"]


def test_a_recorder_killed_before_there_is_a_recording_leaves_a_gap_from_when_the_agent_began(
    site: Site, start_agent: Start
) -> None:
    agent = start_agent(waits=False)
    began_ns = boot_ns()
    pid = next_recorder(agent.process.pid)
    started_ns = boot_ns()
    os.kill(pid, signal.SIGKILL)
    state = agent.wait_recording(recorder=pid)
    back_ns = boot_ns()
    session_ns = state.started_boot_ns or 0
    assert began_ns <= session_ns <= started_ns
    agent.wait_seconds_recorded(1.0)
    assert agent.stop() == 0
    (gap,) = agent.rows("gap")
    assert "killed by SIGKILL" in gap["detail"]
    entries = accounted(site, agent.folder)
    ((reason, length_ns),) = gaps(entries)
    assert (entries[0]["class"], reason) == ("gap", "recorder_died")
    assert abs(length_ns - (back_ns - session_ns)) <= RIGHT_TO_NS


def kill_both(agent: RunningAgent) -> int:
    """When they were killed."""
    state = agent.state
    os.kill(state.resident_pid, signal.SIGSTOP)  # or it would start another before it is killed
    for pid in (state.recorder_pid, state.resident_pid):
        os.kill(pid, signal.SIGKILL)
    at_ns = boot_ns()
    agent.process.wait()
    return at_ns


def test_after_both_were_killed_everything_until_the_next_agent_is_one_gap(site: Site, start_agent: Start) -> None:
    agent = start_agent()
    agent.wait_seconds_recorded(3.0)
    at_ns = kill_both(agent)
    wait_until(lambda: boot_ns() - at_ns > 16 * S, what="longer than any recorder is silent", limit_s=30)
    following = start_agent()
    back_ns = boot_ns()
    following.wait_seconds_recorded(1.0)
    assert following.stop() == 0
    assert following.folder == agent.folder
    ((reason, length_ns),) = gaps(accounted(site, following.folder))
    assert reason == "recorder_died"
    assert abs(length_ns - (back_ns - at_ns)) <= 2 * RIGHT_TO_NS


def test_where_the_recording_was_taken_away_the_next_one_begins_with_the_gap(site: Site, start_agent: Start) -> None:
    agent = start_agent()
    agent.wait_seconds_recorded(1.0)
    sealed_ns = agent.state.sealed_boot_ns or 0
    at_ns = kill_both(agent)
    shutil.rmtree(agent.folder)
    following = start_agent()
    back_ns = boot_ns()
    following.wait_seconds_recorded(1.0)
    assert following.stop() == 0
    assert sealed_ns <= (following.state.started_boot_ns or 0) <= at_ns
    entries = accounted(site, following.folder)
    assert (entries[0]["class"], entries[0]["reason"]) == ("gap", "recorder_died")
    assert abs(entries[0]["length_ns"] - (back_ns - at_ns)) <= 2 * RIGHT_TO_NS


def test_a_display_that_is_lost_is_one_gap_of_everything_to_the_end(
    desktop: XServer, site: Site, agent: RunningAgent
) -> None:
    agent.wait_seconds_recorded(1.0)
    folder, started_ns = agent.folder, agent.state.started_boot_ns or 0
    desktop.process.kill()
    at_ns = boot_ns() - started_ns
    assert agent.wait_over() == 3
    (gap,) = [row for row in site.player_rows("log", str(folder)) if row["kind"] == "gap"]
    assert (gap["text"].partition(": ")[2], gap["detail"].partition(" · ")[0]) == ("everything", "the display was lost")
    entries = accounted(site, folder)
    assert (entries[-1]["class"], entries[-1]["reason"]) == ("gap", "display_lost")
    assert abs(entries[-1]["at_s"] * S - at_ns) <= RIGHT_TO_NS
    assert len(gaps(entries)) == 1
    assert [row["state"] for row in site.player_rows("list") if row["path"] == str(folder)] == ["closed"]
