"""Everything in a policy file that an administrator may regret, with its lines: `policy check` and `policy show`."""

import dataclasses
from collections.abc import Iterator

import resources
from app.agent.cautions.masks import on_dialogs, on_masks
from app.agent.cautions.places import on_places
from app.agent.cautions.rules import on_blinded, on_ids
from recorder.detect.gathering import gathered_rules
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.cautions import Caution, cautions
from recorder.policy.faults import Fault
from recorder.policy.policy_file import PolicyFile


def cautions_with_lines(file: PolicyFile) -> tuple[Fault, ...]:
    """In the order of their lines; what is about nothing that stands in the file comes first."""
    line_of = file.lines()
    told = [_with_line(one, line_of(one.place)) for one in (*cautions(file.policy), *_here(file.policy))]
    return tuple(sorted(told, key=lambda one: one.line or 0))


def _here(policy: AgentPolicy) -> Iterator[Caution]:
    yield from on_masks(policy)
    yield from on_dialogs(policy)
    yield from on_places(policy)
    if policy.rules.off or policy.masks:
        # Those switched off too: their ids are known, and what they count for others.
        rules = gathered_rules(dataclasses.replace(policy.rules, off=()), resources.path("rules")).rules
        yield from on_ids(policy, rules)
        yield from on_blinded(policy, rules)


def _with_line(caution: Caution, line: int | None) -> Fault:
    key = ".".join(part for part in caution.place if isinstance(part, str))
    return Fault(caution.sentence, line, key)
