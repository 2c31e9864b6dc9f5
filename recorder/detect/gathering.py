"""The rules that a policy wants to judge: those that come with the program, and the organisation's own."""

from pathlib import Path

from recorder.detect.faults import Fault
from recorder.detect.linking import RuleSet
from recorder.detect.loading import load_rules, rule_files
from recorder.detect.ready import ReadyRules
from recorder.errors import StorageError
from recorder.policy.sections import RulesPolicy


def gathered_rules(policy: RulesPolicy, built_in: Path, *, ready: ReadyRules | None = None) -> RuleSet:
    """The rules; what cannot be used is a fault, and keeps nothing else from judging. What is `ready` is not read."""
    faults: list[Fault] = []
    files: list[Path] = []
    for place in ([built_in] if policy.built_in else []) + [Path(folder).expanduser() for folder in policy.folders]:
        try:
            files += rule_files([place])
        except StorageError as error:
            faults.append(Fault(str(place), 1, str(error)))
    loaded = load_rules(dict.fromkeys(files), off=policy.off, ready=ready)
    return RuleSet(loaded.rules, (*faults, *loaded.faults))
