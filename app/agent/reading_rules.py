"""The rules that a policy wants, read here, or in a process of their own that ends: what reading takes ends with it.

Reading takes a third of a second and 8 MB, most of it the libraries that know Sigma; the rules themselves take 2.
"""

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recorder.policy.sections import RulesPolicy

if TYPE_CHECKING:
    from recorder.detect.faults import Fault
    from recorder.detect.rule import Rule


@dataclass(frozen=True, slots=True)
class ReadRules:
    """The rules, how many of them judge, and what is wrong with the others."""

    rules: "tuple[Rule, ...]"
    judging: int
    faults: "tuple[Fault, ...]"


Read = Callable[[], ReadRules]


def read_here(policy: RulesPolicy) -> ReadRules:
    """Read them now."""
    import resources
    from recorder.detect.gathering import gathered_rules

    loaded = gathered_rules(policy, resources.path("rules"))
    return ReadRules(loaded.rules, loaded.judging, loaded.faults)


def read_apart(policy: RulesPolicy, *, let_go: Callable[[], None], read: Callable[[RulesPolicy], ReadRules]) -> Read:
    """Begin to read them in another process; what is returned waits for them, and is to be called once.

    The process is forked, so this one may not have another thread yet; `let_go` closes there what must not be held
    open. Where it cannot be, or ends without having said them, they are read here after all.
    """
    ours, theirs = os.pipe()
    try:
        reader = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        return lambda: read(policy)
    if reader == 0:
        try:
            os.close(ours)
            let_go()
            with os.fdopen(theirs, "wb") as said:
                pickle.dump(read(policy), said)
        finally:
            os._exit(0)
    os.close(theirs)
    return lambda: _heard(ours, reader) or read(policy)


def _heard(handle: int, reader: int) -> ReadRules | None:
    """What the reader said; None if it did not."""
    with os.fdopen(handle, "rb") as saying:
        said = saying.read()
    os.waitpid(reader, 0)
    try:
        heard = pickle.loads(said)
    except (EOFError, pickle.UnpicklingError):
        return None
    return heard if isinstance(heard, ReadRules) else None
