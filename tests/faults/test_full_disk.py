"""A disk that fills under the agent: closed and signed, said aloud, and recorded again once there is room."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agents import RunningAgent, boot_ns
from tests.e2e.programs import Site
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
    full_ns = boot_ns()
    stop_process(painter)
    wait_until(lambda: agent.state.state == "restarting", what="the agent to say that it does not record")
    status = agent.status()
    assert status["recording"] is False
    assert "full" in status["problem"]
    agent.wait_said("times in a row")
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = agent.wait_recording(recorder=first.recorder_pid)
    missed_s = (boot_ns() - full_ns) / S
    assert again.folder != first.folder
    agent.wait_seconds_recorded(1.0)
    assert agent.stop() == 0

    ended = site.player_rows("log", str(first.folder))[-1]
    assert ended["text"].startswith("Session ended: ")
    assert "storage" in ended["text"]
    (said,) = [row["detail"] for row in agent.rows("source") if "Nothing was recorded" in row["detail"]]
    assert "full" in said
    assert abs(float(said.partition(" for ")[2].partition(" s ")[0]) - missed_s) <= 2.0  # and a start
    states = {row["path"]: row["state"] for row in site.player_rows("list", "--library", str(small_disk))}
    assert states == {str(first.folder): "closed", str(again.folder): "closed"}
