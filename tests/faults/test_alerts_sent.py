"""Alerts from the key that is pressed to the server that gets them, over kills and servers that are away."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
from pathlib import Path

import pytest

from app.agent.alerting import OUTBOX_NAME
from recorder.evidence.files import is_locked
from recorder.evidence.writer import LOCK_FILE
from tests.agents import NOT_OF_THE_TEST, recorders_of
from tests.receivers import HOST, make_certificate, web
from tests.xserver import wait_until

POLICY = """
version = 1
organisation = "Example Bank"

[[channels]]
name = "audit"
kind = "webhook"
least_severity = "high"
url = "https://{host}:{port}/"
ca_file = "{ca_file}"
"""
STRUCK = "The recorder was inspected or stopped"
TITLE = "Command history cleared or switched off"


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path)


@pytest.fixture
def policy(tmp_path, certificate):
    def write(port: int) -> str:
        path = Path(tmp_path) / "policy.toml"
        path.write_text(POLICY.format(host=HOST, port=port, ca_file=certificate.certificate))
        return f"--policy={path}"

    return write


@pytest.fixture
def forbid(desktop):
    """Do what a rule forbids, at a terminal."""
    desktop.start_openbox()
    desktop.start_xterm()

    def do(agent):
        agent.wait_seconds_recorded(2)  # the keyboard is heard by then
        desktop.run("xdotool", "search", "--sync", "--name", "operator", "windowfocus", "--sync")
        desktop.run("xdotool", "type", "--delay", "40", "history -c\n")

    return do


def sent(server):
    return [json.loads(body) for _, body in server.posted]


def of_the_test(server):
    return [alert for alert in sent(server) if alert["title"] not in NOT_OF_THE_TEST]


def test_a_forbidden_command_is_told_outside_with_the_link_to_its_moment(forbid, start_agent, policy, certificate):
    with web(certificate) as server:
        agent = start_agent(policy(server.port))
        forbid(agent)
        wait_until(lambda: TITLE in [alert["title"] for alert in sent(server)], what="the alert", limit_s=20)
        assert agent.stop() == 0
    (alert,) = [alert for alert in sent(server) if alert["title"] == TITLE]
    assert alert["severity"] == "high"
    assert any("history -c" in row for row in alert["rows"])
    (row,) = [
        row for row in agent.site.player_rows("log", str(agent.folder), "--kind", "alert") if row["text"] == TITLE
    ]
    assert alert["at_s"] == pytest.approx(row["at_s"], abs=0.001)
    assert alert["link"] == f"tachiai://{agent.folder.name}?t={row['at_s']:.3f}"


def test_an_alert_that_found_no_server_is_sent_once_when_there_is_one_whoever_was_killed(
    forbid, start_agent, policy, certificate
):
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    option = policy(port)
    agent = start_agent(option)
    before = agent.state
    forbid(agent)
    channel = wait_until(lambda: waiting(agent, option), what="an alert that waits", limit_s=20)
    assert channel["problem"].startswith("The webhook at 127.0.0.1 cannot be reached")
    for pid in (before.resident_pid, before.recorder_pid):
        os.kill(pid, signal.SIGKILL)
    agent.wait_over()
    with web(certificate, port=port) as server:
        again = start_agent(option)
        again.wait_recording(resident=before.resident_pid, recorder=before.recorder_pid)
        wait_until(lambda: TITLE in [alert["title"] for alert in sent(server)], what="the alert", limit_s=20)
        assert again.stop() == 0
        assert [alert["title"] for alert in sent(server)].count(TITLE) == 1


def test_an_alert_that_could_not_be_queued_when_its_recorder_was_killed_is_sent_once(
    forbid, start_agent, site, policy, certificate
):
    with web(certificate) as server, contextlib.closing(sqlite3.connect(":memory:")) as queue:
        agent = start_agent(policy(server.port))
        before = agent.state
        queue.execute("ATTACH ? AS queue", (str(site.home / "tachiai" / OUTBOX_NAME),))
        queue.execute("BEGIN IMMEDIATE")
        queue.execute("UPDATE queue.waiting SET problem = ''")  # from here on nobody can write there
        forbid(agent)
        wait_until(lambda: TITLE in [row["text"] for row in agent.rows("alert")], what="the alert in the recording")
        os.kill(before.recorder_pid, signal.SIGKILL)
        agent.wait_recording(recorder=before.recorder_pid)
        assert TITLE not in [alert["title"] for alert in sent(server)]
        queue.rollback()
        wait_until(lambda: TITLE in [alert["title"] for alert in sent(server)], what="the alert", limit_s=20)
        assert agent.stop() == 0
    assert [alert["title"] for alert in sent(server)].count(TITLE) == 1
    assert len(set(server.ids)) == len(server.ids)


def test_that_the_recorder_is_killed_again_and_again_is_told_outside_although_none_lives_to_judge_it(
    start_agent, policy, certificate
):
    with web(certificate) as server:
        agent = start_agent(policy(server.port))
        first = agent.state
        killed: set[int] = set()

        def kill_until_it_is_told():
            for pid in recorders_of(first.resident_pid) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            return len(killed) > 2 and of_the_test(server)

        wait_until(kill_until_it_is_told, what="an alert while no recorder lives", limit_s=30)
        assert not is_written(agent.folder), "nothing is recorded yet"
        state = agent.wait_recording(recorder=first.recorder_pid)
        agent.wait_seconds_recorded(1.0)
        assert agent.stop() == 0
        rows = agent.alerts()
        wait_until(lambda: len(of_the_test(server)) >= len(rows), what="every alert")
    assert state.folder == first.folder
    told = of_the_test(server)
    assert {alert["title"] for alert in told} == {STRUCK}
    assert len(set(server.ids)) == len(server.ids)
    assert len(told) == len(rows)
    assert sorted(alert["at_s"] for alert in told) == pytest.approx([row["at_s"] for row in rows], abs=0.001)
    signs = [row["detail"] for row in agent.rows("evasion")]
    for pid in killed:
        assert [f"process {pid}) was killed by SIGKILL" in sign for sign in signs].count(True) == 1


def is_written(folder):
    return is_locked(folder / LOCK_FILE)


def waiting(agent, option):
    done = agent.site.agent("channels", "status", "--json", option)
    states = [json.loads(line) for line in done.stdout.splitlines()]
    return next((state for state in states if state["waiting"] and state["problem"]), None)


COUNTED = """title: Zap
name: zap
logsource: {category: process}
detection: {a: {CommandLine|contains: 'ZAP', Found: 'no'}, condition: a}
level: low
---
title: Four zaps
name: four
correlation: {type: event_count, rules: zap, timespan: 5m, condition: {gte: 4}}
level: high
tachiai: {response: record}
"""


def test_what_rules_count_goes_on_over_a_killed_resident_and_a_killed_recorder(desktop, start_agent, site, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/counted.yml").write_text(COUNTED, encoding="utf-8")
    policy = tmp_path / "policy.toml"
    rules = f'[rules]\nbuilt_in = false\nfolders = ["{tmp_path}/rules"]\n'
    policy.write_text(f'version = 1\norganisation = "Example Bank"\n{rules}', encoding="utf-8")
    agent = start_agent("--policy", str(policy))

    def zap(number: int) -> None:
        desktop.start(["sh", "-c", "sleep 20; :", f"ZAP{number}"])
        wait_until(lambda: f"ZAP{number}" in str(agent.rows("process")), what="the process to be recorded", limit_s=30)

    zap(1)
    first = agent.state
    os.kill(first.resident_pid, signal.SIGKILL)
    agent.wait_recording(resident=first.resident_pid)
    zap(2)
    os.kill(first.recorder_pid, signal.SIGKILL)
    agent.wait_recording(recorder=first.recorder_pid)
    zap(3)
    zap(4)
    agent.stop()
    (alert,) = agent.rows("alert")
    assert alert["text"] == "Four zaps"
    detected = site.player("detect", str(agent.folder), "--rules", str(tmp_path / "rules"))
    assert "Four zaps" in detected.stdout, "today's rules over the recording find the same"
