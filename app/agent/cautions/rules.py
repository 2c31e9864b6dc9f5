"""Rules that a policy switches off and that are not there, and rules that its masks leave blind."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from app.agent.cautions.masks import a_moment_of, is_always
from recorder.capture.mask_rules import MASKED_TITLE, MaskRules
from recorder.capture.shown_windows import program_names
from recorder.detect.examples import Example
from recorder.detect.judge import Judge
from recorder.detect.rule import Rule
from recorder.detect.testing import with_what_it_counts
from recorder.events import ClipboardChanged, Event, Key, Window, WindowActive
from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.cautions import Caution
from recorder.policy.sections import MaskRule, RulesPolicy

_MOST_NAMED = 3


def on_ids(policy: AgentPolicy, rules: Sequence[Rule]) -> Iterator[Caution]:
    """Ids in `rules.off` that no rule has: whoever wrote them meant one that goes on judging."""
    known = {rule.rule_id for rule in rules}
    for number, text in enumerate(policy.rules.off):
        if text not in known:
            meant = next((rule for rule in rules if text.lower() in _other_names(rule)), None)
            hint = f' ("{inert(meant.title)}" has the id {inert(meant.rule_id)})' if meant is not None else ""
            says = f"No rule here has the id {inert(text)}{hint}, so nothing is switched off by it."
            yield Caution(("rules", "off", number), says)


def _other_names(rule: Rule) -> set[str]:
    return {rule.name.lower(), rule.title.lower(), Path(rule.file).stem.lower(), rule.rule_id.lower()}


def on_blinded(policy: AgentPolicy, rules: Sequence[Rule]) -> Iterator[Caution]:
    """Masks that hide what rules look for: held against the rules' own examples, as the recorder would mask them."""
    wanted = [place for place, rule in enumerate(rules) if rule.alerts and rule.rule_id not in policy.rules.off]
    for number, mask in enumerate(policy.masks):
        if mask.area is not None or not (mask.applications or mask.titles):
            continue  # pixels alone are no rule's; the whole desktop is told of by itself
        blind = [rules[place].title for place in wanted if _is_blinded(rules, place, mask)]
        if blind:
            when = "" if is_always(mask) else " at its hours"
            says = f'"{inert(mask.name)}" hides{when} what {_listed(blind)} look{"s" * (len(blind) == 1)} for'
            place = ("masks", number, "applications" if mask.applications else "titles")
            yield Caution(place, f"{says}: titles, typed text and copies of masked windows are not judged.")


def _listed(titles: Sequence[str]) -> str:
    named = [f'"{inert(title)}"' for title in titles[:_MOST_NAMED]]
    more = len(titles) - len(named)
    if len(titles) == 1:
        return f"the rule {named[0]}"
    last = f"{more} more" if more else named.pop()
    return f"the rules {', '.join(named)} and {last}"


def _is_blinded(rules: Sequence[Rule], place: int, mask: MaskRule) -> bool:
    """Whether no example fires any more of a rule whose examples fire without the mask."""
    rule, hides = rules[place], _Masking(mask)
    touched = [example for example in rule.fires if hides.touches(example)]
    if not touched or len(touched) < len(rule.fires):
        return False
    family = with_what_it_counts(rules, place)
    return not any(_fires(family, rule, hides.masked(example)) for example in touched)


def _fires(family: Sequence[Rule], rule: Rule, events: Iterator[Event]) -> bool:
    judge = Judge(family, RulesPolicy())
    alerts = [alert for event in events for alert in judge.judge(event)]
    return any(alert.rule == rule.rule_id for alert in (*alerts, *judge.finish()))


class _Masking:
    """One mask, while it holds, put on what a recorder would have told."""

    def __init__(self, mask: MaskRule) -> None:
        self._mask = MaskRules([mask])
        self._moment = a_moment_of(mask)

    def touches(self, example: Example) -> bool:
        """Whether anything in it is masked."""
        return any(
            (isinstance(event, WindowActive) and event.window is not None and self._hides(event.window))
            or (isinstance(event, ClipboardChanged) and self._hides_program(event.owner))
            for event in example.events()
        )

    def masked(self, example: Example) -> Iterator[Event]:
        """What is left of it: no title, no key, no copied text of what is masked."""
        is_hidden = False
        for event in example.events():
            if isinstance(event, WindowActive) and event.window is not None:
                is_hidden = self._hides(event.window)
                title = MASKED_TITLE.format("mask") if is_hidden else event.window.title
                window = msgspec.structs.replace(event.window, title=title)
                yield msgspec.structs.replace(event, window=window)
            elif isinstance(event, ClipboardChanged) and self._hides_program(event.owner):
                yield msgspec.structs.replace(event, size_bytes=None, sha256=None, text=None)
            elif not (isinstance(event, Key) and is_hidden):
                yield event

    def _hides(self, window: Window) -> bool:
        names = program_names(window.executable, (window.window_class or "",))
        return self._mask.why_input(names, window.title, self._moment) is not None

    def _hides_program(self, owner: str | None) -> bool:
        return owner is not None and self._mask.of_program((owner.lower(),), self._moment) is not None
