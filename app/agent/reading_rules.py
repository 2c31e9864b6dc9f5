"""The rules that a policy wants, read here, or in a process of their own that ends: what reading takes ends with it.

The rules that come with the program are ready, and only taken up. Reading an organisation's own takes a third of a
second and 8 MB, most of it the libraries that know Sigma; the rules themselves take 2.
"""

import os
import pickle
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recorder.policy.sections import RulesPolicy

if TYPE_CHECKING:
    from recorder.detect.faults import Fault
    from recorder.detect.rule import Rule


READY = "ready.jsonl"  # `make rules` makes it


@dataclass(frozen=True, slots=True)
class ReadRules:
    """The rules, how many of them judge, and what is wrong with the others."""

    rules: "tuple[Rule, ...]"
    judging: int
    faults: "tuple[Fault, ...]"


Read = Callable[[], ReadRules]


def must_be_read(policy: RulesPolicy) -> bool:
    """Whether there may be rules that are not ready."""
    return bool(policy.folders)


def read_here(policy: RulesPolicy) -> ReadRules:
    """Read them now."""
    import resources
    from recorder.detect.gathering import gathered_rules
    from recorder.detect.ready import ReadyRules

    built_in = resources.path("rules")
    loaded = gathered_rules(policy, built_in, ready=ReadyRules.kept_in(built_in / READY))
    return ReadRules(loaded.rules, loaded.judging, loaded.faults)


def read_apart(policy: RulesPolicy, *, let_go: Callable[[], None], read: Callable[[RulesPolicy], ReadRules]) -> Read:
    """Make a process that reads them once what is returned is called, which waits for them; to be called once.

    The process is forked, so this one may not have another thread yet; `let_go` closes there what must not be held
    open. It does nothing before it is asked, so that it is in nobody's way while a recording begins. Where it cannot
    be, or ends without having said them, they are read here after all.
    """
    try:
        ours, theirs = socket.socketpair()
    except OSError:
        return lambda: read(policy)
    try:
        reader = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return lambda: read(policy)
    if reader == 0:
        try:
            ours.close()
            let_go()
            if theirs.recv(1):
                theirs.sendall(pickle.dumps(read(policy)))
        finally:
            os._exit(0)
    theirs.close()
    return lambda: _asked(ours, reader) or read(policy)


def _asked(connection: socket.socket, reader: int) -> ReadRules | None:
    """What the reader says; None if it does not."""
    with connection, connection.makefile("rb") as saying:
        try:
            connection.sendall(b"!")
            said = saying.read()
        except OSError:
            said = b""
    os.waitpid(reader, 0)
    try:
        heard = pickle.loads(said)
    except (EOFError, pickle.UnpicklingError):
        return None
    return heard if isinstance(heard, ReadRules) else None
