"""What is kept out of a recording of an X display: masked windows and areas, and what is typed where it is hidden."""

import datetime
import re
from collections.abc import Callable, Sequence

from recorder.capture.focus_visits import FocusVisits
from recorder.capture.focused_fields import FocusedFields
from recorder.capture.hidden_places import PasswordPrograms
from recorder.capture.key_gate import KeyGate
from recorder.capture.linux_process import facts_of, has_loaded, is_running
from recorder.capture.linux_terminal import TerminalEcho
from recorder.capture.lock_windows import LockWindows
from recorder.capture.mask_rules import MASKED_TITLE, MaskRules
from recorder.capture.masked_screen import MaskedScreen
from recorder.capture.password_fields import PasswordFields
from recorder.capture.paste_board import PasteBoard
from recorder.capture.pastes import Pastes
from recorder.capture.revived_windows import RevivedWindows
from recorder.capture.screen import ScreenSource
from recorder.capture.shown_windows import program_names
from recorder.capture.source import Source
from recorder.capture.typing_place import TypingPlace
from recorder.capture.x11_locking import X11Locking
from recorder.policy.sections import HiddenInputPolicy, MaskRule

# Toolkits whose programs tell assistive technology of their fields.
_TOOLKITS = re.compile(rb"/lib(Qt[5-9]Gui|gtk-[34]|gdk-3|atk-bridge-2\.0|atspi|atk-wrapper)\b[^/\n]*$", re.MULTILINE)


def program_that_tells(pid: int) -> int | None:
    """What tells this process from others of its number, if its toolkit tells; None if not, or that may not be seen."""
    facts = facts_of(pid) if has_loaded(pid, _TOOLKITS) else None
    return None if facts is None else facts.started_ticks


def _local_time() -> datetime.datetime:
    return datetime.datetime.now().astimezone()


class X11Privacy:
    """One for each recording: open it before the first picture is taken, close it after the last."""

    def __init__(
        self,
        masks: Sequence[MaskRule],
        hidden_input: HiddenInputPolicy,
        *,
        local_time: Callable[[], datetime.datetime] = _local_time,
    ) -> None:
        self._rules = MaskRules(masks)
        self._local_time = local_time
        self._windows = RevivedWindows()
        self._fields = FocusedFields(is_running)
        programs = PasswordPrograms(hidden_input.dialogs)
        self._locks = LockWindows(X11Locking())
        self._place = place = TypingPlace(
            self._windows, self._rules, programs, TerminalEcho(), self._locks, local_time=local_time
        )
        visits = FocusVisits(self._fields, program_that_tells)
        self.paste_board = PasteBoard()
        self.gate = KeyGate(place.look, self._fields, visits, Pastes(self.paste_board))
        self.sources: list[Source] = [PasswordFields(self._fields, visits), self._windows.news]

    @property
    def windows(self) -> RevivedWindows:
        """The windows that are shown, known once this is open."""
        return self._windows

    def open(self) -> None:
        """Read which windows there are. Raises CannotRecordError."""
        self._windows.open()

    def close(self) -> None:
        """Let go; may be called twice."""
        self._windows.close()
        self._locks.close()

    def on_lost(self, on_lost: Callable[[], None]) -> None:
        """Let this be called, from any thread, when it cannot be known any more what is to be kept out."""
        self._place.on_lost = on_lost

    def masked(self, screen: ScreenSource) -> ScreenSource:
        """The screen without what the policy masks; the screen itself if it masks nothing."""
        if not self._rules:
            return screen
        masked = MaskedScreen(screen, self._rules, self._windows, local_time=self._local_time)
        self.sources.append(masked.news)
        return masked

    def title(self, title: str, executable: str | None, classes: Sequence[str]) -> str:
        """A window's title as it may be recorded."""
        if not self._rules:
            return title
        reason = self._rules.why_input(program_names(executable, classes), title, self._local_time())
        return title if reason is None else MASKED_TITLE.format(reason)

    def hides_clipboard_of(self, owner: int) -> bool:
        """Whether the program behind this window is masked, and so what it puts on a clipboard."""
        if not self._rules.needs_windows:
            return False
        facts = self._windows.facts_of_owner(owner)
        local = self._local_time()
        if self._rules.of_program(facts.names, local) is not None:
            return True
        return any(
            self._rules.why_input(window.names, window.title, local) is not None
            for window in self._windows.glance()
            if window.owner == facts.owner
        )
