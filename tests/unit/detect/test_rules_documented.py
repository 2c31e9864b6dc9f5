"""docs/rules.md and the code tell the same table."""

import re
from pathlib import Path

from recorder.detect.examples import DOING, WHEN
from recorder.detect.rule import Relation
from recorder.detect.shape import MODIFIERS, OURS
from recorder.detect.taxonomy import CATEGORIES, EVERYWHERE
from recorder.policy.sections import Response

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def fields_told(section):
    return re.findall(r"^\| `(\w+)` \| (texts?|number) \| (.*) \|$", section, re.MULTILINE)


def fields_meant(fields):
    return [(field.name, field.holds.value, field.says) for field in fields]


def test_the_page_tells_every_category_with_every_field_and_no_other():
    head, *sections = TEXT.partition("\n## What a condition may say")[0].split("\n### ")
    assert fields_told(head) == fields_meant(EVERYWHERE)
    assert [section.partition("\n")[0] for section in sections] == [category.name for category in CATEGORIES]
    for section, category in zip(sections, CATEGORIES, strict=True):
        assert fields_told(section) == fields_meant(category.fields)
        told = " ".join(section.split())
        assert category.says[1:] in told
        assert f"looked for in `{category.main}`" in told
        assert all(f"`{name}`" in told for name in category.sigma)


def test_no_field_stands_in_a_category_twice():
    for category in CATEGORIES:
        names = [field.name for field in category.all_fields()]
        assert len(names) == len(set(names))
        assert category.field(category.main) is not None


def test_the_page_tells_every_modifier_relation_response_and_step():
    conditions = TEXT.partition("## What a condition may say")[2].partition("\n## ")[0]
    rows = "\n".join(line.partition(" | ")[0] + line for line in conditions.splitlines() if line.startswith("|"))
    assert {name for name in re.findall(r"`(\w+)`", rows) if name in MODIFIERS} == MODIFIERS
    assert all(f"| `{relation}` |" in TEXT for relation in Relation)
    assert " < ".join(Response) in TEXT
    assert all(f"`{name}`" in TEXT or f"{name}:" in TEXT for name in OURS)
    for name, besides in DOING.items():
        (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{name}: "))
        assert set(re.findall(r"`(\w+)`", row.rpartition(" | ")[2])) | set() == besides
    assert all(f"`{name}`" in TEXT for name in WHEN)


def test_the_example_on_the_page_is_a_rule_whose_examples_come_out():
    from recorder.detect.loading import load_text
    from recorder.detect.testing import tried_examples

    code = TEXT.partition("    title:")[2].partition("\n\n`title`")[0]
    content = "\n".join(line.removeprefix("    ") for line in ("title:" + code).splitlines())
    loaded = load_text(content.encode(), "docs/rules.md")
    assert loaded.faults == ()
    results = list(tried_examples(loaded.rules))
    assert len(results) == 2
    assert all(one.is_right for one in results)
