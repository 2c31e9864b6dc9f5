"""Drafts as a set of rules that know each other, and what is wrong with the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from recorder.detect.drafts import AskedCorrelation, Draft
from recorder.detect.faults import Fault, RuleFaultError
from recorder.detect.rule import Correlation, Relation, Rule, Selection
from recorder.detect.taxonomy import PART_FIELDS, category_named


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules that judge, and what is wrong with those that do not."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def judging(self) -> int:
        """How many rules judge: those that alert, and those that others count."""
        counted = {
            place for rule in self.rules if isinstance(rule.looks_for, Correlation) for place in rule.looks_for.of
        }
        return sum(rule.alerts or place in counted for place, rule in enumerate(self.rules))


def linked(drafts: Sequence[Draft], faults: list[Fault]) -> RuleSet:
    """The drafts as rules: each once, correlations with the places of those that they are about.

    What is wrong with a draft among the others is added to `faults`.
    """
    once = _each_once(drafts, faults)
    simple = [draft for draft in once if isinstance(draft.looks_for, Selection)]
    selections = [draft.looks_for for draft in simple if isinstance(draft.looks_for, Selection)]
    too_wide = _too_wide(simple, selections)
    places = {name: place for place, draft in enumerate(simple) for name in (draft.rule_id, draft.name) if name}
    counted: set[int] = set()
    rules: list[Rule] = []
    for draft in once:
        asked = draft.looks_for
        if isinstance(asked, AskedCorrelation):
            try:
                correlation = _correlation(draft, asked, simple, places)
                _refuse_counting_to_one(draft, correlation, too_wide)
            except RuleFaultError as error:
                faults.append(Fault(draft.file, error.line or draft.lines.first_line, error.sentence))
                continue
            rules.append(_rule(draft, correlation, alerts=True))
            counted.update(() if asked.generates else correlation.of)
    judging = []
    for place, (draft, selection) in enumerate(zip(simple, selections, strict=True)):
        fault = None if place in counted else _why_not_alone(draft, too_wide[place])
        faults.extend(() if fault is None else (fault,))
        judging.append(_rule(draft, selection, alerts=place not in counted and fault is None))
    return RuleSet((*judging, *rules), tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))


def _too_wide(simple: Sequence[Draft], selections: Sequence[Selection]) -> list[str | None]:
    """For each of these, why it is refused as matching everything, or None."""
    untried = [place for place, draft in enumerate(simple) if not draft.is_narrow]
    sentences: list[str | None] = [None] * len(simple)
    if untried:
        from recorder.detect.trying import what_matches_everything

        for place, sentence in zip(untried, what_matches_everything([selections[at] for at in untried]), strict=True):
            sentences[place] = sentence
    return sentences


def _each_once(drafts: Sequence[Draft], faults: list[Fault]) -> list[Draft]:
    seen: dict[str, Draft] = {}
    once: list[Draft] = []
    for draft in drafts:
        names = {draft.rule_id, draft.name} - {""}
        before = next((seen[name] for name in names if name in seen), None)
        if before is None:
            seen.update(dict.fromkeys(names, draft))
            once.append(draft)
            continue
        where = f"{before.file}:{before.lines.first_line}"
        sentence = f"A rule with this id or name is at {where} already. Give this one another: an alert names its rule."
        line = draft.lines.line("id" if before.rule_id == draft.rule_id and ("id",) in draft.lines.lines else "name")
        faults.append(Fault(draft.file, line, sentence))
    return once


_NO_LEVEL = "The rule does not say how grave it is. Add level: informational, low, medium, high or critical."


def _why_not_alone(draft: Draft, too_wide: str | None) -> Fault | None:
    """Why a rule cannot alert by itself; it may still be counted by others."""
    if too_wide is not None:
        return Fault(draft.file, draft.lines.line("detection", "condition"), too_wide)
    if draft.severity is None:
        return Fault(draft.file, draft.lines.first_line, _NO_LEVEL)
    return None


def _refuse_counting_to_one(draft: Draft, correlation: Correlation, too_wide: Sequence[str | None]) -> None:
    if draft.severity is None:
        raise RuleFaultError(_NO_LEVEL)
    widest = next((sentence for place in correlation.of if (sentence := too_wide[place]) is not None), None)
    if widest is not None and correlation.at_least == 1:
        raise RuleFaultError(widest, draft.lines.line("correlation", "condition"))


def _correlation(draft: Draft, asked: AskedCorrelation, simple: Sequence[Draft], places: dict[str, int]) -> Correlation:
    of: list[int] = []
    for number, name in enumerate(asked.rules):
        if asked.relation is Relation.TEMPORAL and asked.rules.count(name) > 1:
            msg = f"The rule {name!r} stands here twice; a temporal correlation asks only whether each fired."
            raise RuleFaultError(msg, draft.lines.line("correlation", "rules", number))
        if name not in places:
            msg = (
                f"There is no rule {name!r} to correlate, or it has a fault itself. "
                "Correlations of correlations are not supported."
            )
            raise RuleFaultError(msg, draft.lines.line("correlation", "rules", number))
        of.append(places[name])
    for key, field in [("group-by", one) for one in asked.by] + [("condition", one) for one in (asked.field,) if one]:
        for place in of:
            selection = simple[place].looks_for
            assert isinstance(selection, Selection)
            category = category_named(selection.category)
            if category is None or category.field(field) is None:
                about = f"The rule {simple[place].title!r} is about a {selection.category}"
                msg = f"{about}, of which no field {field} is known."
                raise RuleFaultError(msg, draft.lines.line("correlation", key))
            if field in PART_FIELDS:
                msg = f"{field} is of one simple command, and a line may hold several. Take a field of the whole line."
                raise RuleFaultError(msg, draft.lines.line("correlation", key))
    return Correlation(asked.relation, tuple(of), asked.within_ns, asked.at_least, asked.by, asked.field)


def _rule(draft: Draft, looks_for: Selection | Correlation, *, alerts: bool) -> Rule:
    return Rule(
        draft.rule_id,
        draft.name,
        draft.version,
        draft.title,
        draft.reason,
        draft.severity,
        draft.response,
        looks_for,
        alerts,
        draft.file,
        draft.lines.first_line,
        draft.tags,
        draft.references,
        draft.fires,
        draft.silent,
    )
