"""Keys and clicks that a program made, told from a device's by the X Input extension.

What comes through XTEST (xdotool, x11vnc, most remote control) is delivered by a device of the server's own, whose name
says so. A program that makes itself a device of the kernel (uinput) looks like a keyboard, and is seen as a device that
was plugged in (`linux_devices`).
"""

import struct
from typing import Any

from Xlib.ext import ge, xinput

from recorder.agent_events import EvasionSign
from recorder.capture.x11_source import X11Source
from recorder.errors import CannotRecordError
from recorder.logrow import counted_words

SAY_AGAIN_NS = 60_000_000_000
# Every key of every device comes here, and most are only counted; an input that is said is said so much later at most.
REST_S = 0.25
_MARK = "xtest"
# XIRawEvent, X Input 2.2: behind the event's type come deviceid, time, detail, sourceid.
_RAW = struct.Struct("=HIIH")
_KINDS = {xinput.RawKeyPress: "key", xinput.RawButtonPress: "click"}


class X11Injected(X11Source):
    """Says at the first one that input was made by a program, then once a minute how much since."""

    def __init__(self, *, say_again_ns: int = SAY_AGAIN_NS) -> None:
        super().__init__("injected input")
        self._say_again_ns = say_again_ns
        self._names: dict[int, str] = {}
        self._counts = dict.fromkeys(_KINDS.values(), 0)
        self._said_ns: int | None = None

    def _listen(self) -> str:
        connection = self._connection
        if not connection.has("XInputExtension"):
            msg = "Input made by programs is not told apart: this display has no X Input extension."
            raise CannotRecordError(msg)
        connection.display.xinput_query_version()
        mask = xinput.RawKeyPressMask | xinput.RawButtonPressMask | xinput.HierarchyChangedMask
        connection.root.xinput_select_events([(xinput.AllDevices, mask)])
        return "Input that programs make through XTEST is told from that of devices; a device made by a program is not."

    def _take(self, event: Any) -> None:
        if event.type != ge.GenericEventCode:
            return
        if event.evtype == xinput.HierarchyChanged:
            self._names.clear()
        kind = _KINDS.get(event.evtype)
        if kind is None or not isinstance(event.data, bytes) or len(event.data) < _RAW.size:
            return
        device, _, _, source = _RAW.unpack_from(event.data)
        # Each comes twice, from the device and from the master that it feeds: only the first is counted.
        if device == source and _MARK in self._name_of(source).lower():
            self._counts[kind] += 1

    def _after_events(self) -> None:
        if not any(self._counts.values()):
            return
        now_ns = self._clock.now_ns()
        if self._said_ns is not None and now_ns - self._said_ns < self._say_again_ns:
            return
        self._say(now_ns)

    def _wait_s(self) -> float | None:
        if self._said_ns is None or not any(self._counts.values()):
            return None
        return max(0.0, (self._said_ns + self._say_again_ns - self._clock.now_ns()) / 1e9)

    @property
    def _rest_s(self) -> float:
        return REST_S

    def _close(self) -> None:
        if any(self._counts.values()):
            self._say(self._clock.now_ns())
        super()._close()

    def _say(self, now_ns: int) -> None:
        told = ", ".join(counted_words(count, kind) for kind, count in self._counts.items() if count)
        self._emit(EvasionSign(now_ns, "injected_input", f"through XTEST: {told}"))
        self._counts = dict.fromkeys(self._counts, 0)
        self._said_ns = now_ns

    def _name_of(self, device: int) -> str:
        if device not in self._names:
            devices = self._connection.display.xinput_query_device(xinput.AllDevices).devices
            self._names = {int(one.deviceid): str(one.name) for one in devices}
        return self._names.get(device, "")
