"""All shown windows of an X display, known without a gap: what held between two looks is told with the second."""

import contextlib
import logging
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from Xlib import X
from Xlib import error as xerror

from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_window_facts import WindowFacts, X11WindowFacts
from recorder.geometry import Rect

MOST_PASSED = 4096  # states between two looks; a desktop that makes more is taken for changed everywhere

log = logging.getLogger(__name__)

_ROOT_EVENTS = X.SubstructureNotifyMask | X.PropertyChangeMask


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown now, from the lowest window to the highest, and every state of a window since the look before.

    `is_composited`: a program draws the windows anew, so none hides what lies under it for certain.
    """

    windows: tuple[ShownWindow, ...]
    passed: tuple[ShownWindow, ...]
    is_composited: bool


class X11Windows:
    """Keeps the table of top-level windows by the server's events.

    The server does one thing after the other, and tells every change: so whoever takes a picture between two calls of
    `look` has in the second's `windows` and `passed` every place where a window was while the picture was taken.
    For any thread. `on_change` is called, from a thread of this object's own, when something may be different.
    """

    def __init__(self, display: str | None = None) -> None:
        self._name = display
        self._gate = threading.RLock()
        self._tops: dict[int, _Top] = {}
        self._order: tuple[int, ...] = ()
        self._passed: list[ShownWindow] = []
        self._is_order_stale = True
        self._is_composited = False
        self._listeners: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._opened: X11Connection | None = None

    def open(self) -> None:
        """Connect and read every window. Raises CannotRecordError."""
        connection = self._opened = X11Connection(self._name)
        with self._gate, lost_in_words():
            self._facts = X11WindowFacts(connection)
            self._manager = connection.atom(f"_NET_WM_CM_S{connection.display.get_default_screen()}")
            connection.root.change_attributes(event_mask=_ROOT_EVENTS)
            for child in connection.root.query_tree().children:
                self._add(child.id, adopted=self._facts.clients_of(child.id))
            self._take_events()
        self._thread = threading.Thread(target=self._watch, name="window table", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go; may be called twice, and before `open`."""
        if self._opened is not None:
            self._opened.wake()
            if self._thread is not None:
                self._thread.join()
            self._opened.close()

    def listen(self, on_change: Callable[[], None]) -> None:
        """Let this be called when something may be different."""
        self._listeners.append(on_change)

    def look(self) -> Look:
        """What is shown, and was since the look before; whatever the server did before this call is in it.

        Raises DisplayLostError.
        """
        with self._gate, lost_in_words():
            self._connection.display.sync()
            self._take_events()
            passed, self._passed = tuple(self._passed), []
            return Look(self._shown(), passed, self._is_composited)

    def glance(self) -> tuple[ShownWindow, ...]:
        """What is shown, as far as the server has told; takes nothing away from the next look."""
        with self._gate, lost_in_words():
            if self._connection.has_input():
                self._take_events()
            return self._shown()

    def top_of(self, window_id: int) -> ShownWindow | None:
        """The shown top-level window that this window is, or is inside of."""
        with self._gate, lost_in_words():
            self._take_events()
            found = self._facts.top_of(window_id, self._tops)
            top = None if found is None else self._tops.get(found)
            return None if top is None or not top.is_mapped else top.shown()

    def focused(self) -> tuple[ShownWindow | None, int | None]:
        """The top-level window that keys go to, and whose process it is; None as far as that is not known."""
        with self._gate, lost_in_words():
            number = self._focused_number()
            if number is None:
                return None, None
            top = self.top_of(number)
            return top, top.pid if top is not None and top.pid is not None else self._facts.of((number,)).pid

    def _focused_number(self) -> int | None:
        focus = self._connection.display.get_input_focus().focus
        if focus == X.NONE:
            return None
        if focus == X.PointerRoot or focus.id == self._connection.root.id:
            under = self._connection.root.query_pointer().child
            return None if under == X.NONE else int(under.id)
        return int(focus.id)

    def facts_of_owner(self, window_id: int) -> WindowFacts:
        """Whose this window is, shown or not."""
        with self._gate, lost_in_words():
            return self._facts.of((window_id,))

    # --- the thread ---------------------------------------------------------------------------------------------------

    @property
    def _connection(self) -> X11Connection:
        assert self._opened is not None, "used before open"
        return self._opened

    def _watch(self) -> None:
        """Take events as they come, so that `on_change` is called soon; `look` does not depend on it."""
        connection = self._connection
        with contextlib.suppress(OSError, ValueError):  # the connection is gone: `look` says so to who asks
            display, wake = connection.display.fileno(), connection.wake_fileno()
            poller = select.poll()
            poller.register(display, select.POLLIN)
            poller.register(wake, select.POLLIN)
            while wake not in (found := dict(poller.poll())):
                if found.get(display, 0) & ~select.POLLIN or not self._take_and_tell():
                    return

    def _take_and_tell(self) -> bool:
        """Take what has come; False once the display is gone."""
        try:
            with self._gate, lost_in_words():
                before = len(self._passed)
                if self._connection.has_input():
                    self._take_events()
                has_changed = len(self._passed) != before
        except Exception:  # the thread's top: whatever it is, `look` meets it too, and a grab then fails
            log.debug("window table ended", exc_info=True)
            has_changed, lost = True, True
        else:
            lost = False
        if has_changed:
            for listener in self._listeners:
                listener()
        return not lost

    # --- the table ----------------------------------------------------------------------------------------------------

    def _shown(self) -> tuple[ShownWindow, ...]:
        if self._is_order_stale:
            self._is_order_stale = False
            self._order = tuple(child.id for child in self._connection.root.query_tree().children)
            self._is_composited = self._connection.display.get_selection_owner(self._manager) != X.NONE
            self._take_events()
        tops = (self._tops.get(number) for number in self._order)
        return tuple(top.shown() for top in tops if top is not None and top.is_mapped)

    def _take_events(self) -> None:
        while events := self._connection.events(0):
            for event in events:
                self._take(event)

    def _take(self, event: Any) -> None:
        handle = _HANDLERS.get(type(event).__name__)
        if handle is not None:
            handle(self, event)

    def _add(self, number: int, *, adopted: tuple[int, ...] = ()) -> None:
        top = self._tops[number] = _Top(number)
        top.clients = tuple(client for client in adopted if client != number)
        self._read(top)

    def _read(self, top: "_Top") -> None:
        """Ask for everything about it. One that went meanwhile was shown all the same, and nothing is known of it."""
        window = self._facts.window(top.number)
        try:
            attributes, size = window.get_attributes(), window.get_geometry()
        except xerror.XError:
            top.is_mapped, top.mapped_at_s, top.facts = True, time.monotonic(), WindowFacts()
            self._moved_on(top)
            top.is_mapped = False
            return
        top.is_input_only = attributes.win_class == X.InputOnly
        top.is_mapped = attributes.map_state != X.IsUnmapped and not top.is_input_only
        top.is_popup = bool(attributes.override_redirect)
        top.area = _outer(size.x, size.y, size.width, size.height, size.border_width)
        top.depth = size.depth
        if top.is_mapped:
            self._learn(top)
        self._moved_on(top)

    def _learn(self, top: "_Top") -> None:
        """Find whose it is. The clients inside of a frame say it, else the window itself."""
        top.facts = self._facts.of(top.clients or (top.number,))
        top.is_shaped = self._facts.is_shaped(top.number)
        if not top.mapped_at_s:
            top.mapped_at_s = time.monotonic()

    def _moved_on(self, top: "_Top") -> None:
        """Its place is another, or its height among the others."""
        top.changed_at_s = time.monotonic()
        self._is_order_stale = True
        self._passed_on(top)

    def _passed_on(self, top: "_Top") -> None:
        """Remember the state that it is in now."""
        if top.is_mapped and len(self._passed) < MOST_PASSED:
            self._passed.append(top.shown())
        elif top.is_mapped:
            everywhere = Rect(0, 0, self._connection.screen.width_in_pixels, self._connection.screen.height_in_pixels)
            self._passed[-1] = replace(top.shown(), area=everywhere)

    # --- what the server tells ----------------------------------------------------------------------------------------

    def _created(self, event: Any) -> None:
        if event.parent.id == self._connection.root.id:
            top = self._tops[event.window.id] = _Top(event.window.id)
            top.area = _outer(event.x, event.y, event.width, event.height, event.border_width)
            self._is_order_stale = True

    def _mapped(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is None:
            self._refresh_frame_of(event.window.id)
        else:
            top.mapped_at_s = 0.0
            self._read(top)

    def _unmapped(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is not None and top.is_mapped:
            self._moved_on(top)
            top.is_mapped = False

    def _destroyed(self, event: Any) -> None:
        self._unmapped(event)
        if self._tops.pop(event.window.id, None) is not None:
            self._is_order_stale = True
        self._facts.forget(event.window.id)

    def _reparented(self, event: Any) -> None:
        """A window manager puts a program's window into a frame, or takes it out."""
        number = event.window.id
        self._facts.forget(number)
        for top in self._tops.values():
            top.clients = tuple(client for client in top.clients if client != number)
        if event.parent.id == self._connection.root.id:
            self._add(number)
            return
        gone = self._tops.pop(number, None)
        if gone is not None and gone.is_mapped:
            self._passed.append(gone.shown())
        self._is_order_stale = True
        frame = self._tops.get(self._facts.top_of(event.parent.id, self._tops) or 0)
        if frame is not None:
            frame.clients = (*frame.clients, number)
            if frame.is_mapped:
                self._learn(frame)
                self._passed_on(frame)

    def _configured(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is None or top.is_input_only:
            return
        if top.is_mapped:
            self._passed_on(top)
        top.area = _outer(event.x, event.y, event.width, event.height, event.border_width)
        top.is_popup = bool(event.override)
        self._moved_on(top)

    def _restacked(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is not None:
            self._moved_on(top)

    def _property_changed(self, event: Any) -> None:
        if event.window.id == self._connection.root.id or not self._facts.is_telling(event.atom):
            return
        self._refresh_frame_of(event.window.id)

    def _shape_changed(self, event: Any) -> None:
        top = self._tops.get(event.affected_window.id)
        if top is not None and top.is_mapped:
            top.is_shaped = self._facts.is_shaped(top.number)
            self._moved_on(top)

    def _refresh_frame_of(self, number: int) -> None:
        for top in self._tops.values():
            if top.is_mapped and (number == top.number or number in top.clients):
                self._passed_on(top)
                self._learn(top)
                self._passed_on(top)
                return


class _Top:
    """A child of the root window, as it was last told."""

    __slots__ = (
        "area",
        "changed_at_s",
        "clients",
        "depth",
        "facts",
        "is_input_only",
        "is_mapped",
        "is_popup",
        "is_shaped",
        "mapped_at_s",
        "number",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.area = Rect(0, 0, 0, 0)
        self.is_mapped = self.is_popup = self.is_input_only = self.is_shaped = False
        self.depth = 0
        self.clients: tuple[int, ...] = ()
        self.facts = WindowFacts()
        self.changed_at_s = self.mapped_at_s = 0.0

    def shown(self) -> ShownWindow:
        """As a value."""
        facts = self.facts
        return ShownWindow(
            window_id=self.number,
            area=self.area,
            clients=self.clients,
            owner=facts.owner,
            names=facts.names,
            title=facts.title,
            pid=facts.pid,
            executable=facts.executable,
            parent=facts.parent,
            is_popup=self.is_popup and not self.clients,
            is_known=bool(facts.names),
            is_solid=not self.is_shaped,
            changed_at_s=self.changed_at_s,
            mapped_at_s=self.mapped_at_s,
        )


def _outer(x: int, y: int, width: int, height: int, border: int) -> Rect:
    return Rect(x, y, width + 2 * border, height + 2 * border)


# python-xlib copies the classes of extensions' events, so their names are what stays.
_HANDLERS: dict[str, Callable[[X11Windows, Any], None]] = {
    "CreateNotify": X11Windows._created,
    "MapNotify": X11Windows._mapped,
    "UnmapNotify": X11Windows._unmapped,
    "DestroyNotify": X11Windows._destroyed,
    "ReparentNotify": X11Windows._reparented,
    "ConfigureNotify": X11Windows._configured,
    "CirculateNotify": X11Windows._restacked,
    "PropertyNotify": X11Windows._property_changed,
    "ShapeNotify": X11Windows._shape_changed,
}
