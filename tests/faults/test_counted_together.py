"""A sequence of what the resident saw and of what the recorder saw fires live as it does over the recording."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.agents import RunningAgent
from tests.e2e.programs import Site
from tests.xserver import XServer, wait_until

RULES = """\
title: Struck
name: struck
level: high
logsource: {category: evasion}
detection: {a: {Sign: recorder_stopped}, condition: a}
---
title: Zap
name: zap
level: low
logsource: {category: process}
detection: {a: {CommandLine|contains: 'ZAP'}, condition: a}
---
title: Struck, then zap
id: 11111111-0000-4000-8000-000000000001
level: critical
correlation: {type: temporal_ordered, rules: [struck, zap], timespan: 10m, generate: true}
"""


def test_a_sequence_of_a_killed_recorder_and_a_process_fires_once_live_and_in_detect(
    desktop: XServer, site: Site, tmp_path: Path, start_agent: Callable[..., RunningAgent]
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "rules.yml").write_text(RULES, encoding="utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text(
        f'version = 1\norganisation = "Aozora"\n[rules]\nbuilt_in = false\nfolders = ["{folder}"]\n', encoding="utf-8"
    )
    agent = start_agent("--policy", str(policy))
    first = agent.state
    os.kill(first.recorder_pid, signal.SIGKILL)
    agent.wait_recording(recorder=first.recorder_pid)
    wait_until(lambda: len(agent.rows("alert")) == 1, what="the alert of the blow", limit_s=20)
    zap = desktop.start(["sh", "-c", "sleep 60; :", "ZAP"])
    wait_until(lambda: len(agent.rows("alert")) > 2, what="the alert of both", limit_s=20)
    desktop.stop_client(zap)
    assert agent.stop() == 0
    live = [row["text"] for row in agent.rows("alert")]
    assert live == ["Struck", "Zap", "Struck, then zap"]
    found = site.player_rows("detect", str(agent.folder), "--rules", str(folder))
    assert [alert["title"] for alert in found] == live
