"""Who inspects the recorder, and which displays are opened beside the recorded one."""

import os
import re
from pathlib import Path

from recorder.agent_events import EvasionSign
from recorder.capture.linux_process import PROC, executable_of
from recorder.capture.source import ThreadSource

LOOK_EVERY_S = 2.0
SOCKETS = Path("/tmp/.X11-unix")
_DISPLAY = re.compile(r"X(\d+)")
_TRACER = re.compile(r"^TracerPid:\s+(\d+)$", re.MULTILINE)


class LinuxEvasion(ThreadSource):
    """Looks every two seconds at the recorder's own state and at the displays of this user."""

    def __init__(self, *, proc: Path = PROC, sockets: Path = SOCKETS, look_every_s: float = LOOK_EVERY_S) -> None:
        super().__init__("evasion")
        self._proc = proc
        self._sockets = sockets
        self._look_every_s = look_every_s
        self._tracers: dict[int, int] = {}
        self._displays: frozenset[str] = frozenset()

    def _open(self) -> str:
        self._displays = self._own_displays()
        return (
            "Looked for every two seconds: whether a program inspects the recorder, and displays that this user opens "
            "beside the recorded one."
        )

    def _run(self) -> None:
        self._look_at_tracers()
        while not self._stopping.wait(self._look_every_s):
            self._look_at_tracers()
            self._look_at_displays()

    def _look_at_tracers(self) -> None:
        for pid in (os.getpid(), os.getppid()):
            tracer = self._tracer_of(pid)
            if tracer and tracer != self._tracers.get(pid):
                name = executable_of(tracer, self._proc)
                whom = "the recorder" if pid == os.getpid() else "what started the recorder"
                detail = f"{whom} (process {pid}) is traced"
                self._emit(EvasionSign(self._clock.now_ns(), "recorder_inspected", detail, tracer, name))
            self._tracers[pid] = tracer

    def _tracer_of(self, pid: int) -> int:
        try:
            found = _TRACER.search((self._proc / str(pid) / "status").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return 0
        return int(found[1]) if found else 0

    def _look_at_displays(self) -> None:
        displays = self._own_displays()
        for name in sorted(displays - self._displays):
            self._emit(EvasionSign(self._clock.now_ns(), "other_display", f"display :{name}"))
        self._displays = displays

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
