"""`detect`: today's rules over recordings that were made before there were any."""

import json

import pytest

from recorder.agent_events import EvasionSign
from recorder.events import Alert
from tests.recordings import SESSION_ID

RULES = """
title: Billing stopped
name: billing
description: Billing is stopped by nobody.
level: critical
logsource: {category: command}
detection: {a: {CommandLine|contains: stop billing}, condition: a}
tachiai: {response: lock}
"""


@pytest.fixture
def recorded(place):
    desk = place.desk()
    desk.window("root@web1: ~")
    desk.wait(1)
    desk.type("systemctl stop billing", seconds_each=0.01)
    desk.press("enter")
    desk.emit(EvasionSign(desk.now_ns, "tunnel", "ngrok"))
    desk.wait(2)
    desk.close()
    return place


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules" / "billing.yml"
    path.parent.mkdir()
    path.write_text(RULES, encoding="utf-8")
    return path


def test_alerts_are_told_with_their_moment(recorded, rules):
    answer = recorded.run("detect", SESSION_ID, "--rules", str(rules.parent))
    assert answer.status == 0
    (line,) = answer.out.splitlines()
    assert line.startswith(SESSION_ID)
    assert line.endswith("critical       Billing stopped: systemctl stop billing")


def test_for_programs_with_the_rows_that_fired(recorded, rules):
    answer = recorded.run("detect", SESSION_ID, "--rules", str(rules), "--json")
    one = json.loads(answer.out)
    assert (one["recording"], one["rule"], one["severity"], one["response"]) == (
        SESSION_ID,
        "billing",
        "critical",
        "lock",
    )
    assert [(row["kind"], row["text"]) for row in one["rows"]] == [("text", "systemctl stop billing")]
    assert one["rows"][0]["at_s"] <= one["at_s"]
    assert one["utc"].endswith("Z")


def test_the_rules_of_the_program_are_used_if_no_others_are_named(recorded):
    answer = recorded.run("detect", SESSION_ID)
    assert answer.status == 0
    assert "A remote-control or tunnelling program runs" in answer.out


def test_nothing_found_is_a_status_of_its_own(recorded, rules):
    rules.write_text(RULES.replace("stop billing", "stop mail"), encoding="utf-8")
    answer = recorded.run("detect", SESSION_ID, "--rules", str(rules))
    assert (answer.status, answer.out) == (1, "")


def test_rules_with_a_fault_are_not_used_in_part(recorded, rules):
    rules.write_text(RULES + "---\ntitle: x\n", encoding="utf-8")
    answer = recorded.run("detect", SESSION_ID, "--rules", str(rules))
    assert (answer.status, answer.out) == (3, "")
    assert "neither id nor name" in answer.notes
    assert recorded.run("detect", SESSION_ID, "--rules", str(rules.parent / "nowhere")).status == 4


def test_old_alerts_are_not_judged_again(place, rules):
    desk = place.desk()
    desk.emit(Alert(desk.now_ns, "old", "1", "stop billing", "high", "stop billing"))
    desk.wait(1)
    desk.close()
    assert place.run("detect", SESSION_ID, "--rules", str(rules)).status == 1
