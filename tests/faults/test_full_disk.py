"""A disk that fills under the agent: closed and signed, said aloud, and recorded again once there is room."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.agent.supervision.watcher import ROOM_LOOK_S
from tests.agents import RunningAgent, boot_ns
from tests.e2e.programs import Site
from tests.faults.test_account import accounted, gaps
from tests.xserver import XServer, stop_process, wait_until

S = 1_000_000_000
# So that the disk itself refuses, and not the policy before it.
WARNS_ONLY = """\
version = 1
organisation = "Example Bank"
[storage]
low_mb = 3
reserve_mb = 2
full_mb = 1
at_low = "warn"
at_reserve = "warn"
at_full = "warn"
"""

ENDS_SESSION = WARNS_ONLY.replace('at_full = "warn"', 'at_full = "end_session"').replace("full_mb = 1", "full_mb = 10")
ENDS_SESSION = ENDS_SESSION.replace("low_mb = 3", "low_mb = 30").replace("reserve_mb = 2", "reserve_mb = 20")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can make a small file system")
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine mounts no file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_closes_the_recording_and_the_next_one_says_for_how_long_there_was_none(
    desktop: XServer, site: Site, small_disk: Path, start_agent: Callable[..., RunningAgent]
) -> None:
    policy = site.home / "policy.toml"
    policy.write_text(WARNS_ONLY)
    agent = start_agent("--library", str(small_disk), "--policy", str(policy))
    first = agent.state
    painter = desktop.start(
        [sys.executable, "-m", "tests.e2e.paint", "noise:20"], env=desktop.environment | {"PYTHONPATH": "."}
    )
    agent.wait_said("NOT recording:")
    stop_process(painter)
    wait_until(lambda: agent.state.state == "restarting", what="the agent to say that it does not record")
    status = agent.status()
    assert status["recording"] is False
    assert "full" in status["problem"]
    agent.wait_said("times in a row")
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = agent.wait_recording(recorder=first.recorder_pid)
    back_ns = boot_ns()
    assert again.folder != first.folder
    agent.wait_seconds_recorded(1.0)
    assert agent.stop() == 0

    ended = site.player_rows("log", str(first.folder))[-1]
    assert ended["text"].startswith("Session ended: ")
    assert "storage" in ended["text"]
    ended_ns = (first.started_boot_ns or 0) + round(ended["at_s"] * S)
    assert again.started_boot_ns == ended_ns, "no moment is between the two recordings"
    assert_says_full(site, first.folder, agent, back_ns)
    states = {row["path"]: row["state"] for row in site.player_rows("list", "--library", str(small_disk))}
    assert states == {str(first.folder): "closed", str(again.folder): "closed"}


def assert_says_full(site: Site, first: str | None, following: RunningAgent, back_ns: int) -> None:
    """The one ends and the other begins with a gap for want of room, up to when there was some."""
    missed = following.rows("gap")[0]
    assert missed["at_s"] == 0
    assert "full" in missed["detail"]
    assert abs((following.state.started_boot_ns or 0) + missed["end_s"] * S - back_ns) <= 2 * S  # and a start
    ((reason, _),) = gaps(accounted(site, Path(str(first))))
    assert reason == "storage_full"
    ((reason, length_ns),) = gaps(accounted(site, following.folder))
    assert (reason, length_ns) == ("storage_full", round(missed["end_s"] * S))


def test_where_the_policy_ends_the_session_no_recording_is_begun_until_there_is_room(
    site: Site, small_disk: Path, start_agent: Callable[..., RunningAgent]
) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    policy = site.home / "policy.toml"
    policy.write_text(ENDS_SESSION)
    agent = start_agent("--library", str(small_disk), "--policy", str(policy))
    first = agent.state
    agent.wait_seconds_recorded(1.0)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 58 << 20)
    agent.wait_said("The policy ends the session")
    agent.wait_said("The session could not be ended")  # this site names no desktop that could end one
    held_s = time.monotonic()
    wait_until(lambda: time.monotonic() - held_s > 3 * ROOM_LOOK_S, what="some looks for room", limit_s=30)
    assert [row["path"] for row in site.player_rows("list", "--library", str(small_disk))] == [str(first.folder)]
    assert agent.status()["recording"] is False
    filler.unlink()
    agent.wait_recording(recorder=first.recorder_pid)
    back_ns = boot_ns()
    agent.wait_seconds_recorded(1.0)
    assert agent.stop() == 0
    ended = site.player_rows("log", str(first.folder))[-1]
    assert ended["text"].startswith("Session ended: the storage was full")
    missed = agent.rows("gap")[0]
    assert missed["at_s"] == 0
    assert abs((agent.state.started_boot_ns or 0) + missed["end_s"] * S - back_ns) <= 2 * S
    ((reason, _),) = gaps(accounted(site, agent.folder))
    assert reason == "storage_full"
    assert site.player("verify", str(first.folder)).returncode == 0
