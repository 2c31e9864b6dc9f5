"""Programs that run exactly as long as the screen is locked, and whether those that bear their names do lock it."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from recorder.agent_events import EvasionSign
from recorder.clock import NS_PER_S
from recorder.events import Event, LockChanged, ProcessStarted

LOCKERS = frozenset({"i3lock", "slock", "xlock", "xsecurelock", "xtrlock", "physlock", "swaylock"})
CONSOLE_LOCKERS = frozenset({"physlock"})  # goes to a text console of its own, and lets nobody leave it
SIGN = "pretended_lock"
UNPROVEN_NS = 5 * NS_PER_S  # a locker that another program keeps from the keyboard gives up within seconds
SELDOM_NS = 30 * NS_PER_S
ACTIVE_CONSOLE = Path("/sys/class/tty/tty0/active")


class Locking(Protocol):
    """Knows whether the display is locked. For one thread at a time."""

    def is_locked_by(self, pids: Collection[int]) -> bool | None:
        """Whether nothing that is typed or clicked reaches any program but these; None if that cannot be found out."""
        ...

    def close(self) -> None:
        """Let go; may be called twice, and whoever asks again has it opened again."""
        ...


class LockerWatch:
    """Follows the processes with a locker's name, and says that the screen is locked while they do lock it.

    A name proves nothing: any program can be copied to that of a locker. To ask is to touch the keyboard for a moment
    where it is free, so one that has not locked anything for some seconds is a sign of evasion and then asked about
    seldom. For one thread.
    """

    def __init__(
        self,
        locking: Locking,
        *,
        console: str | None = None,
        active_console: Path = ACTIVE_CONSOLE,
        unproven_ns: int = UNPROVEN_NS,
    ) -> None:
        self._locking = locking
        self._console = console
        self._active_console = active_console
        self._unproven_ns = unproven_ns
        self._lockers: dict[int, ProcessStarted] = {}
        self._is_locked = False
        self._unproven_since_ns: int | None = None
        self._is_said = False
        self._ask_at_ns = 0

    def started(self, process: ProcessStarted) -> None:
        """Another process is there."""
        if process.name in LOCKERS:
            self._lockers[process.pid] = process
            self._begin_anew()

    def ended(self, pid: int) -> None:
        """A process is gone."""
        self._lockers.pop(pid, None)

    def look(self, now_ns: int, emit: Callable[[Event], None]) -> None:
        """Find out whether they lock, and say what is different. To be called about once a second."""
        if not self._lockers:
            self._say_locked(now_ns, emit, locked=False)
            self.close()
        elif self._is_locked or now_ns >= self._ask_at_ns:
            locked = self._locks()
            if locked is not None:
                self._say_locked(now_ns, emit, locked=locked)
                self._prove(now_ns, emit)

    def close(self) -> None:
        """Let go."""
        self._locking.close()

    def _locks(self) -> bool | None:
        if self._is_console_left() and any(one.name in CONSOLE_LOCKERS for one in self._lockers.values()):
            return True
        return self._locking.is_locked_by(self._lockers.keys())

    def _is_console_left(self) -> bool:
        """Whether another of the machine's virtual consoles is shown than the display's own, where that is known."""
        try:
            return bool(self._console) and self._active_console.read_text().strip() != f"tty{self._console}"
        except OSError:
            return False

    def _say_locked(self, now_ns: int, emit: Callable[[Event], None], *, locked: bool) -> None:
        if locked != self._is_locked:
            self._is_locked = locked
            emit(LockChanged(now_ns, locked=locked))

    def _prove(self, now_ns: int, emit: Callable[[Event], None]) -> None:
        if self._is_locked:
            self._begin_anew()
            return
        if self._unproven_since_ns is None:
            self._unproven_since_ns = now_ns
        if not self._is_said and now_ns - self._unproven_since_ns >= self._unproven_ns:
            self._is_said = True
            newest = max(self._lockers.values(), key=lambda one: one.at_ns)
            detail = f"{newest.name} runs, and does not hold the keyboard and the pointer"
            emit(EvasionSign(now_ns, SIGN, detail, newest.pid, newest.executable))
        self._ask_at_ns = now_ns + SELDOM_NS if self._is_said else 0

    def _begin_anew(self) -> None:
        self._unproven_since_ns, self._is_said, self._ask_at_ns = None, False, 0
