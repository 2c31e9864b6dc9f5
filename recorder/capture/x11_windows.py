"""All shown windows of an X display, known without a gap: what held between two looks is told with the second."""

import threading
import time
from collections.abc import Callable
from typing import Any

from Xlib import X
from Xlib import error as xerror
from Xlib.ext import xfixes

from recorder.capture.passed_states import PassedStates
from recorder.capture.shown_windows import Look, ShownWindow, TypedInto
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_table_watch import TableWatch
from recorder.capture.x11_top_window import TopWindow
from recorder.capture.x11_window_facts import WindowFacts, X11WindowFacts, is_before, outer_area
from recorder.geometry import Rect

Connect = Callable[[str | None], X11Connection]
MOST_ROUNDS = 16  # of taking what was told while the round before was taken: some program may never let that end

_ROOT_EVENTS = X.SubstructureNotifyMask | X.PropertyChangeMask
_OWNER_EVENTS = (
    xfixes.XFixesSetSelectionOwnerNotifyMask
    | xfixes.XFixesSelectionWindowDestroyNotifyMask
    | xfixes.XFixesSelectionClientCloseNotifyMask
)


class X11Windows:
    """Keeps the table of top-level windows by the server's events.

    The server does one thing after the other and tells every change: whoever takes a picture between two calls of
    `look` has in the second's `windows` and `passed` every place where a window was while the picture was taken.
    For that to hold, where a window stands and whether it is shown is taken from events alone, each in its turn: an
    answer to a question is of a later time than the event that made one ask, and skips what was in between. Nor is
    what was asked for thrown away while events of the same round trip are still to be taken.
    For any thread. `on_change` is called, from a thread of its own, when something may be different.
    """

    def __init__(self, display: str | None = None, connect: Connect = X11Connection) -> None:
        self._name, self._connect = display, connect
        self._gate = threading.RLock()
        self._tops: dict[int, TopWindow] = {}
        self._unplaced: set[int] = set()
        self._read_until: dict[int, dict[int | None, int]] = {}
        self._order: tuple[int, ...] = ()
        self._learned: set[int] = set()  # whose properties were read since the events that are being taken had come
        self._is_drained = True
        self._kept_shown: tuple[ShownWindow, ...] | None = None
        self._kept_typed: tuple[int, TypedInto] | None = None  # until the server tells of anything
        self._passed = PassedStates()
        self._is_order_stale = True
        self._is_composited = self._was_composited = False
        self._listeners: list[Callable[[], None]] = []
        self._watch: TableWatch | None = None
        self._opened: X11Connection | None = None

    def open(self) -> None:
        """Connect and read every window. Raises CannotRecordError."""
        connection = self._opened = self._connect(self._name)
        with self._gate, lost_in_words():
            self._facts = X11WindowFacts(connection)
            self._manager = connection.atom(f"_NET_WM_CM_S{connection.display.get_default_screen()}")
            connection.root.change_attributes(event_mask=_ROOT_EVENTS)
            if connection.has("XFIXES"):
                connection.display.xfixes_query_version()
                connection.display.xfixes_select_selection_input(connection.root, self._manager, _OWNER_EVENTS)
            for child in connection.root.query_tree().children:
                self._find(child.id)
            self._take_events()
        self._watch = TableWatch(connection, self._take_and_find, self._listeners)
        self._watch.start()

    def close(self) -> None:
        """Let go; may be called twice, and before `open`."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
        if self._opened is not None:
            self._opened.close()

    @property
    def _connection(self) -> X11Connection:
        assert self._opened is not None, "used before open"
        return self._opened

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
            windows = self._shown()  # asks, and takes what happened meanwhile: so what passed is complete only now
            look = Look(windows, self._passed.take(), self._is_composited or self._was_composited)
            self._was_composited = False
            if self._is_drained:
                self._read_until.clear()
            return look

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

    def typed_into(self) -> TypedInto:
        """Where keys go now, and what is shown.

        The focus is always asked for, since the server tells of it late: it writes to one program after the other, so a
        key may be heard before the focus that it followed. What was told before the answer is taken together with it.
        """
        with self._gate, lost_in_words():
            number = self._focused_number()
            self._take_events(self._connection.events_here)
            if self._kept_typed is None or self._kept_typed[0] != number:
                self._kept_typed = None
                typed = self._typed_into(number)
                if self._kept_shown is not typed.shown or self._is_order_stale:  # something was told meanwhile
                    return typed
                if typed.focused is None or typed.focused.pid is None:  # of which nothing tells; it is asked again
                    return typed
                self._kept_typed = (number, typed)
            return self._kept_typed[1]

    def _typed_into(self, number: int) -> TypedInto:
        shown = self._shown()
        if number == X.NONE:
            return TypedInto(shown, None, None)
        top = self.top_of(number)
        pid = top.pid if top is not None and top.pid is not None else self._facts.pid_of(number)
        return TypedInto(shown, top, pid)

    def _focused_number(self) -> int:
        """The window that has the focus, or that the pointer is in if the keys follow it; X.NONE if there is none."""
        focus = self._connection.focus()
        if focus in (X.PointerRoot, self._connection.root.id):
            under = self._connection.root.query_pointer().child
            return X.NONE if under == X.NONE else int(under.id)
        return focus

    def facts_of_owner(self, window_id: int) -> WindowFacts:
        """Whose this window is, shown or not."""
        with self._gate, lost_in_words():
            return self._facts.of((window_id,)) or WindowFacts()

    def _take_and_find(self) -> bool:
        """Take what has come; whether something may be different."""
        with self._gate, lost_in_words():
            before = self._passed.told
            if self._connection.has_input():
                self._take_events()
            return self._passed.told != before

    # --- the table ----------------------------------------------------------------------------------------------------

    def _shown(self) -> tuple[ShownWindow, ...]:
        if self._is_order_stale:
            self._is_order_stale = False
            self._order = tuple(child.id for child in self._connection.root.query_tree().children)
            self._is_composited = self._connection.display.get_selection_owner(self._manager) != X.NONE
            self._place_unplaced()
            self._kept_shown = None
            self._take_events()
        if self._kept_shown is None:
            tops = (self._tops.get(number) for number in self._order)
            self._kept_shown = tuple(top.shown() for top in tops if top is not None and top.is_mapped)
        return self._kept_shown

    def _take_events(self, come: Callable[[], list[Any]] | None = None) -> None:
        """Take all that was told before this call, and what was told meanwhile as long as that comes to an end.

        What does not is for the next call: it is of a later time than this one has to know of.
        """
        for _ in range(MOST_ROUNDS):
            events = self._connection.events(0) if come is None else come()
            self._is_drained = not events
            if self._is_drained:
                return
            self._learned.clear()
            for event in events:
                self._take(event)

    def _take(self, event: Any) -> None:
        """Let it change the table, if the server says it; what one program sends to another is anybody's claim."""
        kind = type(event).__name__
        handle = _HANDLERS.get(kind)
        if handle is None or getattr(event, "send_event", False):
            return
        told_of = getattr(event, "event", self._connection.root)
        if told_of.id == self._connection.root.id or kind in _OF_CLIENTS:
            if kind != "PropertyNotify" or self._facts.is_telling(event.atom):  # toolkits count keys in a property
                self._kept_shown = self._kept_typed = None
            handle(self, event)

    def _find(self, number: int) -> None:
        """Ask for everything about a window that was there before anybody listened."""
        try:
            attributes = self._facts.window(number).get_attributes()
        except xerror.XError:  # it went
            return
        area = self._facts.area_of(number)
        top = self._tops[number] = TopWindow(number, area, is_popup=bool(attributes.override_redirect))
        top.clients = tuple(client for client in self._facts.clients_of(number) if client != number)
        top.is_input_only = attributes.win_class == X.InputOnly
        if attributes.map_state != X.IsUnmapped and not top.is_input_only:
            top.is_mapped = True
            self._learn(top)
            self._moved_on(top)

    def _learn(self, top: TopWindow) -> None:
        """Find whose it is: the clients inside of a frame say it, else the window itself.

        One that went before it could say so stays what it was: what it showed stays as long as its frame.
        """
        facts = self._facts.of(top.clients or (top.number,))
        if facts is not None:
            top.facts = facts
        top.is_shaped = self._facts.is_shaped(top.number)
        if not top.mapped_at_s:
            top.mapped_at_s = time.monotonic()

    def _place_unplaced(self) -> None:
        for number in tuple(self._unplaced):
            top = self._tops.get(number)
            if top is not None and top.area is None:
                top.area = self._facts.area_of(number)
            self._unplaced.discard(number)

    def _moved_on(self, top: TopWindow) -> None:
        """Its place is another, or its height among the others."""
        top.changed_at_s = time.monotonic()
        self._is_order_stale = True
        self._passed_on(top)

    def _passed_on(self, top: TopWindow) -> None:
        """Remember the state that it is in now."""
        if top.is_mapped:
            self._passed.add(top.shown())

    # --- what the server tells ----------------------------------------------------------------------------------------

    def _created(self, event: Any) -> None:
        if event.parent.id == self._connection.root.id:
            area = outer_area(event.x, event.y, event.width, event.height, event.border_width)
            self._tops[event.window.id] = TopWindow(event.window.id, area, is_popup=bool(event.override))
            self._facts.watch(event.window.id)
            self._is_order_stale = True

    def _mapped(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is None:
            return
        if top.is_input_only is None:
            top.is_input_only = self._facts.is_input_only(top.number)
        if not top.is_input_only:
            top.is_mapped, top.is_popup, top.mapped_at_s = True, bool(event.override), 0.0
            self._learn(top)
            for number in top.clients or (top.number,):
                self._read_until[number] = {None: self._facts.asked}
            self._moved_on(top)

    def _unmapped(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is not None and top.is_mapped:
            self._moved_on(top)
            top.is_mapped = False

    def _destroyed(self, event: Any) -> None:
        self._unmapped(event)
        number = event.window.id
        if self._tops.pop(number, None) is not None:
            self._is_order_stale = True
        self._facts.forget(number)
        self._read_until.pop(number, None)
        self._leave_frames(number)

    def _leave_frames(self, number: int) -> None:
        """The frame stays what it was until it is read again: what the window showed may be seen as long."""
        for top in self._tops.values():
            if number in top.clients:
                top.clients = tuple(client for client in top.clients if client != number)

    def _reparented(self, event: Any) -> None:
        """A window manager puts a program's window into a frame, takes it out, or puts it into another."""
        number = event.window.id
        self._facts.forget(number)
        self._leave_frames(number)
        gone = self._tops.pop(number, None)
        if gone is not None:
            self._passed_on(gone)
        self._is_order_stale = True
        if event.parent.id == self._connection.root.id:
            # Not shown before its MapNotify comes, and of a size that nobody tells.
            self._tops[number] = TopWindow(number, None, is_popup=bool(event.override))
            self._unplaced.add(number)
            self._facts.watch(number)
            return
        self._facts.watch(number)
        frame = self._tops.get(self._facts.top_of(event.parent.id, self._tops) or 0)
        if frame is None:  # gone already, and with it the way to where this was shown
            self._passed.add_unknown()
            return
        frame.clients = (*frame.clients, number)
        if frame.is_mapped:
            self._learn(frame)
            self._passed_on(frame)

    def _configured(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is None:
            return
        self._passed_on(top)
        top.area = outer_area(event.x, event.y, event.width, event.height, event.border_width)
        top.is_popup = bool(event.override)
        if not top.is_input_only:
            self._moved_on(top)

    def _shifted(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is not None and top.area is not None:
            self._passed_on(top)
            top.area = Rect(event.x, event.y, top.area.width, top.area.height)
            self._moved_on(top)

    def _restacked(self, event: Any) -> None:
        top = self._tops.get(event.window.id)
        if top is not None:
            self._moved_on(top)

    def _compositing_changed(self, _: Any) -> None:
        self._was_composited = self._is_order_stale = True

    def _property_changed(self, event: Any) -> None:
        number, atom = event.window.id, event.atom
        if number == self._connection.root.id or not self._facts.is_telling(atom):
            return
        top = next((top for top in self._tops.values() if number == top.number or number in top.clients), None)
        if top is None or not top.is_mapped:
            return
        if top.number in self._learned:
            self._missed(top, atom)
            return
        self._learned.add(top.number)
        self._passed_on(top)
        read = self._read_until.setdefault(number, {})
        read_until = read.get(atom, read.get(None))
        if read_until is not None and is_before(event.sequence_number, read_until):
            self._missed(top, atom)
        self._learn(top)
        read[atom] = self._facts.asked
        self._passed_on(top)

    def _missed(self, top: TopWindow, atom: int) -> None:
        """It had changed again before it was read, so what it said in between is not known."""
        if self._facts.is_name(atom):
            self._passed.add_unread(top.shown(), is_title=self._facts.is_title(atom))

    def _shape_changed(self, event: Any) -> None:
        top = self._tops.get(event.affected_window.id)
        if top is not None and top.is_mapped:
            top.is_shaped = self._facts.is_shaped(top.number)
            self._moved_on(top)


# python-xlib copies the classes of extensions' events, so their names are what stays.
_HANDLERS: dict[str, Callable[[X11Windows, Any], None]] = {
    "CreateNotify": X11Windows._created,
    "MapNotify": X11Windows._mapped,
    "UnmapNotify": X11Windows._unmapped,
    "DestroyNotify": X11Windows._destroyed,
    "ReparentNotify": X11Windows._reparented,
    "ConfigureNotify": X11Windows._configured,
    "GravityNotify": X11Windows._shifted,
    "CirculateNotify": X11Windows._restacked,
    "PropertyNotify": X11Windows._property_changed,
    "ShapeNotify": X11Windows._shape_changed,
    "SetSelectionOwnerNotify": X11Windows._compositing_changed,
    "SelectionWindowDestroyNotify": X11Windows._compositing_changed,
    "SelectionClientCloseNotify": X11Windows._compositing_changed,
}
_OF_CLIENTS = ("ReparentNotify", "DestroyNotify")  # heard of windows inside of frames as well
