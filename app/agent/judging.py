"""The judge of a session that is being recorded, with the rules that the policy wants."""

from collections.abc import Callable
from functools import partial

from app.agent.reading_rules import Read, read_here
from recorder.events import Alert, SessionStarted
from recorder.policy.sections import RulesPolicy
from recorder.session.judging import Judging, Prepared


def judging(
    policy: RulesPolicy,
    started: SessionStarted,
    *,
    on_alert: Callable[[Alert], None] | None = None,
    read: Read | None = None,
) -> Judging:
    """The judge; `on_alert` hears of every alert at once, in the judge's thread, where `read` is called too."""
    return Judging(partial(_prepare, policy, started, read or partial(read_here, policy)), on_alert=on_alert)


def _prepare(policy: RulesPolicy, started: SessionStarted, read: Read) -> Prepared:
    # Reading rules takes a third of a second: it is done in the judge's thread, while events wait for it.
    from recorder.detect.judge import Judge

    found = read()
    judge = Judge(found.rules, policy)
    judge.know(started)
    return Prepared(judge, found.judging, found.faults)
