"""The processes of the session, from /proc."""

import os
from pathlib import Path

from recorder.capture.evasive_programs import sign_of
from recorder.capture.linux_counts import ProcessCounts
from recorder.capture.linux_process import PROC, ProcessFacts, age_s, arguments_of, executable_of, facts_of
from recorder.capture.linux_session import LoginSession
from recorder.capture.screen_lockers import LockerWatch
from recorder.capture.source import ThreadSource
from recorder.capture.x11_locking import X11Locking
from recorder.errors import CannotRecordError
from recorder.events import ProcessEnded, ProcessStarted

LOOK_EVERY_S = 1.0
YOUNG_S = 0.2
ARGUMENTS_MOST = 64
ARGUMENT_LONGEST = 512


class LinuxProcesses(ThreadSource):
    """Looks once a second which processes there are, and reads more only of new ones.

    A process counts as the same as long as its id stays; an id that is given anew within a second while nothing else
    changes is missed, as is a process that lives shorter than that. While a program with a locker's name runs, it is
    looked for as often whether it locks the screen.
    """

    def __init__(
        self, *, look_every_s: float = LOOK_EVERY_S, proc: Path = PROC, lockers: LockerWatch | None = None
    ) -> None:
        super().__init__("processes")
        self._look_every_s = look_every_s
        self._proc = proc
        self._known: dict[int, ProcessFacts | None] = {}  # None: somebody else's
        self._young: dict[int, tuple[ProcessFacts, ProcessStarted]] = {}
        self._lockers = lockers or LockerWatch(X11Locking(), console=os.environ.get("XDG_VTNR"))
        self._counts: ProcessCounts | None = None

    def _open(self) -> str:
        self._session = LoginSession(display=os.environ.get("DISPLAY") or None, proc=self._proc)
        self._counts = ProcessCounts(self._proc)
        self._pids()  # raises here, before it is said that this works
        return (
            "Processes of this session are looked for once a second; those that live shorter than that may be missed. "
            "Arguments are recorded as given on the command line."
        )

    def _run(self) -> None:
        self._may_have_changed()  # what happens from here on is a change
        self._look(found=True)
        self._lockers.look(self._clock.now_ns(), self._emit)
        while not self._wait_round(self._look_every_s):
            self._asks_since_ns = self._clock.now_ns()  # the display of lockers
            if self._young or self._may_have_changed():
                self._look(found=False)
            self._lockers.look(self._clock.now_ns(), self._emit)
        for young in self._young.values():
            self._start(*young)

    def _close(self) -> None:
        if self._counts is not None:
            self._counts.close()
        self._lockers.close()

    def _may_have_changed(self) -> bool:
        return self._counts is None or self._counts.may_have_changed()

    def _look(self, *, found: bool) -> None:
        pids = self._pids()
        for pid in sorted(pids - self._known.keys()):
            self._take_new(pid, found=found)
        for pid in self._young.keys() - pids:
            self._start(*self._young.pop(pid))
        for pid in self._known.keys() - pids:
            facts = self._known.pop(pid)
            if facts is not None:
                self._emit(ProcessEnded(self._clock.now_ns(), pid, facts.name))
                self._lockers.ended(pid)

    def _pids(self) -> set[int]:
        try:
            return {int(name) for name in os.listdir(self._proc) if name[0].isdigit()}  # noqa: PTH208 - half the cost
        except OSError as error:
            msg = f"Processes cannot be listed ({error.strerror}); mount /proc to record them."
            raise CannotRecordError(msg) from error

    def _take_new(self, pid: int, *, found: bool) -> None:
        facts = facts_of(pid, self._proc)
        if facts is None:
            return
        seen_before = self._young.pop(pid, None)
        parent_belongs = self._known.get(facts.parent_pid) is not None
        if not self._session.belongs(facts, parent_belongs=parent_belongs):
            self._known[pid] = None
            return
        executable, arguments = executable_of(pid, self._proc), _short(arguments_of(pid, self._proc))
        found = found or (seen_before is not None and seen_before[1].found)
        started = ProcessStarted(self._clock.now_ns(), pid, facts.parent_pid, facts.name, executable, arguments, found)
        if seen_before is not None or age_s(facts, self._proc) > YOUNG_S:
            self._start(facts, started)
        else:  # it may still be the copy of its parent that is about to become another program: look again
            self._young[pid] = (facts, started)

    def _start(self, facts: ProcessFacts, started: ProcessStarted) -> None:
        self._known[facts.pid] = facts
        self._emit(started)
        if sign := sign_of(started):
            self._emit(sign)
        self._lockers.started(started)


def _short(arguments: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """A command line of a bounded length, an ellipsis where something was left out."""
    if arguments is None:
        return None
    kept = tuple(one if len(one) <= ARGUMENT_LONGEST else one[:ARGUMENT_LONGEST] + "…" for one in arguments)
    return kept if len(kept) <= ARGUMENTS_MOST else (*kept[:ARGUMENTS_MOST], "…")
