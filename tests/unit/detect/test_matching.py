"""Many rules in one pass, against a slow and obvious matcher that asks each test of each rule by hand."""

import fnmatch
import ipaddress
import re

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.detect.loading import load_text
from recorder.detect.matching import Matcher
from recorder.detect.observation import Observation, fired_by
from recorder.detect.patterns import PatternSet
from recorder.detect.rule import Selection

LETTERS = st.text(alphabet='aAbB -/.\\|$()é設"', max_size=6)
WORDS = st.text(alphabet="aAbB -/.$(é設", min_size=1, max_size=3)


def obvious(modifiers, wanted, value):
    """One value of a rule, one text: as the format's description says it, with Python's own means."""
    if value is None:
        return False
    if "re" in modifiers:
        return re.search(wanted, value) is not None
    before, after = (value, wanted) if "cased" in modifiers else (value.lower(), wanted.lower())
    if "contains" in modifiers:
        return after in before
    if "startswith" in modifiers:
        return before.startswith(after)
    if "endswith" in modifiers:
        return before.endswith(after)
    return before == after


def obviously(detection, row):
    """A whole detection, walked by hand: selections of (field, modifiers, values), and a condition over their names."""
    truths = {}
    for name, items in detection["selections"].items():
        truths[name] = all(
            (all if "all" in modifiers else any)(obvious(modifiers, value, row.get(field)) for value in values)
            for field, modifiers, values in items
        )
    return eval(detection["condition"], {"__builtins__": {}}, truths)


def trees_of(loaded):
    return [rule.looks_for.tree for rule in loaded.rules if isinstance(rule.looks_for, Selection)]


HOWS = st.sampled_from([(), ("contains",), ("startswith",), ("endswith",), ("contains", "cased"), ("contains", "all")])
ITEM = st.tuples(st.sampled_from(["Text", "Owner"]), HOWS, st.lists(WORDS, min_size=1, max_size=3))
EXPRESSION = st.tuples(
    st.just("Text"),
    st.just(("re",)),
    st.lists(st.sampled_from(["a+b", "^a", "[aA]$", "(a|b)-", "b.*a"]), max_size=2, min_size=1),
)


@st.composite
def detections(draw):
    names = ["one", "two", "three"][: draw(st.integers(1, 3))]
    selections = {}
    for name in names:
        items = draw(st.lists(st.one_of(ITEM, EXPRESSION), min_size=1, max_size=2, unique_by=lambda item: item[0]))
        selections[name] = items
    parts = [draw(st.sampled_from(["", "not "])) + name for name in names]
    joined = parts[0]
    for part in parts[1:]:
        joined = f"({joined}) {draw(st.sampled_from(['and', 'or']))} {part}"
    return {"selections": selections, "condition": joined}


def written(detection, number):
    body = {
        name: {"|".join((field, *modifiers)): values for field, modifiers, values in items}
        for name, items in detection["selections"].items()
    }
    # What Sigma takes as a wildcard or an escape is written as itself.
    for items in body.values():
        for key, values in items.items():
            if "|re" not in key:
                items[key] = [value.replace("\\", "\\\\") for value in values]
    whole = {
        "title": "x",
        "id": f"6a1f3c52-0d0e-4c0d-9f2e-{number:012d}",
        "level": "low",
        "logsource": {"category": "clipboard"},
        "detection": {**body, "condition": detection["condition"]},
    }
    return yaml.safe_dump(whole, allow_unicode=True)


ROW = st.fixed_dictionaries({"Text": st.one_of(st.none(), LETTERS), "Owner": st.one_of(st.none(), LETTERS)})


@settings(max_examples=80, deadline=None)
@given(st.lists(detections(), min_size=1, max_size=6), st.lists(ROW, min_size=1, max_size=8))
def test_what_matches_is_what_an_obvious_matcher_finds(many, rows):
    loaded = load_text("---\n".join(written(one, number) for number, one in enumerate(many)).encode(), "x")
    assert all("match everything" in fault.sentence for fault in loaded.faults)
    trees = trees_of(loaded)
    assert len(trees) == len(many)
    matcher = Matcher(trees)
    for row in rows:
        found = matcher.matching(Observation("clipboard", 0, row, fired_by(0, "clipboard", "")))
        assert found == [place for place, one in enumerate(many) if obviously(one, row)]


def matched(detection, **fields):
    content = f"title: x\nid: x\nlevel: low\nlogsource: {{category: command}}\ndetection: {detection}\n"
    loaded = load_text(content.replace("id: x", "name: x").encode(), "x")
    assert loaded.faults == (), loaded.faults
    (tree,) = trees_of(loaded)
    return bool(Matcher([tree]).matching(Observation("command", 0, fields, fired_by(0, "text", ""))))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab*?", min_size=1, max_size=6), st.text(alphabet="abc", max_size=6))
def test_wildcards_match_as_file_names_do(pattern, text):
    quoted = yaml.safe_dump(pattern, default_style="'").strip()
    head = "title: x\nname: x\nlevel: low\nlogsource: {category: clipboard}\n"
    content = f"{head}detection: {{a: {{Owner: {quoted}}}, condition: a}}\n"
    (tree,) = trees_of(load_text(content.encode(), "x"))
    found = Matcher([tree]).matching(Observation("clipboard", 0, {"Owner": text}, fired_by(0, "clipboard", "")))
    # A pattern of stars alone asks that something is there at all.
    assert bool(found) is (fnmatch.fnmatchcase(text, pattern) and (bool(text) or pattern.strip("*") != ""))


def test_numbers_are_compared_and_what_is_not_known_matches_nothing():
    assert matched("{a: {Hour|gte: 20, CommandLine: x}, condition: a}", Hour=20, CommandLine="x")
    assert not matched("{a: {Hour|gte: 20, CommandLine: x}, condition: a}", Hour=19, CommandLine="x")
    assert not matched("{a: {Hour|gte: 20, CommandLine: x}, condition: a}", CommandLine="x")
    assert matched("{a: {Minute: '7'}, condition: a}", Minute=7)


def test_known_and_not_known():
    exists = "{a: {Image|exists: true}, b: {CommandLine|contains: rm}, condition: a and b}"
    assert matched(exists, Image="/bin/rm", CommandLine="rm x")
    assert not matched(exists, Image=None, CommandLine="rm x")
    lacks = "{a: {Image: null}, b: {CommandLine|contains: rm}, condition: a and b}"
    assert matched(lacks, CommandLine="rm x")
    assert not matched(lacks, Image="/bin/rm", CommandLine="rm x")


def test_dashes_are_taken_for_each_other_as_on_windows():
    detection = "{a: {CommandLine|windash|contains: ' -enc '}, condition: a}"
    assert matched(detection, CommandLine="powershell /enc x")
    assert matched(detection, CommandLine="powershell –enc x")
    assert not matched(detection, CommandLine="powershell +enc x")


def test_encoded_texts_are_found_at_any_offset():
    detection = "{a: {CommandLine|wide|base64offset|contains: Invoke-Mimikatz}, condition: a}"
    import base64

    for before in ("", "x", "xy"):
        encoded = base64.b64encode((before + "Invoke-Mimikatz -Dump").encode("utf-16-le")).decode()
        assert matched(detection, CommandLine=f"powershell -enc {encoded}")
    assert not matched(detection, CommandLine="powershell -enc aGVsbG8=")


def test_a_condition_on_several_values_holds_for_one_of_them():
    assert matched("{a: {Program: [nc, ncat]}, condition: a}", Program=("cat", "nc"))
    assert not matched("{a: {Program: [nc, ncat]}, condition: a}", Program=("cat", "sync"))


@settings(max_examples=100, deadline=None)
@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_addresses_lie_in_networks(address, length):
    network = ipaddress.ip_network(f"10.1.2.3/{length}", strict=False)
    if length == 0:
        return  # every address: that is everything, and refused
    detection = f"{{a: {{Address|cidr: {network}}}, condition: a}}"
    assert matched(detection, Address=("::1", str(address))) is (address in network)


def test_selections_are_named_by_patterns():
    selections = (
        "sel_a: {CommandLine|contains: a1}, sel_b: {CommandLine|contains: b1}, not_it: {CommandLine|contains: z1}"
    )
    detection = f"{{{selections}, condition: %s}}"
    assert matched(detection % "1 of sel_* and not not_it", CommandLine="b1")
    assert not matched(detection % "all of sel_*", CommandLine="b1")
    assert matched(detection % "all of sel_*", CommandLine="a1 b1")
    assert not matched(detection % "1 of sel_* and not not_it", CommandLine="b1 z1")


def test_bare_words_are_looked_for_anywhere():
    assert matched("{keywords: ['drop table', 17171], condition: keywords}", CommandLine="psql -c 'DROP TABLE x'")
    assert matched("{keywords: ['drop table', 17171], condition: keywords}", CommandLine="echo 17171")


def test_more_expressions_than_fit_into_one_set_are_all_found(monkeypatch):
    monkeypatch.setattr("recorder.detect.patterns.SET_BYTES", 60_000)
    patterns = [f"(?i:word{number} .*end)" for number in range(300)]
    found = PatternSet(patterns)
    assert len(found._sets) > 1
    for number in (0, 7, 150, 299):
        assert found.found_in(f"x WORD{number} and the END") == [number]


def test_a_text_of_half_characters_is_judged_all_the_same():
    assert PatternSet(["abc"]).found_in("\ud800abc") == [0]
