"""Fetch what the owner of an X selection offers, within limits of time and size: an owner may never answer."""

import time
from typing import Any

from Xlib import X
from Xlib.protocol import event as xevent

from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_property import read_property

ANSWER_LIMIT_S = 2.0
# A long text may take longer, as long as its pieces keep coming.
WHOLE_LIMIT_S = 10.0
MOST_TARGETS = 256  # each costs a question after its name; no program offers as many
SIZE_LIMIT_BYTES = 64 * 1024 * 1024


class SelectionReader:
    """Asks owners of selections to convert them, into a property of a window of ours. For one thread.

    Events that belong to somebody else are kept in `other_events`.
    """

    def __init__(self, connection: X11Connection) -> None:
        self._connection = connection
        self._window: Any = connection.root.create_window(
            0, 0, 1, 1, 0, X.CopyFromParent, X.InputOnly, event_mask=X.PropertyChangeMask, override_redirect=True
        )
        self._property = connection.atom("TACHIAI_SELECTION")
        self._incremental = connection.atom("INCR")
        self.other_events: list[Any] = []

    @property
    def window(self) -> Any:
        """The window that asks."""
        return self._window

    def targets(self, selection: int) -> tuple[int, ...] | None:
        """The kinds offered, as atoms; None if the owner does not answer."""
        found = self._ask(selection, self._connection.atom("TARGETS"))
        if found is None or found.format != 32:
            return None
        return tuple(int(number) for number in found.value[:MOST_TARGETS])

    def content(self, selection: int, target: int) -> bytes | None:
        """The selection as this kind; None if the owner does not answer, or it is too long."""
        found = self._ask(selection, target)
        if found is None:
            return None
        if found.property_type == self._incremental:
            return self._pieces()
        return bytes(found.value) if found.format == 8 and not found.bytes_after else None

    def _ask(self, selection: int, target: int) -> Any | None:
        """The property that the owner's answer lies in."""
        self._window.delete_property(self._property)
        self._window.convert_selection(selection, target, self._property, X.CurrentTime)
        self._connection.flush()
        answer = self._wait_for(
            lambda event: (
                isinstance(event, xevent.SelectionNotify) and event.selection == selection and event.target == target
            ),
            ANSWER_LIMIT_S,
        )
        if answer is None or answer.property == X.NONE:
            return None
        return self._take_property()

    def _take_property(self) -> Any | None:
        """The whole property; deleting it tells an incremental owner to go on."""
        found = read_property(self._window, self._property, most_bytes=SIZE_LIMIT_BYTES)
        self._window.delete_property(self._property)
        self._connection.flush()
        return found

    def _pieces(self) -> bytes | None:
        """The pieces of an incremental transfer, up to the empty one."""
        whole = bytearray()
        ends_s = time.monotonic() + WHOLE_LIMIT_S
        while time.monotonic() < ends_s:
            news = self._wait_for(
                lambda event: (
                    isinstance(event, xevent.PropertyNotify)
                    and event.window == self._window
                    and event.atom == self._property
                    and event.state == X.PropertyNewValue
                ),
                min(ANSWER_LIMIT_S, ends_s - time.monotonic()),
            )
            if news is None:
                return None
            found = self._take_property()
            if found is None or not len(found.value):
                return bytes(whole)
            whole += bytes(found.value)
            if len(whole) > SIZE_LIMIT_BYTES:
                return None
        return None

    def _wait_for(self, is_wanted: Any, limit_s: float) -> Any | None:
        ends_s = time.monotonic() + limit_s
        while (left_s := ends_s - time.monotonic()) > 0:
            found = None
            for event in self._connection.events(left_s):
                if found is None and is_wanted(event):
                    found = event
                else:
                    self._keep(event)
            if found is not None:
                return found
        return None

    def _keep(self, event: Any) -> None:
        if not isinstance(event, xevent.PropertyNotify | xevent.SelectionNotify):
            self.other_events.append(event)
