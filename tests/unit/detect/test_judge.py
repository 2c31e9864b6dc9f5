"""What the judge says: alerts, each once, with their rows, bounded, and what is to follow."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agent.supervision.kept_counts import KeptCounts
from recorder.agent_events import EvasionSign
from recorder.detect.bursts import MOST_ALERTS
from recorder.detect.judge import Judge
from recorder.detect.loading import load_text
from recorder.events import Key, ProcessStarted, SessionStarted, Window, WindowActive
from recorder.policy.sections import Response, RulesPolicy

S = 1_000_000_000
TERMINAL = WindowActive(0, Window(1, "root@web1", "xterm", 10, "/usr/bin/xterm"))
WRITER = WindowActive(0, Window(2, "letter", "soffice.bin", 11, "/usr/bin/soffice.bin"))
RULE = """title: {title}
name: {title}
description: Because.
level: {level}
logsource: {{category: {category}}}
detection: {detection}
"""


def rule(detection, category="command", title="one", level="high", more=""):
    return RULE.format(title=title, level=level, category=category, detection=detection) + more


def judge(*rules, policy=None):
    loaded = load_text("---\n".join(rules).encode(), "x")
    assert loaded.faults == ()
    return Judge(loaded.rules, policy or RulesPolicy())


def typed(text, at_ns):
    return [Key(at_ns + place * 1_000_000, character) for place, character in enumerate(text)]


def entered(text, at_ns):
    return [*typed(text, at_ns), Key(at_ns + len(text) * 1_000_000, "\r", "enter")]


def alerts(judged, *events):
    return [alert for event in events for alert in judged.judge(event)]


HALT = "{a: {CommandLine|contains: halt}, condition: a}"
SECRET = "{a: {Text|contains: secret}, condition: a}"


def test_an_alert_names_rule_version_reason_and_rows():
    judged = judge(rule(HALT))
    (alert,) = alerts(judged, TERMINAL, *entered("sudo halt", 3 * S))
    assert (alert.rule, alert.title, alert.severity, alert.reason) == ("one", "one", "high", "Because.")
    assert len(alert.version) == 12
    assert [(row.kind, row.text, row.at_ns) for row in alert.rows] == [("text", "sudo halt", 3 * S)]
    assert alert.at_ns == 3 * S + 9_000_000


def test_live_an_alert_is_of_the_moment_it_was_judged():
    judged = judge(rule(HALT))
    found = [alert for event in (TERMINAL, *entered("halt", S)) for alert in judged.judge(event, now_ns=9 * S)]
    assert [alert.at_ns for alert in found] == [9 * S]


@pytest.mark.parametrize(
    ("wants", "policy", "follows"),
    [
        (None, RulesPolicy(), "warn"),
        (None, RulesPolicy(at_high=Response.RECORD), ""),
        ("lock", RulesPolicy(), "lock"),
        ("end_session", RulesPolicy(at_most=Response.DEMAND_REASON), "demand_reason"),
        ("record", RulesPolicy(), ""),
    ],
)
def test_what_follows_is_what_the_rule_wants_or_the_policy_and_never_more_than_allowed(wants, policy, follows):
    more = f"tachiai: {{response: {wants}}}\n" if wants else ""
    (alert,) = alerts(judge(rule(HALT, more=more), policy=policy), TERMINAL, *entered("halt", S))
    assert alert.response == follows


def test_text_is_judged_while_it_is_typed_and_fires_once():
    judged = judge(rule(SECRET, "text"))
    assert alerts(judged, WRITER, *typed("the secr", S)) == []
    assert alerts(judged, *typed("et", 2 * S)) == []
    (alert,) = judged.look(2 * S + 5_000_000)
    assert alert.rows[0].text == "the secret"
    assert alerts(judged, *typed(" is out", 3 * S)) + judged.look(20 * S) + judged.finish() == []


def test_the_same_again_in_one_stretch_of_text_fires_again():
    judged = judge(rule(SECRET, "text"))
    alerts(judged, WRITER, *typed("secret one", S))
    assert len(judged.look(S + 50_000_000)) == 1
    alerts(judged, *typed(" and secret two", 2 * S))
    assert len(judged.look(2 * S + 50_000_000)) == 1


def test_what_is_cut_into_pieces_by_pauses_or_length_is_found():
    judged = judge(rule(SECRET, "text"))
    found = alerts(judged, WRITER, *typed("sec", S), *typed("ret", 10 * S)) + judged.finish()
    assert len(found) == 1
    judged = judge(rule(SECRET, "text"))
    found = alerts(judged, WRITER, *typed("x" * 997 + "secret" + "x" * 100, S)) + judged.finish()
    assert len(found) == 1


def test_what_was_typed_and_erased_is_found():
    judged = judge(rule(SECRET, "text"))
    erasing = [Key(2 * S + place, "", "backspace") for place in range(6)]
    assert len(alerts(judged, WRITER, *typed("secret", S), *erasing, *typed("fine", 3 * S)) + judged.finish()) == 1


def test_a_rule_that_more_text_could_undo_waits_for_the_whole():
    detection = "{a: {Text|contains: secret}, b: {Text|contains: allowed}, condition: a and not b}"
    judged = judge(rule(detection, "text"))
    alerts(judged, WRITER, *typed("secret", S))
    assert judged.look(S + 50_000_000) == []
    alerts(judged, *typed(" allowed", S + 60_000_000))
    assert judged.look(20 * S) == []
    judged = judge(rule(detection, "text"))
    alerts(judged, WRITER, *typed("secret", S))
    assert len(judged.look(20 * S)) == 1  # the pause is over, and nothing else needs to happen


def test_live_and_afterwards_the_same_fires():
    rules = (rule(SECRET, "text"), rule(HALT, title="two"))
    events = [WRITER, *typed("a secret", S), TERMINAL, *entered("halt", 20 * S), *typed("secret", 40 * S)]
    live = judge(*rules)
    found = []
    for event in events:
        found += live.judge(event) + live.look(event.at_ns)
    found += live.finish()
    assert [one.rule for one in found] == [one.rule for one in alerts(judge(*rules), *events)] + ["one"]


def test_a_line_and_the_processes_it_starts_are_one_act():
    judged = judge(rule("{a: {CommandLine|contains: rm -rf}, condition: a}"))
    line = entered("sudo rm -rf '/srv/x'", S)
    sudo = ProcessStarted(2 * S, 100, 1, "sudo", "/bin/sudo", ("sudo", "rm", "-rf", "/srv/x"))
    rm = ProcessStarted(2 * S, 101, 100, "rm", "/bin/rm", ("rm", "-rf", "/srv/x"))
    other = ProcessStarted(3 * S, 102, 1, "rm", "/bin/rm", ("rm", "-rf", "/etc"))
    later = ProcessStarted(60 * S, 103, 1, "rm", "/bin/rm", ("rm", "-rf", "/srv/x"))
    found = alerts(judged, TERMINAL, *line, sudo, rm, other, later)
    assert [alert.rows[0].text for alert in found] == ["sudo rm -rf '/srv/x'", "rm -rf /etc", "rm -rf /srv/x"]


def test_a_burst_is_bounded_and_says_how_many_were_left_out():
    judged = judge(rule("{a: {Sign: tunnel}, condition: a}", "evasion", more="tachiai: {response: lock}\n"))
    signs = [EvasionSign(S + number, "tunnel", f"number {number}") for number in range(MOST_ALERTS + 25)]
    assert len(alerts(judged, *signs)) == MOST_ALERTS
    assert judged.is_burst_open
    assert judged.look(30 * S) == []
    (rest,) = judged.look(100 * S)
    assert rest.reason.startswith("25 more alerts of this rule were left out within 60 s")
    assert (rest.rule, rest.response) == ("one", "")
    assert not judged.is_burst_open
    assert len(alerts(judged, EvasionSign(101 * S, "tunnel", "again"))) == 1


def test_what_a_burst_left_out_is_said_at_the_end_at_the_latest():
    judged = judge(rule("{a: {Sign: tunnel}, condition: a}", "evasion"))
    alerts(judged, *(EvasionSign(S + number, "tunnel", "") for number in range(MOST_ALERTS + 1)))
    (rest,) = judged.finish()
    assert "1 more alert of this rule was left out" in rest.reason


def test_a_correlation_fires_with_the_rows_that_made_it():
    counting = (
        "title: many\nname: many\nlevel: low\ndescription: Too many.\n"
        "correlation: {type: event_count, rules: one, timespan: 1m, condition: {gte: 3}}\n"
    )
    judged = judge(rule(HALT), counting)
    found = alerts(judged, TERMINAL, *entered("halt 1", S), *entered("halt 2", 5 * S), *entered("halt 3", 9 * S))
    assert [alert.rule for alert in found] == ["many"]
    assert [row.text for row in found[0].rows] == ["halt 1", "halt 2", "halt 3"]
    assert found[0].reason == "Too many. (3 rows within 60 s)"


COUNTING = """title: {name}
name: {name}
level: low
correlation: {{type: {relation}, rules: [{rules}], group-by: [Detail], timespan: 4s{more}}}
"""
SIGNS = [
    *(rule(f"{{a: {{Sign: s{number}}}, condition: a}}", "evasion", f"s{number}") for number in range(3)),
    COUNTING.format(name="count", relation="event_count", rules="s0", more=", condition: {gte: 3}"),
    COUNTING.format(name="values", relation="value_count", rules="s1", more=", condition: {field: Image, gte: 2}"),
    COUNTING.format(name="together", relation="temporal", rules="s0, s1", more=""),
    COUNTING.format(name="in order", relation="temporal_ordered", rules="s0, s1, s2", more=""),
]
HAPPENED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=10)


@settings(max_examples=150, deadline=None)
@given(HAPPENED)
def test_a_judge_that_goes_on_fires_as_one_that_was_never_interrupted(happened):
    loaded = load_text("---\n".join(SIGNS).encode(), "x")
    assert loaded.faults == ()
    whole = Judge(loaded.rules, RulesPolicy())
    part, kept, at_ns = Judge(loaded.rules, RulesPolicy(), tells_counted=True), KeptCounts("id"), 0
    for pause_s, sign, who, is_killed_before in happened:
        at_ns += pause_s * S + 1
        if is_killed_before:
            part = Judge(loaded.rules, RulesPolicy(), tells_counted=True)
            part.go_on(kept.all)
        event = EvasionSign(at_ns, f"s{sign}", f"g{who % 2}", None, f"/bin/x{who}")
        assert part.judge(event) == whole.judge(event)
        kept.add(part.newly_counted())


def test_a_sign_that_another_judge_judged_only_counts_and_once_though_it_is_said_again():
    loaded = load_text("---\n".join(SIGNS).encode(), "x")
    judged, kept = Judge(loaded.rules, RulesPolicy(), tells_counted=True), KeptCounts("id")
    struck, then = EvasionSign(1, "s0", "g"), EvasionSign(2, "s1", "g", None, "/bin/x")
    assert judged.judge(struck, is_judged=True) == []
    kept.add(judged.newly_counted())
    judged = Judge(loaded.rules, RulesPolicy(), tells_counted=True)
    judged.go_on(kept.all)
    assert judged.judge(struck, is_judged=True) == []
    kept.add(judged.newly_counted())
    assert [(one.correlation, one.at_ns) for one in kept.all] == [("count", 1), ("together", 1), ("in order", 1)]
    assert [alert.title for alert in judged.judge(then)] == ["together"]


def test_a_judge_that_is_told_only_a_part_leaves_counts_to_the_other():
    many = "title: many\nname: many\nlevel: low\ncorrelation: {type: event_count, rules: one, timespan: 1m,"
    rules = rule("{a: {Sign: s0}, condition: a}", "evasion", "one"), f"{many} condition: {{gte: 2}}, generate: true}}\n"
    loaded = load_text("---\n".join(rules).encode(), "x")
    signs = [EvasionSign(number, "s0", "g") for number in range(2)]
    both = (Judge(loaded.rules, RulesPolicy(), counts=counts) for counts in (True, False))
    assert [[alert.title for alert in alerts(one, *signs)] for one in both] == [["one", "one", "many"], ["one", "one"]]


def test_what_is_kept_of_counts_is_bounded_and_a_flood_pushes_out_nothing_but_itself():
    loaded = load_text("---\n".join(SIGNS).encode(), "x")
    judged, kept = Judge(loaded.rules, RulesPolicy(), tells_counted=True), KeptCounts("id", most_bytes=10_000)
    judged.judge(EvasionSign(1, "s1", "quiet", None, "/bin/x"))
    for number in range(500):
        judged.judge(EvasionSign(2 + number, "s0", f"g{number}", 1))
    kept.add(judged.newly_counted())
    assert sum(len(msgspec.msgpack.encode(one)) for one in kept.all) <= 10_000
    assert kept.left_out > 400
    assert [one.group for one in kept.all if one.correlation == "values"] == [("quiet",)]
    long = "x" * 100_000
    for number in range(2):
        judged.judge(EvasionSign(1000 + number, "s0", long + str(number), 1))
    assert len({one.group for one in judged.newly_counted() if one.correlation == "count"}) == 2
    assert sum(len(msgspec.msgpack.encode(one)) for one in kept.all) <= 10_000


def test_a_recording_that_goes_on_knows_the_time_of_day():
    judged = judge(rule("{a: {CommandLine|contains: halt, Hour: 1}, condition: a}"))
    judged.know(SessionStarted(0, "id", "alice", "web1", "", 1_767_571_200 * S, 3600, "tachiai", "x11", "text"))
    assert len(alerts(judged, TERMINAL, *entered("halt", S))) == 1


def test_a_hanging_expression_does_not_hang():
    judged = judge(rule(r"{a: {CommandLine|re: '^(a+)+(b+)*c$'}, condition: a}"))
    assert alerts(judged, TERMINAL, *entered("a" * 900, S)) == []
