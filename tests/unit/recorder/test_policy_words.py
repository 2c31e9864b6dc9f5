"""A policy said in words: sentences for an administrator, and the manual's table of every setting."""

import dataclasses
import re
from pathlib import Path

import pytest

import resources
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.cautions import cautions
from recorder.policy.parsing import parse_policy
from recorder.policy.reference import setting_lines
from recorder.policy.sections import KeysMode, NoticePolicy, RecordingPolicy, Response, RulesPolicy, StoragePolicy
from recorder.policy.words import explained

MANUAL = (Path(__file__).resolve().parents[3] / "docs" / "administrator.md").read_text(encoding="utf-8")
HEAD = 'version = 3\norganisation = "Example Bank"\n'
EXAMPLE = parse_policy(resources.path("policy/example.toml").read_text(encoding="utf-8")).policy

OTHERWISE = [
    ("recording.keys", "activity"), ("recording.clipboard_text", True), ("recording.frames_per_s", 2.0),
    ("recording.idle_after_s", 300), ("recording.library", "/srv/r"), ("recording.recipients", "/etc/list"),
    ("recording.plain_files", False), ("notice.shown", False), ("notice.text_en", "Hello"),
    ("notice.text_ja", "こんにちは"), ("notice.contact", "Audit"), ("notice.hold_session", True),
    ("notice.purpose", "optional"), ("storage.low_mb", 5000), ("storage.reserve_mb", 900), ("storage.full_mb", 50),
    ("storage.at_low", "drop_rate"), ("storage.at_reserve", "text_only"), ("storage.at_full", "text_only"),
    ("storage.quota_mb", 9000), ("storage.keep_days", 7), ("storage.archive", "/mnt/a"),
    ("hidden_input.dialogs", ("vpn",)), ("rules.built_in", False), ("rules.folders", ("/etc/rules",)),
    ("rules.off", ("r1",)), ("rules.at_informational", "warn"), ("rules.at_low", "warn"),
    ("rules.at_medium", "lock"), ("rules.at_high", "lock"), ("rules.at_critical", "lock"), ("rules.at_most", "warn"),
    ("supervision.heartbeat_s", 0.5), ("supervision.silent_after_s", 4.0), ("supervision.operator_may_stop", True),
    ("supervision.restart_agent", False),
]  # fmt: skip


def said(policy):
    return [sentence for one in explained(policy) for sentence in one.sentences]


def changed(policy, key, value):
    section, _, name = key.partition(".")
    return dataclasses.replace(policy, **{section: dataclasses.replace(getattr(policy, section), **{name: value})})


def test_the_manual_has_every_setting_as_the_program_has_it():
    table = MANUAL.partition("\n## Every setting\n")[2].partition("\n## ")[0]
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table.splitlines() if "| `" in line
    ]
    assert rows == [(f"`{one.key}`", one.may_be, usual(one), one.says) for one in setting_lines()]


def usual(line):
    return line.default if line.default == "must be given" else f"`{line.default}`"


@pytest.mark.parametrize(("key", "value"), OTHERWISE)
def test_whatever_is_set_otherwise_is_said_otherwise(key, value):
    usual = AgentPolicy()
    parsed = parse_policy(HEAD + toml_of(key, value))
    assert parsed.faults == ()
    assert said(parsed.policy) != said(usual)


def toml_of(key, value):
    section, _, name = key.partition(".")
    if isinstance(value, tuple):
        written = "[" + ", ".join(f'"{one}"' for one in value) + "]"
    else:
        written = f'"{value}"' if isinstance(value, str) else str(value).lower()
    return f"[{section}]\n{name} = {written}\n"


def test_every_setting_of_a_section_is_tried_above():
    tried = {key for key, _ in OTHERWISE} | {"notice.purpose_pattern", "version", "organisation"}
    assert {one.key for one in setting_lines() if not one.key.startswith(("masks.", "channels."))} == tried


def test_masks_and_channels_are_said_with_all_that_they_hold():
    sentences = "\n".join(said(EXAMPLE))
    for mask in EXAMPLE.masks:
        for text in (mask.name, mask.reason, *mask.applications, *mask.titles):
            assert text in sentences
    assert "1920 x 1080 pixels at 0, 0, from 12:00 to 13:00 on Monday, Tuesday, Wednesday" in sentences
    for channel in EXAMPLE.channels:
        for text in (channel.name, channel.host, channel.url, channel.secret_file, *channel.recipients):
            assert text in sentences
    assert "a purpose that contains the pattern CHG-[0-9]+" in sentences


def test_every_sentence_is_one_line_that_a_terminal_shows_and_nothing_else():
    policy = changed(changed(EXAMPLE, "notice.contact", "a\x1b[2Jb"), "recording.library", "/srv/\u202egnp")
    for sentence in said(policy):
        assert sentence.isprintable()
        assert re.match(r'["A-Z]', sentence)
        assert sentence.endswith(".")


def test_the_built_in_policy_is_said_too():
    assert "Nothing is masked: every window is recorded." in said(AgentPolicy())
    assert tuple(one.sentence for one in cautions(AgentPolicy())) == (
        "Alerts are to be notified, and there is no channel: no supervisor learns of them.",
        "Recordings neither expire nor have a quota: the disk fills up in the end.",
    )


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (AgentPolicy(notice=NoticePolicy(shown=False)), "not told"),
        (AgentPolicy(recording=RecordingPolicy(keys=KeysMode.OFF)), "no rule sees what is typed"),
        (AgentPolicy(rules=RulesPolicy(built_in=False)), "nothing will ever fire"),
        (AgentPolicy(storage=StoragePolicy(keep_days=5)), "no archive"),
        (parse_policy(HEAD + '[[channels]]\nname = "S"\nkind = "syslog"\nhost = "h"\ntransport = "udp"\n').policy,
         '"S" sends over UDP'),
        (parse_policy(HEAD + "[supervision]\noperator_may_stop = true\n").policy, "may end the recording"),
    ],
)  # fmt: skip
def test_what_may_not_be_meant_is_said(policy, says):
    assert any(says in caution.sentence for caution in cautions(policy))
    assert not any(says in caution.sentence for caution in cautions(EXAMPLE))


def test_what_an_alert_leads_to_is_said_as_it_is_capped():
    policy = AgentPolicy(rules=RulesPolicy(at_critical=Response.END_SESSION, at_most=Response.WARN))
    assert "A critical alert: the operator is warned." in said(policy)
