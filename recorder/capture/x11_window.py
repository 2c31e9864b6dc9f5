"""The active window of an X display."""

import socket
from collections.abc import Callable, Sequence
from typing import Any

from Xlib import X
from Xlib import error as xerror

from recorder.capture.linux_process import executable_of
from recorder.capture.x11_clients import ClientPids
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_property import read_property
from recorder.capture.x11_source import X11Source
from recorder.capture.x11_text import plain_text, property_text
from recorder.capture.x11_time import ServerTime
from recorder.clock import NS_PER_S
from recorder.events import Window, WindowActive
from recorder.geometry import Rect

# A window being dragged tells every step; its place is recorded this often, and where it comes to rest.
MOVES_EVERY_NS = 100_000_000
TITLE_LONGEST = 1024
_DEEPEST_WINDOW = 64  # inside of others; each costs questions

_WATCHED = X.PropertyChangeMask | X.StructureNotifyMask | X.FocusChangeMask
_TITLES = ("_NET_WM_NAME", "WM_NAME")
_PLACE_EVENTS = ("ConfigureNotify", "ReparentNotify")
_OTHER_EVENTS = ("FocusIn", "FocusOut", "EnterNotify", "DestroyNotify", "UnmapNotify", "MapNotify")


TitleShown = Callable[[str, str | None, Sequence[str]], str]  # of title, executable, classes


def _as_it_is(title: str, _executable: str | None, _classes: Sequence[str]) -> str:
    return title


class X11ActiveWindow(X11Source):
    """Says which window is active, at every change of it, of its title and of its place, without asking in vain.

    The window manager says which one is active (EWMH); without a window manager it is the one with the input focus.
    """

    def __init__(self, *, title_shown: TitleShown = _as_it_is) -> None:
        super().__init__("window")
        self._title_shown = title_shown
        self._shown: Window | None = None
        self._has_shown = False
        self._watched: dict[int, Any] = {}
        self._facts: dict[int, tuple[tuple[str, ...], int | None, str | None]] = {}
        self._is_due = True
        self._told_ns: int | None = None
        self._emitted_ns = 0
        self._is_second_try = False
        self._place_due_ns: int | None = None
        self._place_shown_ns = -MOVES_EVERY_NS

    def _listen(self) -> str:
        connection = self._connection
        self._time = ServerTime(connection, self._clock)
        self._atoms = {name: connection.atom(name) for name in (*_TITLES, "_NET_ACTIVE_WINDOW", "_NET_FRAME_EXTENTS")}
        self._relevant = {*self._atoms.values(), connection.atom("_NET_SUPPORTING_WM_CHECK")}
        self._pids = ClientPids(connection)
        connection.root.change_attributes(event_mask=X.PropertyChangeMask | X.SubstructureNotifyMask)
        if self._manager_is_there():
            return "The active window is the one that the window manager names."
        return "No window manager names the active window; the one with the input focus is recorded."

    def _wait_s(self) -> float | None:
        if self._is_due:  # told while we asked, so nothing may come any more that would wake us
            return 0.0
        if self._place_due_ns is None:
            return None
        return max(0.0, (self._place_due_ns - self._clock.now_ns()) / NS_PER_S)

    def _take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "PropertyNotify":
            if event.atom in self._relevant and not event.send_event:  # else any program says so, of any time
                self._is_due, self._told_ns = True, self._time.at_ns(event.time)
        elif kind in _PLACE_EVENTS and self._place_due_ns is None:
            self._place_due_ns = max(self._clock.now_ns(), self._place_shown_ns + MOVES_EVERY_NS)
        elif kind in _OTHER_EVENTS:
            if kind == "DestroyNotify":
                self._forget(event.window.id)
            self._is_due = True
            self._told_ns = self._clock.now_ns() if self._told_ns is None else self._told_ns

    def _after_events(self) -> None:
        if self._place_due_ns is not None and self._clock.now_ns() >= self._place_due_ns:
            self._place_due_ns, self._is_due = None, True
            self._place_shown_ns = self._clock.now_ns()
        if self._is_due:
            self._is_due = False
            self._show()

    def _show(self) -> None:
        try:
            window = self._active()
            shown = None if window is None else self._describe(window)
        except xerror.XError:  # it went while we asked; mostly the next one follows at once
            self._forget_all()  # it may count as watched, which nobody could do any more
            if not self._is_second_try:
                self._is_second_try = True
                self._place_due_ns = self._clock.now_ns() + MOVES_EVERY_NS
                return
            shown = None
        self._is_second_try = False
        if shown != self._shown or not self._has_shown:
            self._take_all(self._connection.events(0))  # what was told while we asked: its time is the better one
            self._shown, self._has_shown = shown, True
            self._emit(WindowActive(self._changed_ns(), shown))
        if not self._is_due:  # else what was told meanwhile belongs to what is shown next
            self._told_ns = None

    def _take_all(self, events: Sequence[Any]) -> None:
        for event in events:
            self._take(event)

    def _changed_ns(self) -> int:
        """When the server was told, where it says so: until all is asked, keys may have gone to it."""
        at_ns = self._clock.now_ns() if self._told_ns is None else self._told_ns
        self._emitted_ns = max(self._emitted_ns, at_ns)
        return self._emitted_ns

    # --- which one ----------------------------------------------------------------------------------------------------

    def _manager_is_there(self) -> bool:
        """Whether a living window manager says that it is one: its window names itself."""
        name = "_NET_SUPPORTING_WM_CHECK"
        found = self._number(self._connection.root, name)
        if not found:
            return False
        try:
            return self._number(self._window(found), name) == found
        except xerror.XError:
            return False

    def _active(self) -> Any | None:
        root = self._connection.root
        if self._manager_is_there():
            found = self._number(root, "_NET_ACTIVE_WINDOW")
            active = self._window(found) if found else None
        else:
            active = self._focused()
        if active is not None:
            self._watch(active, _WATCHED)
        return active

    def _focused(self) -> Any | None:
        focus = self._connection.display.get_input_focus().focus
        root = self._connection.root
        if focus in (X.NONE, X.PointerRoot) or focus == root:
            for child in root.query_tree().children:
                self._watch(child, _WATCHED | X.EnterWindowMask)
            under = root.query_pointer().child
            return under if focus != X.NONE and under != X.NONE else None
        return self._top_level(focus)

    def _top_level(self, window: Any) -> Any:
        """The window itself or the one above it that has a title; else the topmost."""
        for _ in range(_DEEPEST_WINDOW):
            self._watch(window, _WATCHED)
            parent = window.query_tree().parent
            if parent in (X.NONE, self._connection.root) or self._title(window):
                return window
            window = parent
        return window

    def _watch(self, window: Any, mask: int) -> None:
        """Hear of its changes. At most a few hundred are remembered, then it begins anew."""
        if window.id in self._watched:
            return
        if len(self._watched) > 512:
            self._forget_all()
        self._watched[window.id] = mask
        window.change_attributes(event_mask=mask)

    def _forget(self, number: int) -> None:
        """It is gone; the next program that starts is likely to be given the same number for its window."""
        self._watched.pop(number, None)
        self._facts.pop(number, None)

    def _forget_all(self) -> None:
        self._watched.clear()
        self._facts.clear()

    # --- what it is ---------------------------------------------------------------------------------------------------

    def _describe(self, window: Any) -> Window:
        classes, pid, executable = self._lasting_facts(window)
        return Window(
            window_id=window.id,
            title=self._title_shown(self._title(window), executable, classes),
            window_class=classes[1] if len(classes) == 2 else None,
            pid=pid,
            executable=executable,
            area=self._area(window),
        )

    def _lasting_facts(self, window: Any) -> tuple[tuple[str, ...], int | None, str | None]:
        if window.id not in self._facts:
            pid = self._pid(window)
            self._facts[window.id] = (
                self._classes(window),
                pid,
                None if pid is None else executable_of(pid),
            )
        return self._facts[window.id]

    def _pid(self, window: Any) -> int | None:
        """By the server, which knows whom it is connected to; else by the window, which may say anything."""
        found = self._pids.of(window.id)
        if found is not None:
            return found
        if self._text(window, "WM_CLIENT_MACHINE") not in ("", "localhost", socket.gethostname()):
            return None
        return self._number(window, "_NET_WM_PID") or None

    def _classes(self, window: Any) -> tuple[str, ...]:
        """The instance and the class, as the program says them."""
        found = read_property(window, self._connection.atom("WM_CLASS"))
        if found is None or not isinstance(found.value, bytes):
            return ()
        return tuple(plain_text(part)[:TITLE_LONGEST] for part in found.value.split(b"\0")[:2])

    def _title(self, window: Any) -> str:
        titles = (self._text(window, name) for name in _TITLES)
        return next(filter(None, titles), "")[:TITLE_LONGEST]

    def _text(self, window: Any, name: str) -> str:
        found = read_property(window, self._connection.atom(name))
        return property_text(found, self._connection.atom("COMPOUND_TEXT")).split("\0", 1)[0]

    def _area(self, window: Any) -> Rect:
        """Its place on the desktop, with the frame that the window manager put around it."""
        size = window.get_geometry()
        corner = window.translate_coords(self._connection.root, 0, 0)
        found = read_property(window, self._atoms["_NET_FRAME_EXTENTS"])
        extents = list(found.value) if found is not None and found.format == 32 and len(found.value) == 4 else [0] * 4
        left, right, top, bottom = (int(number) for number in extents)
        return Rect(-corner.x - left, -corner.y - top, size.width + left + right, size.height + top + bottom)

    def _number(self, window: Any, name: str) -> int:
        found = read_property(window, self._connection.atom(name))
        if found is None or found.format != 32 or not len(found.value):
            return 0
        return int(found.value[0])

    def _window(self, number: int) -> Any:
        return self._connection.display.create_resource_object("window", number)


def manager_name() -> str | None:
    """The name of the running window manager; None if none says that it is one."""
    connection = X11Connection()
    try:
        with lost_in_words():
            return _manager_name(connection)
    except xerror.XError:
        return None
    finally:
        connection.close()


def _manager_name(connection: X11Connection) -> str | None:
    check = connection.atom("_NET_SUPPORTING_WM_CHECK")
    found = read_property(connection.root, check)
    if found is None or not len(found.value):
        return None
    window = connection.display.create_resource_object("window", int(found.value[0]))
    name = read_property(window, connection.atom("_NET_WM_NAME"))
    text = property_text(name, connection.atom("COMPOUND_TEXT"))
    return text.split("\0", 1)[0] or "a window manager"
