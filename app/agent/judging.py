"""The judge of a session that is being recorded, with the rules that the policy wants."""

from collections.abc import Callable
from functools import partial

from recorder.events import Alert, SessionStarted
from recorder.policy.sections import RulesPolicy
from recorder.session.judging import Judging, Prepared


def judging(
    policy: RulesPolicy, started: SessionStarted, *, on_alert: Callable[[Alert], None] | None = None
) -> Judging:
    """The judge; `on_alert` hears of every alert at once, in the judge's thread."""
    return Judging(partial(_prepare, policy, started), on_alert=on_alert)


def _prepare(policy: RulesPolicy, started: SessionStarted) -> Prepared:
    # Reading rules takes a third of a second: it is done in the judge's thread, while events wait for it.
    import resources
    from recorder.detect.gathering import gathered_rules
    from recorder.detect.judge import Judge

    loaded = gathered_rules(policy, resources.path("rules"))
    judge = Judge(loaded.rules, policy)
    judge.know(started)
    return Prepared(judge, loaded.judging, loaded.faults)
