"""Rules that are read, and what is said of those that are not: by name, with file and line."""

import os
import textwrap

import pytest

from recorder.detect.loading import load_rules, load_text, rule_files
from recorder.detect.rule import Correlation, Relation
from recorder.errors import StorageError

ID = "6a1f3c52-0d0e-4c0d-9f2e-1c9d2b7f1a01"


def rule(detection: str, *, more: str = "", category: str = "command", level: str = "level: high") -> bytes:
    text = f"title: One\nid: {ID}\nlogsource: {{category: {category}}}\ndetection:\n"
    return (text + textwrap.indent(textwrap.dedent(detection).strip("\n"), "  ") + f"\n{level}\n{more}\n").encode()


def only_fault(content: bytes) -> tuple[int, str]:
    loaded = load_text(content, "x.yml")
    assert len(loaded.faults) == 1, [str(fault) for fault in loaded.faults]
    assert loaded.judging == 0
    assert str(loaded.faults[0]).startswith(f"x.yml:{loaded.faults[0].line}: ")
    return loaded.faults[0].line, loaded.faults[0].sentence


REFUSED = {
    "an unknown field": (rule("a: {Commandline: x}\ncondition: a"), 5, "write it CommandLine"),
    "another system's field": (rule("a: {EventID: 1}\ncondition: a"), 5, "knows no field EventID"),
    "an unknown modifier": (rule("a:\n  CommandLine|fuzzy: x\ncondition: a"), 6, "The modifier 'fuzzy'"),
    "a placeholder": (rule("a: {CommandLine|expand: '%x%'}\ncondition: a"), 5, "The modifier 'expand'"),
    "another field": (rule("a: {CommandLine|fieldref: Image}\ncondition: a"), 5, "The modifier 'fieldref'"),
    "part of a date": (rule("a: {Hour|hour: 3}\ncondition: a"), 5, "Ask the fields Hour"),
    "a lookahead": (rule("a:\n  CommandLine|re: 'a(?!b)'\ncondition: a"), 6, "looks ahead or behind"),
    "a lookbehind": (rule("a:\n  CommandLine|re:\n    - ok\n    - '(?<=a)b'\ncondition: a"), 6, "looks ahead"),
    "a back reference": (rule(r"a: {CommandLine|re: '(a)\1'}" + "\ncondition: a"), 5, "refers back"),
    "a broken expression": (rule("a: {CommandLine|re: '(a'}\ncondition: a"), 5, "missing )"),
    "an enormous expression": (rule("a: {CommandLine|re: '(ab{1,900}c){1,1}{900}'}\ncondition: a"), 5, "expression"),
    "an address in a text": (rule("a: {CommandLine|cidr: 10.0.0.0/8}\ncondition: a"), 4, "for the field Address"),
    "a number that is none": (rule("a: {Hour: late}\ncondition: a"), 4, "Hour is a number"),
    "a text compared": (rule("a: {CommandLine|gt: 3}\ncondition: a"), 4, "cannot be compared"),
    "bytes": (rule("a: {CommandLine|wide: x}\ncondition: a"), 5, "about bytes"),
    "the old aggregation": (rule("a: {CommandLine: x}\ncondition: a | count() > 5"), 6, "old aggregation"),
    "the old time frame": (rule("a: {CommandLine: x}\ntimeframe: 5m\ncondition: a"), 6, "old form"),
    "a selection that is not there": (rule("a: {CommandLine: x}\ncondition: b"), 6, "'b' not defined"),
    "a pattern that names none": (rule("a: {CommandLine: x}\ncondition: 1 of b*"), 6, "doesn't match any"),
    "a condition that is none": (rule("a: {CommandLine: x}\ncondition: a and"), 6, ""),
    "a name that YAML reads as no": (rule("no: {CommandLine: x}\ncondition: no"), 4, "Call it otherwise"),
    "no condition": (rule("a: {CommandLine: x}"), 4, "has no condition"),
    "another system's log": (rule("a: {CommandLine: x}\ncondition: a", category="ps_script"), 3, "'ps_script'"),
    "a service's log": (
        rule("a: {x: y}\ncondition: a").replace(b"{category: command}", b"{product: linux, service: auditd}"),
        3,
        "no log of the service 'auditd'",
    ),
    "no severity": (rule("a: {CommandLine: x}\ncondition: a", level=""), 1, "how grave"),
    "a severity of its own": (rule("a: {CommandLine: x}\ncondition: a", level="level: awful"), 7, "level"),
    "an unknown key": (rule("a: {CommandLine: x}\ncondition: a", more="levle: high"), 8, "no key 'levle'"),
    "a key twice": (rule("a: {CommandLine: x}\ncondition: a", more="title: Two"), 8, "stands here twice"),
    "an unknown response": (rule("a: {CommandLine: x}\ncondition: a", more="tachiai: {response: no}"), 8, "The ladder"),
    "an example that is none": (rule("a: {CommandLine: x}\ncondition: a", more="tachiai: {fires: [{}]}"), 8, "exactly"),
    "not a number for an id": (rule("a: {CommandLine: x}\ncondition: a").replace(ID.encode(), b"17a"), 2, "UUID"),
    "not a mapping": (b"- one\n- two\n", 1, "is a mapping"),
    "not YAML": (b"title: [one\nid: 2\n", 2, "not YAML"),
    "not text": (b"title: one\nid: \xff\n", 2, "UTF-8"),
    "aliases that grow": (b"a: &a [x, x]\nb: [*a, *a]\n", 2, "An alias"),
    "deep nesting": (b"a: " + b"[" * 5000, 1, "nested more than"),
    "a file too large": (b"#" * (1 << 20) + b"\n", 1, "at most"),
    "an open bracket": (rule("a: {CommandLine: x}\ncondition: a and (b or"), 6, "joins names of selections"),
    "a condition without end": (rule(f"a: {{CommandLine: x}}\ncondition: {'not ' * 5000}a"), 6, "nested too deep"),
    "control characters": (b"title: \x01", 1, "not allowed in"),
    "a filter": (rule("a: {CommandLine: x}\ncondition: a", more="filter: {}"), 8, "filter: is not supported"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_judged_is_refused_by_name_with_its_line(name):
    content, line, words = REFUSED[name]
    assert words in only_fault(content)[1]
    assert only_fault(content)[0] == line


EVERYTHING = {
    "a condition that only leaves out": "a: {CommandLine: x}\ncondition: not a",
    "an empty pattern": "a: {CommandLine: '*'}\ncondition: a",
    "an expression of anything": "a: {CommandLine|re: '.*'}\ncondition: a",
    "a letter": "a: {CommandLine|contains: e}\ncondition: a",
    "what is not known": "a: {Image: null}\ncondition: a",
    "an hour like any": "a: {Hour|gte: 0}\ncondition: a",
    "one or the other": "a: {CommandLine: x}\nb: {CommandLine: x}\ncondition: a or not b",
    "either kind": "a: {Evidence: [typed, process]}\ncondition: a",
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_rule_that_would_match_everything_is_refused(name):
    assert "would match everything" in only_fault(rule(EVERYTHING[name]))[1]


def test_a_rule_that_would_match_everything_is_refused_in_every_category():
    from recorder.detect.taxonomy import CATEGORIES

    for category in CATEGORIES:
        content = rule(f"a: {{{category.main}: something}}\ncondition: not a", category=category.name)
        assert "would match everything" in only_fault(content)[1]
        narrow = rule(f"a: {{{category.main}: something}}\ncondition: a", category=category.name)
        assert load_text(narrow, "x").faults == ()


def test_one_wrong_rule_keeps_no_other_from_judging(tmp_path):
    good = rule("a: {CommandLine|contains: xyzzy}\ncondition: a")
    (tmp_path / "a.yml").write_bytes(good)
    (tmp_path / "b.yaml").write_bytes(b"title: [")
    (tmp_path / "c.yml").write_bytes(b"title: nothing else\n---\n" + good.replace(ID.encode(), ID[:-1].encode() + b"9"))
    (tmp_path / "readme.txt").write_bytes(b"not a rule")
    loaded = load_rules(rule_files([tmp_path]))
    assert loaded.judging == 2
    assert [fault.file.rpartition("/")[2] for fault in loaded.faults] == ["b.yaml", "c.yml"]


def test_a_pipe_is_said_and_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe.yml"
    os.mkfifo(pipe)
    (fault,) = load_rules(rule_files([pipe])).faults
    assert "no file of rules" in fault.sentence


def test_of_a_file_that_is_too_large_no_more_is_read_than_shows_it(tmp_path):
    large = tmp_path / "large.yml"
    with large.open("wb") as stream:
        stream.truncate(1 << 40)  # 1 TB of which nothing is on the disk: no memory holds it
    (fault,) = load_rules([large]).faults
    assert "Split it" in fault.sentence


def test_two_rules_do_not_share_an_id():
    content = rule("a: {CommandLine|contains: xyzzy}\ncondition: a")
    loaded = load_text(content + b"---\n" + content, "x.yml")
    assert loaded.judging == 1
    assert "at x.yml:1 already" in loaded.faults[0].sentence
    assert loaded.faults[0].line == 11


def test_a_place_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StorageError, match="no such file or folder"):
        rule_files([tmp_path / "nowhere"])


def test_another_text_is_another_version_and_a_comment_is_not():
    one = rule("a: {CommandLine|contains: xyzzy}\ncondition: a")
    versions = [
        load_text(content, "x").rules[0].version
        for content in (one, b"# a comment\n" + one, one.replace(b"xyzzy", b"xyzzz"))
    ]
    assert versions[0] == versions[1] != versions[2]


# --- correlations -----------------------------------------------------------------------------------------------------

COUNTED = rule("a: {CommandLine|contains: xyzzy}\ncondition: a", more="name: counted")


def correlation(body: str) -> bytes:
    head = f"title: Two\nid: {ID[:-1]}2\nlevel: low\ncorrelation:\n"
    return COUNTED + b"---\n" + (head + textwrap.indent(textwrap.dedent(body).strip("\n"), "  ") + "\n").encode()


def test_a_correlation_knows_its_rules_and_these_no_longer_alert():
    body = "type: event_count\nrules: counted\ngroup-by: [Host]\ntimespan: 5m\ncondition: {gt: 3}"
    loaded = load_text(correlation(body), "x")
    assert loaded.faults == ()
    counted, relating = loaded.rules
    assert relating.looks_for == Correlation(Relation.EVENT_COUNT, (0,), 300 * 10**9, 4, ("Host",), None)
    assert (counted.alerts, relating.alerts) == (False, True)
    loaded = load_text(correlation(body + "\ngenerate: true"), "x")
    assert loaded.rules[0].alerts


REFUSED_CORRELATIONS = {
    "a field of one command": "type: event_count\nrules: counted\ngroup-by: [Path]\ntimespan: 5m\ncondition: {gte: 3}",
    "a rule that is not there": "type: event_count\nrules: other\ntimespan: 5m\ncondition: {gte: 3}",
    "a sum": "type: value_sum\nrules: counted\ntimespan: 5m\ncondition: {field: Hour, gte: 3}",
    "less than": "type: event_count\nrules: counted\ntimespan: 5m\ncondition: {lt: 3}",
    "a condition in words": "type: temporal\nrules: [counted, counted]\ntimespan: 5m\ncondition: a and b",
    "aliases": "type: event_count\nrules: counted\naliases: {}\ntimespan: 5m\ncondition: {gte: 3}",
    "an unknown field": "type: event_count\nrules: counted\ngroup-by: [Colour]\ntimespan: 5m\ncondition: {gte: 3}",
    "no time": "type: event_count\nrules: counted\ncondition: {gte: 3}",
    "a month": "type: event_count\nrules: counted\ntimespan: 1M\ncondition: {gte: 3}",
    "two days": "type: event_count\nrules: counted\ntimespan: 2d\ncondition: {gte: 3}",
    "a million": "type: event_count\nrules: counted\ntimespan: 5m\ncondition: {gte: 1000000}",
    "one alone": "type: temporal_ordered\nrules: [counted]\ntimespan: 5m",
    "an unknown type": "type: sometimes\nrules: counted\ntimespan: 5m\ncondition: {gte: 3}",
    "a number for a type": "type: 3\nrules: counted\ntimespan: 5m\ncondition: {gte: 3}",
}


@pytest.mark.parametrize("name", REFUSED_CORRELATIONS)
def test_a_correlation_that_cannot_be_judged_is_refused_and_its_rule_judges_alone(name):
    loaded = load_text(correlation(REFUSED_CORRELATIONS[name]), "x")
    assert len(loaded.faults) == 1, [str(fault) for fault in loaded.faults]
    assert loaded.faults[0].line > 9
    assert [one.alerts for one in loaded.rules] == [True]
