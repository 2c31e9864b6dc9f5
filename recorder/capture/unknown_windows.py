"""Windows that are masked because it is not known what they are, for longer than anything needs to say it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recorder.capture.mask_shapes import LINGER_S
from recorder.capture.shown_windows import ShownWindow

LONG_S = 5.0
MOST_AT_ONCE_S = 1.0  # between two looks; of a longer time in between nothing is known
MOST_PROGRAMS = 256


@dataclass(frozen=True, slots=True)
class KeptUnknown:
    """A program of which some window was masked as not known for so long; what is not known of it is empty or None."""

    names: tuple[str, ...] = ()
    pid: int | None = None
    executable: str | None = None

    @property
    def detail(self) -> str:
        """What is to be said of it: not its title, which may be one that is masked."""
        return (
            f"{' '.join(self.names) or 'a window without a name'} has been masked for {LONG_S:g} s as not known yet: "
            "its title or class is another again before it can be read, or it is shown anew again and again"
        )


@dataclass(slots=True)
class _Program:
    known: KeptUnknown
    masked_until_s: float = 0.0
    for_s: float = 0.0
    is_said: bool = False


class UnknownWindows:
    """Adds up for each program how long windows of it were masked so; other time takes away what it took itself.

    Each is told once, and again only if all of it was taken away in between.
    """

    def __init__(self) -> None:
        self._programs: dict[tuple[str, int], _Program] = {}

    def follow(
        self,
        unknown: Sequence[ShownWindow],
        shown: Sequence[ShownWindow],
        *,
        since_s: float,
        now_s: float,
        tell: Callable[[KeptUnknown], bool],
    ) -> None:
        """These windows are not known, or were not for a moment since the look before, which began at `since_s`.

        `tell` is called with what has been so for long, and says whether anybody heard.
        """
        for window in unknown:
            self._masked(window, shown, now_s)
        passed_s = min(now_s - since_s, MOST_AT_ONCE_S)
        for key, program in tuple(self._programs.items()):
            program.for_s += passed_s if program.masked_until_s >= since_s else -passed_s
            if program.for_s <= 0:
                del self._programs[key]
            elif program.for_s >= LONG_S:
                program.for_s = LONG_S
                program.is_said = program.is_said or tell(program.known)

    def _masked(self, window: ShownWindow, shown: Sequence[ShownWindow], now_s: float) -> None:
        key = ("connection", window.owner) if window.pid is None else ("process", window.pid)
        program = self._programs.get(key)
        if program is None:
            if len(self._programs) >= MOST_PROGRAMS:
                return
            program = self._programs[key] = _Program(KeptUnknown(pid=window.pid))
        program.masked_until_s = now_s + LINGER_S
        # One that changes its class says none at that moment; what it says now, or said before, is a help.
        same = (one.names for one in shown if one.window_id == window.window_id)
        names = window.names or next(same, ()) or program.known.names
        executable = window.executable or program.known.executable
        if (names, executable) != (program.known.names, program.known.executable):
            program.known = KeptUnknown(names, window.pid, executable)
