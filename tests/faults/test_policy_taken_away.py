"""An operator who takes the policy away while recorded, and kills the recorder: the policy of the start holds on."""

import os
import signal
from collections.abc import Callable

import pytest

from tests.agents import RunningAgent
from tests.e2e.programs import Site

LINES = 'version = {version}\norganisation = "Example Bank"\n[recording]\nkeys = "activity"\n'


@pytest.mark.parametrize("taken_away", ["exchanged", "gone"])
def test_a_recorder_that_is_started_again_follows_the_policy_of_the_start(
    site: Site, start_agent: Callable[..., RunningAgent], taken_away: str
) -> None:
    path, root = site.home / "policy.toml", site.home / "root.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LINES.format(version=5))
    assert site.agent("policy", "sign", str(path), "--root", str(root), "--new-root").returncode == 0
    assert site.agent("policy", "use", str(path)).returncode == 0
    agent = start_agent()
    agent.wait_seconds_recorded(0.5)
    first = agent.state
    installed = site.home / "tachiai" / "keys" / "agent-policy.toml"
    if taken_away == "gone":
        installed.unlink()
    else:
        installed.write_text("no policy at all")
    os.kill(first.recorder_pid, signal.SIGKILL)
    again = agent.wait_recording(recorder=first.recorder_pid)
    assert again.folder == first.folder
    agent.wait_seconds_recorded(0.5)
    assert agent.stop() == 0
    told = [row["text"] for row in agent.rows("policy")]
    assert told == ["Policy version 5 of Example Bank holds"] * 2
