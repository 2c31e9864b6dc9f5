"""Windows that cover a monitor while somebody goes on working under them: a screen saver as a curtain.

What happens under it is not in the pictures. A locker covers everything too, and its password is input; but it holds
the keyboard, so that nothing that is typed reaches what lies under it.
"""

import os
from collections.abc import Callable, Container, Sequence
from typing import Any

from Xlib import error as xerror

from recorder.agent_events import EvasionSign
from recorder.capture.covering import Cover, covers, is_hidden, is_workable, lies_under
from recorder.capture.linux_process import facts_of
from recorder.capture.shown_windows import ShownWindow, WindowTable
from recorder.capture.x11_alarm import SURE_S, wakes_after_pause
from recorder.capture.x11_cover_looks import CoverLooks
from recorder.capture.x11_monitors import X11Monitors
from recorder.capture.x11_source import X11Source
from recorder.capture.x11_windows import X11Windows
from recorder.clock import NS_PER_S
from recorder.errors import CannotRecordError
from recorder.geometry import Rect

LOOK_EVERY_S = 2.0
RECENT_MS = 2500
PAUSE_NS = 10 * NS_PER_S  # so long nobody needs to type, and still works
LONG_NS = 30 * NS_PER_S
MOST_NAMED = 3


def is_of_this_agent(pid: int) -> bool:
    """Whether this is the recorder, the resident that started it, or one that it started: a held notice covers, too."""
    facts = facts_of(pid) if pid not in (os.getpid(), os.getppid()) else None
    return pid in (os.getpid(), os.getppid()) or (facts is not None and facts.parent_pid == os.getpid())


class X11Curtain(X11Source):
    """Looks every two seconds while there is input whether a monitor is covered, and what is under it.

    A server that cannot say when there is input again is asked as often while there is none. The time under a cover is
    added up, with short pauses; long ones count for nothing, and work that can be seen takes away what it took itself.
    """

    def __init__(
        self,
        *,
        windows: WindowTable | None = None,
        look_every_s: float = LOOK_EVERY_S,
        recent_ms: int = RECENT_MS,
        long_ns: int = LONG_NS,
        is_ours: Callable[[int], bool] = is_of_this_agent,
    ) -> None:
        super().__init__("curtain")
        self._own_windows = X11Windows() if windows is None else None
        self._given_windows = windows
        self._is_ours = is_ours
        self._look_every_s = look_every_s
        self._recent_ms = recent_ms
        self._long_ns = long_ns
        self._wakes = False
        self._look_in_s = 0.0
        self._worked_ns: int | None = None  # when there was input at the latest look at it
        self._under_ns = 0
        self._said_of: frozenset[int] = frozenset()

    def _listen(self) -> str:
        connection = self._connection
        if not connection.has("MIT-SCREEN-SAVER"):
            msg = "Curtains over the screen are not noticed: this display has no MIT-SCREEN-SAVER extension."
            raise CannotRecordError(msg)
        self._looks = CoverLooks(connection)
        self._monitors = X11Monitors(connection)
        self._places: list[Rect] | None = None
        if self._own_windows is not None:
            self._own_windows.open()
        self._wakes = wakes_after_pause(connection, self._recent_ms)
        return "Windows that cover a monitor while input goes on under them for half a minute are noticed."

    def _take(self, event: Any) -> None:
        if self._monitors.is_layout_event(event):
            self._places = None

    def _wait_s(self) -> float | None:
        return self._look_in_s

    def _close(self) -> None:
        if self._own_windows is not None:
            self._own_windows.close()
        super()._close()

    def _after_events(self) -> None:
        idle_ms = int(self._connection.root.screensaver_query_info().idle)
        is_recent = idle_ms <= self._recent_ms
        self._look_in_s = self._look_every_s if is_recent or not self._wakes else SURE_S
        if not is_recent:  # on an idle desktop one question is enough
            return
        now_ns = self._clock.now_ns()
        passed_ns = 0 if self._worked_ns is None else now_ns - self._worked_ns
        self._worked_ns = now_ns
        self._count(self._curtain(), now_ns, passed_ns if passed_ns <= PAUSE_NS else 0)

    def _count(self, found: tuple[Cover, ShownWindow] | None, now_ns: int, passed_ns: int) -> None:
        """Add up, and say it once of each cover: another one in its place takes its own time to be said."""
        if found is None:
            self._under_ns, self._said_of = max(0, self._under_ns - passed_ns), frozenset()
            return
        numbers = frozenset(window.window_id for window in found[0].windows)
        if numbers == self._said_of:
            return
        self._under_ns += passed_ns
        if self._under_ns >= self._long_ns and self._says(*found, now_ns):
            self._under_ns, self._said_of = 0, numbers

    def _says(self, cover: Cover, under: ShownWindow, now_ns: int) -> bool:
        """Say it, unless the keyboard is held: then it is a locker, or a program that is worked with itself."""
        if self._looks.is_keyboard_held():
            self._under_ns = self._long_ns // 2
            return False
        first = cover.windows[0]
        names = list(dict.fromkeys(map(_name_of, cover.windows)))
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        detail = f"input goes on under {', '.join(names[:MOST_NAMED])}{more}, which hides {_name_of(under)}"
        self._emit(EvasionSign(now_ns, "curtain", detail, first.pid, first.executable))
        return True

    def _curtain(self) -> tuple[Cover, ShownWindow] | None:
        """What covers a monitor, and a window under it that may be worked in; None if everything can be seen."""
        try:
            shown = list(self._table.glance())
            ours = {pid for pid in {window.pid for window in shown} if pid is not None and self._is_ours(pid)}
            shown = [window for window in shown if window.pid not in ours]
            while (found := self._cover_of(shown, ours)) is not None:
                cover = found[0]
                clear = {one.window_id for one in cover.windows if self._looks.is_seen_through(one, cover.monitor)}
                if not clear:
                    return found
                shown = [window for window in shown if window.window_id not in clear]
        except xerror.XError:  # a window went while we looked
            return None
        return None

    def _cover_of(self, shown: Sequence[ShownWindow], ours: Container[int]) -> tuple[Cover, ShownWindow] | None:
        for monitor in self._read_monitors():
            for cover in covers(shown, monitor, self._parts_of):
                under = self._hidden_work(cover, shown, ours)
                if under is not None:
                    return cover, under
        return None

    @property
    def _table(self) -> WindowTable:
        table = self._given_windows or self._own_windows
        assert table is not None, "one of them is there"
        return table

    def _read_monitors(self) -> list[Rect]:
        if self._places is None:
            self._places = [place for _, place, _ in self._monitors.read()]
        return self._places

    def _hidden_work(self, cover: Cover, shown: Sequence[ShownWindow], ours: Container[int]) -> ShownWindow | None:
        """A window under the cover that may be worked in; None if what is typed into can be seen."""
        typed = self._table.typed_into()
        focused, is_ours = typed.focused, typed.pid in ours
        if focused is not None and not is_ours and not cover.is_of(focused) and is_workable(focused.area):
            return focused if is_hidden(focused, shown, self._monitors.desktop(), self._parts_of) else None
        return None if cover.is_managed else next(iter(lies_under(cover, shown, self._parts_of)), None)

    def _parts_of(self, window: ShownWindow) -> Sequence[Rect]:
        return self._looks.solid_parts(window)


def _name_of(window: ShownWindow) -> str:
    """Not by its title, which may be one that is masked."""
    return " ".join(window.names) or "a window without a name"
