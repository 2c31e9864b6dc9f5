"""Which processes belong to the recorded session."""

import os
from collections.abc import Callable
from pathlib import Path

from recorder.capture.linux_process import PROC, ProcessFacts, environment_value, facts_of, owner_uid

Belongs = Callable[[ProcessFacts], bool]


class LoginSession:
    """Knows a process of this login session by what the kernel says of it.

    A process belongs if its parent does (so sudo and su are seen, whoever they become), or if it has this user and
    either the same audit session, where the kernel keeps one, or this display in its environment.
    """

    def __init__(self, *, display: str | None, own_pid: int | None = None, proc: Path = PROC) -> None:
        self._proc = proc
        self._display = display
        self._own_pid = os.getpid() if own_pid is None else own_pid
        self._own_uid = owner_uid(self._own_pid, proc)
        own = facts_of(self._own_pid, proc)
        self._audit_session = own.audit_session if own is not None else None

    def is_recorder(self, facts: ProcessFacts) -> bool:
        """Whether it is the recorder itself, or something that it started."""
        return self._own_pid in (facts.pid, facts.parent_pid)

    def belongs(self, facts: ProcessFacts, *, parent_belongs: bool) -> bool:
        """Whether the process is of this session."""
        if self.is_recorder(facts) or facts.parent_pid in (0, 2):
            return False
        if parent_belongs:
            return True
        if owner_uid(facts.pid, self._proc) != self._own_uid:
            return False
        if self._audit_session is not None and facts.audit_session == self._audit_session:
            return True
        return self._display is None or environment_value(facts.pid, "DISPLAY", self._proc) == self._display
