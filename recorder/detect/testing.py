"""Rules held against the examples in their own files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from recorder.detect.examples import Example
from recorder.detect.judge import Judge
from recorder.detect.rule import Correlation, Rule
from recorder.policy.sections import RulesPolicy


@dataclass(frozen=True, slots=True)
class Tried:
    """One example: whether it came out as the rule says."""

    rule: Rule
    example: Example
    should_fire: bool
    fired: bool

    @property
    def is_right(self) -> bool:
        """Whether it came out as the rule says."""
        return self.fired is self.should_fire


def tried_examples(rules: Sequence[Rule]) -> Iterator[Tried]:
    """Every example of these rules; a rule that only counts for others is tested as if it alerted."""
    for place, rule in enumerate(rules):
        family = with_what_it_counts(rules, place)
        for should_fire, examples in ((True, rule.fires), (False, rule.silent)):
            for example in examples:
                yield Tried(rule, example, should_fire, fires(family, rule, example))


def fires(family: Sequence[Rule], rule: Rule, example: Example) -> bool:
    """Whether the rule fires at the example, with the rules that it is about."""
    judge = Judge(family, RulesPolicy())
    alerts = [alert for event in example.events() for alert in judge.judge(event)]
    return any(alert.rule == rule.rule_id for alert in alerts + judge.finish())


def with_what_it_counts(rules: Sequence[Rule], place: int) -> tuple[Rule, ...]:
    """The rule at this place by itself, with those that it correlates."""
    rule = replace(rules[place], alerts=True)
    if not isinstance(rule.looks_for, Correlation):
        return (rule,)
    of = tuple(dict.fromkeys(rule.looks_for.of))
    counted = [replace(rules[one], alerts=False) for one in of]
    asked = replace(rule.looks_for, of=tuple(of.index(one) for one in rule.looks_for.of))
    return (*counted, replace(rule, looks_for=asked))
