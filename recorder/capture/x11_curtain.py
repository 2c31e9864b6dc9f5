"""A window that covers everything while somebody goes on working: a screen saver as a curtain.

What happens under it is not in the pictures. A locker is such a window too, and its password is input: only input that
goes on for longer than anybody types a password counts.
"""

import os
from collections.abc import Callable
from typing import Any

from Xlib import X
from Xlib import error as xerror

from recorder.agent_events import EvasionSign
from recorder.capture.linux_process import facts_of
from recorder.capture.x11_alarm import SURE_S, wakes_after_pause
from recorder.capture.x11_clients import ClientPids
from recorder.capture.x11_source import X11Source
from recorder.errors import CannotRecordError

LOOK_EVERY_S = 2.0
RECENT_MS = 2500
LONG_NS = 30_000_000_000


def is_of_this_agent(pid: int) -> bool:
    """Whether this is the recorder, the resident that started it, or one that it started: a held notice covers, too."""
    facts = facts_of(pid) if pid not in (os.getpid(), os.getppid()) else None
    return pid in (os.getpid(), os.getppid()) or (facts is not None and facts.parent_pid == os.getpid())


class X11Curtain(X11Source):
    """Looks every two seconds while there is input whether the topmost window covers the whole desktop.

    A server that cannot say when there is input again is asked as often while there is none.
    """

    def __init__(
        self,
        *,
        look_every_s: float = LOOK_EVERY_S,
        long_ns: int = LONG_NS,
        is_ours: Callable[[int], bool] = is_of_this_agent,
    ) -> None:
        super().__init__("curtain")
        self._is_ours = is_ours
        self._look_every_s = look_every_s
        self._long_ns = long_ns
        self._wakes = False
        self._look_in_s = 0.0
        self._since_ns: int | None = None
        self._said_of: int | None = None

    def _listen(self) -> str:
        if not self._connection.has("MIT-SCREEN-SAVER"):
            msg = "Curtains over the screen are not noticed: this display has no MIT-SCREEN-SAVER extension."
            raise CannotRecordError(msg)
        self._pids = ClientPids(self._connection)
        self._wakes = wakes_after_pause(self._connection, RECENT_MS)
        return "A window that covers everything while input goes on for half a minute is noticed."

    def _take(self, event: Any) -> None:
        """Nothing was asked for."""

    def _wait_s(self) -> float | None:
        return self._look_in_s

    def _after_events(self) -> None:
        idle_ms = int(self._connection.root.screensaver_query_info().idle)
        is_recent = idle_ms <= RECENT_MS
        self._look_in_s = self._look_every_s if is_recent or not self._wakes else SURE_S
        curtain = self._curtain() if is_recent else None  # on an idle desktop one question is enough
        now_ns = self._clock.now_ns()
        if curtain is None:
            self._since_ns = None
            return
        if self._since_ns is None:
            self._since_ns = now_ns
        if now_ns - self._since_ns >= self._long_ns and self._said_of != curtain.id:
            self._said_of = curtain.id
            self._emit(EvasionSign(now_ns, "curtain", f"input goes on under {_name_of(curtain)}"))

    def _curtain(self) -> Any:
        """The topmost window, if the window manager was not asked for it and it covers the whole desktop."""
        try:
            for window in reversed(self._connection.root.query_tree().children):
                attributes = window.get_attributes()
                if attributes.map_state != X.IsViewable or attributes.win_class != X.InputOutput:
                    continue
                area, whole = window.get_geometry(), self._connection.root.get_geometry()
                covers = (
                    area.x <= 0
                    and area.y <= 0
                    and area.x + area.width >= whole.width
                    and area.y + area.height >= whole.height
                )
                is_curtain = covers and attributes.override_redirect and not self._is_our_cover(window)
                return window if is_curtain else None
        except xerror.XError:  # it went while we looked
            return None
        return None

    def _is_our_cover(self, window: Any) -> bool:
        pid = self._pids.of(window.id)
        return pid is not None and self._is_ours(pid)


def _name_of(window: Any) -> str:
    try:
        names = window.get_wm_class() or (window.get_wm_name(),)
    except xerror.XError:
        return "a window that is gone"
    said = " ".join(str(name) for name in names if name)
    return said or "a window without a name"
