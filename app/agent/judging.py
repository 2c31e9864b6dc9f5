"""The judge of a session that is being recorded, with the rules that the policy wants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from app.agent.reading_rules import Read, read_here
from recorder.detect.counted import Counted
from recorder.events import Alert, SessionStarted
from recorder.policy.sections import RulesPolicy
from recorder.session.judging import Judging, Prepared

BEGUN_ANEW = "What counts and sequences of rules had taken in before the gap is not known: they begin anew."


@dataclass(frozen=True, slots=True)
class Counts:
    """What the judge before had counted; None: that is not known. `left_out`: so much of it was given up."""

    counted: Sequence[Counted] | None = ()
    left_out: int = 0


def judging(
    policy: RulesPolicy,
    started: SessionStarted,
    *,
    on_alert: Callable[[Alert], None] | None = None,
    on_counted: Callable[[Sequence[Counted]], None] | None = None,
    counts: Counts | None = None,
    read: Read | None = None,
) -> Judging:
    """The judge, which goes on with `counts`.

    `on_alert` hears of every alert and `on_counted` of what is counted at once, in the judge's thread, where `read` is
    called too.
    """
    prepare = partial(_prepare, policy, started, read or partial(read_here, policy), counts or Counts())
    return Judging(prepare, on_alert=on_alert, on_counted=on_counted)


def _prepare(policy: RulesPolicy, started: SessionStarted, read: Read, counts: Counts) -> Prepared:
    # Reading rules takes a third of a second: it is done in the judge's thread, while events wait for it.
    from recorder.detect.judge import Judge

    found = read()
    judge = Judge(found.rules, policy, tells_counted=True)
    judge.know(started)
    judge.go_on(counts.counted or ())
    sentences = [BEGUN_ANEW] if counts.counted is None else []
    if counts.left_out:
        count = counts.left_out
        sentences.append(
            f"Counts and sequences of rules go on; {count} of the oldest things that they had taken in were given up."
        )
    return Prepared(judge, found.judging, found.faults, sentences)
