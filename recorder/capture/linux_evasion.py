"""Who inspects the recorder, and which displays are opened beside the recorded one."""

import os
import re
from pathlib import Path

from recorder.agent_events import EvasionSign
from recorder.capture.linux_process import PROC, executable_of, tracer_of
from recorder.capture.source import ThreadSource
from recorder.clock import NS_PER_S

LOOK_EVERY_S = 2.0
SETTLED_NS = NS_PER_S
SOCKETS = Path("/tmp/.X11-unix")
_DISPLAY = re.compile(r"X(\d+)")


class LinuxEvasion(ThreadSource):
    """Looks every two seconds at the recorder's own state and at the displays of this user."""

    def __init__(self, *, proc: Path = PROC, sockets: Path = SOCKETS, look_every_s: float = LOOK_EVERY_S) -> None:
        super().__init__("evasion")
        self._proc = proc
        self._sockets = sockets
        self._look_every_s = look_every_s
        self._tracers: dict[int, int] = {}
        self._displays: frozenset[str] = frozenset()
        self._looked_at_ns: int | None = None  # when the folder of displays had last changed, as it was looked at

    def _open(self) -> str:
        self._displays = self._own_displays()
        return (
            "Looked for every two seconds: whether a program inspects the recorder, and displays that this user opens "
            "beside the recorded one."
        )

    def _run(self) -> None:
        self._look_at_tracers()
        while not self._wait_round(self._look_every_s):
            self._look_at_tracers()
            self._look_at_displays()

    def _look_at_tracers(self) -> None:
        for pid in (os.getpid(), os.getppid()):
            tracer = tracer_of(pid, self._proc)
            if tracer and tracer != self._tracers.get(pid):
                name = executable_of(tracer, self._proc)
                whom = "the recorder" if pid == os.getpid() else "what started the recorder"
                detail = f"{whom} (process {pid}) is traced"
                self._emit(EvasionSign(self._clock.now_ns(), "recorder_inspected", detail, tracer, name))
            self._tracers[pid] = tracer

    def _look_at_displays(self) -> None:
        changed_ns = self._folder_changed_ns()
        if changed_ns is not None and changed_ns == self._looked_at_ns:
            return
        displays = self._own_displays()
        for name in sorted(displays - self._displays):
            self._emit(EvasionSign(self._clock.now_ns(), "other_display", f"display :{name}"))
        self._displays = displays
        # What changes in the same tick of the file system's clock as the look looks the same: look once more.
        is_settled = changed_ns is not None and self._clock.read().wall_ns - changed_ns > SETTLED_NS
        self._looked_at_ns = changed_ns if is_settled else None

    def _folder_changed_ns(self) -> int | None:
        try:
            return self._sockets.stat().st_ctime_ns
        except OSError:
            return None

    def _own_displays(self) -> frozenset[str]:
        """Those of this user; another one's session is not ours to record."""
        try:
            return frozenset(
                found[1]
                for path in self._sockets.iterdir()
                if (found := _DISPLAY.fullmatch(path.name)) and path.lstat().st_uid == os.getuid()
            )
        except OSError:  # nobody listens there
            return frozenset()
