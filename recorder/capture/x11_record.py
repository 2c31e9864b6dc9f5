"""Raw input of an X server in the server's own order, through pynput's listeners on the RECORD extension."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from Xlib import error as xerror
from Xlib.ext import ge, record

from recorder.capture.revived import CUT_OFF
from recorder.capture.screen import DISPLAY_GONE
from recorder.capture.x11_connection import FilesSpentError, X11Connection
from recorder.capture.x11_record_context import Wanted, change_asked, is_whole, own_number
from recorder.errors import CannotRecordError

KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE, MOTION = 2, 3, 4, 5, 6

# category, server_ms, client, data, whether its bytes are swapped
Received = Callable[[int, int, int, bytes, bool], None]

FROM_SERVER, FROM_CLIENT = record.FromServer, record.FromClient

_EVENT = struct.Struct("<BBHIIIIhhhhHBx")
_ANSWER = struct.Struct("<xB7xB2xII")
_LENGTH = struct.Struct("=I")
_ENABLE_CONTEXT = struct.Struct("=BBHI")
_ENABLE_CONTEXT_MINOR = 5
_ERROR, _REPLY = 0, 1
_SHORTEST = 32  # of a message of the server, in bytes
_MOST_RECEIVED = 1 << 16


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """An input event of the server: `detail` is the keycode or button, `state` the modifiers and buttons before it."""

    kind: int
    detail: int
    server_ms: int
    x_px: int
    y_px: int
    state: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the server recorded: `client` is the number of whom it was asked by or told to, 0 of a device's events."""

    arrived_ns: int
    category: int
    server_ms: int
    client: int
    data: bytes
    swapped: bool


def device_events(data: bytes) -> Iterator[DeviceEvent]:
    """The events of a recorded answer."""
    for kind, detail, _, server_ms, _, _, _, x_px, y_px, _, _, state, _ in _EVENT.iter_unpack(data):
        yield DeviceEvent(kind & 0x7F, detail, server_ms, x_px, y_px, state)


class Recording:
    """What a listener records, and the thread's work. `run` is the thread; `stop` and the rest are for other threads.

    The thread's connection only listens: what is to be asked is asked on another one, `control`. What that one asks is
    not handed over.
    """

    def __init__(self, wanted: Wanted, received: Received, control: X11Connection) -> None:
        self._wanted = wanted
        self._received = received
        self._control = control
        self._own = own_number(control)
        self._opcode = int(control.display.display.get_extension_major(record.extname))
        self._connection: X11Connection | None = None
        self._context = 0
        self.has_begun = False
        self._is_stopped = False
        self._is_ready: Callable[[], None] = lambda: None

    def run(self, is_ready: Callable[[], None]) -> str | None:
        """Receive until `stop`; a sentence if it ended otherwise."""
        self._is_ready = is_ready
        try:
            sentence = self._record()
        except FilesSpentError as error:
            return str(error)
        except (xerror.ConnectionClosedError, OSError, CannotRecordError):
            return None if self._is_stopped else DISPLAY_GONE
        except xerror.XError as error:
            return f"Input cannot be recorded: the X server refuses it ({error})."
        finally:
            is_ready()
            if self._connection is not None:
                self._connection.close()
        return None if self._is_stopped else sentence

    def change(self, wanted: Wanted) -> None:
        """Record something else from now on."""
        self._wanted = wanted
        display = self._control.display
        display.record_register_clients(self._context, 0, [record.AllClients], wanted.ranges(self._opcode))
        self._control.flush()

    def change_asked(self, found: Recorded) -> str | None:
        """The name of a request by which another program changes what is recorded here; None if that is none."""
        return change_asked(found.data, swapped=found.swapped, opcode=self._opcode, context=self._context)

    def is_whole(self) -> bool:
        """Whether the server says that it still records what it was asked for."""
        try:
            return is_whole(self._control, self._context, self._wanted, self._opcode)
        except xerror.XError:
            return False

    def stop(self) -> None:
        """Let `run` return, even if the server does not answer; it ends the recording of a client that hangs up."""
        self._is_stopped = True
        if self._connection is not None:
            self._connection.cut()

    def _record(self) -> str:
        """Receive; which sentence says why nothing more comes."""
        connection = self._connection = X11Connection()
        display, ranges = connection.display, self._wanted.ranges(self._opcode)
        self._context = display.record_create_context(0, [record.AllClients], ranges)
        if self._wanted.map_changes:
            display.record_register_clients(self._context, 0, [self._own], self._wanted.ranges_of_own())
        connection.sync()
        wire = display.display
        wire.socket.sendall(
            _ENABLE_CONTEXT.pack(self._opcode, _ENABLE_CONTEXT_MINOR, _ENABLE_CONTEXT.size // 4, self._context)
        )
        for message in messages(wire.socket, bytes(wire.data_recv)):
            if message[0] == _ERROR:
                raise wire.error_classes.get(message[1], xerror.XError)(wire, message)
            if message[0] == _REPLY and not self._take(message):
                return CUT_OFF
        return DISPLAY_GONE

    def _take(self, message: bytes) -> bool:
        """One answer of the many that this one request has; False if it is the last."""
        category, swapped, client, server_ms = _ANSWER.unpack_from(message)
        if category == FROM_SERVER or (category == FROM_CLIENT and client != self._own):
            self._received(category, server_ms, client, message[_SHORTEST:], bool(swapped))
        elif category == record.StartOfData:
            self.has_begun = True
            self._is_ready()
        return bool(category != record.EndOfData)


def messages(connected: socket.socket, begun: bytes = b"") -> Iterator[bytes]:
    """What an X server sends, one message after the other, until one side hangs up.

    From here on nothing is asked on this connection, so what python-xlib does for answers is left out: it takes several
    times as long, at every key. `begun` is what it has read already.
    """
    rest = begun
    while True:
        while len(rest) >= _SHORTEST:
            has_more = rest[0] & 0x7F in (_REPLY, ge.GenericEventCode)
            length = _SHORTEST + (4 * _LENGTH.unpack_from(rest, 4)[0] if has_more else 0)
            if len(rest) < length:
                break
            yield rest[:length]
            rest = rest[length:]
        received = connected.recv(_MOST_RECEIVED)
        if not received:
            return
        rest += received


def start_listener(*, keyboard: bool, recording: Recording, ended: Callable[[str | None], None]) -> Any:
    """A started pynput listener that hands over what the server recorded, raw.

    pynput's own translation of keys knows neither groups nor level 3 nor a map that changes between two keys, so it is
    left out; its thread, its life and its filters are used. `ended` is called on that thread at its end: with None
    after `recording.stop()`, else with a sentence.
    """
    from pynput import keyboard as pynput_keyboard  # pynput connects to the display when it is imported
    from pynput import mouse as pynput_mouse

    base = pynput_keyboard.Listener if keyboard else pynput_mouse.Listener

    class RecordListener(base):  # type: ignore[misc, valid-type]  # pynput has no types
        """Runs a recording."""

        def run(self) -> None:
            """The thread."""
            ended(recording.run(self._mark_ready))

        def finish(self) -> None:
            """End and join. pynput's own join waits for a message that its own run would send."""
            recording.stop()
            threading.Thread.join(self)

    listener = RecordListener()
    listener.start()
    listener.wait()
    return listener
