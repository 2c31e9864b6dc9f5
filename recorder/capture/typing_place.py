"""What a person of an X display types into now, and whether that is to be recorded."""

import datetime
from collections.abc import Callable

from Xlib import error as xerror

from recorder.capture.hidden_places import ECHO_OFF, LATE, MASKED, SCREEN_LOCK, Hidden, PasswordPrograms, Place
from recorder.capture.linux_process import arguments_of
from recorder.capture.linux_terminal import TerminalEcho
from recorder.capture.lock_windows import LockWindows
from recorder.capture.mask_rules import MaskRules
from recorder.capture.screen import ConnectionCutError, DisplayLostError
from recorder.capture.shown_windows import ShownWindow, TypedInto, WindowTable
from recorder.errors import WorldError


class TypingPlace:
    """Asks the window table, and the kernel about terminals. For one thread at a time.

    `on_lost` is called when the table has lost the display: from then on everything would have to be hidden.
    """

    def __init__(
        self,
        windows: WindowTable,
        rules: MaskRules,
        programs: PasswordPrograms,
        echo: TerminalEcho,
        locks: LockWindows,
        *,
        local_time: Callable[[], datetime.datetime],
    ) -> None:
        self._windows = windows
        self._rules = rules
        self._programs = programs
        self._echo = echo
        self._locks = locks
        self._local_time = local_time
        self._shown: tuple[ShownWindow, ...] | None = None
        self._pids: frozenset[int] = frozenset()
        self._dialog: Hidden | None = None
        self.on_lost: Callable[[], None] = lambda: None

    def look(self) -> Place:
        """What is typed into now; what cannot be found out is hidden."""
        try:
            return self._place(self._windows.typed_into())
        except (WorldError, xerror.XError, OSError) as error:  # an OSError: the kernel lets no more files be opened
            if isinstance(error, DisplayLostError) and not isinstance(error, ConnectionCutError):
                self.on_lost()
            return Place(Hidden(ECHO_OFF, LATE))

    def _place(self, typed: TypedInto) -> Place:
        self._take(typed.shown)
        focused, pid = typed.focused, typed.pid
        hidden = self._dialog or self._masked(focused)
        if hidden is None and pid is not None:
            hidden = self._echo.hides(pid)
        window = None if focused is None else focused.window_id
        if hidden is None and pid is not None and self._echo.is_far(pid):
            return Place(None, pid, self._pids, is_far=True, read_bytes=self._echo.read_bytes(pid), window=window)
        may_turn_silent = pid is None or self._echo.has_terminals(pid)
        return Place(hidden, pid, self._pids, window=window, may_turn_silent=may_turn_silent)

    def _take(self, shown: tuple[ShownWindow, ...]) -> None:
        """What these windows say by themselves. What decides besides is looked at every time: it may change.

        That is a command line, and whether a locker's windows lock.
        """
        if shown is self._shown:
            return
        self._pids = frozenset(window.pid for window in shown if window.pid is not None)
        self._dialog = self._dialog_in(shown)
        is_lasting = not any(self._programs.wants_more(window.names) for window in shown)
        self._shown = shown if is_lasting else None

    def _dialog_in(self, shown: tuple[ShownWindow, ...]) -> Hidden | None:
        """A password dialog or a lock screen takes what is typed, whatever has the focus."""
        lock: Hidden | None = None
        lockers: list[ShownWindow] = []
        for window in shown:
            asked = self._programs.wants_arguments(window.names) and window.pid is not None
            arguments = arguments_of(window.pid) if asked and window.pid is not None else None
            found = self._programs.hides(window.names, arguments)
            if found is not None and found.why != SCREEN_LOCK:
                return found
            if found is not None:
                lock = found
                lockers.append(window)
        return lock if self._locks.lock(lockers, shown) else None

    def _masked(self, focused: ShownWindow | None) -> Hidden | None:
        names, title = ((), "") if focused is None else (focused.names, focused.title)
        reason = self._rules.why_input(names, title, self._local_time()) if self._rules else None
        return None if reason is None else Hidden(MASKED, reason)
