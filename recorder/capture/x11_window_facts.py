"""Whose a window of an X display is: program, classes, title; asked of the server and of the window itself."""

import socket
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

from Xlib import X
from Xlib import error as xerror

from recorder.capture.linux_process import executable_of
from recorder.capture.shown_windows import program_names
from recorder.capture.x11_clients import ClientPids
from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_property import read_property
from recorder.capture.x11_text import property_text
from recorder.geometry import Rect

TITLE_LONGEST = 1024
_DEEPEST_FRAME = 3
_DEEPEST_WINDOW = 64  # inside of others; no toolkit nests as many, and each costs a question
_MOST_REMEMBERED = 1024
_TITLES = ("_NET_WM_NAME", "WM_NAME")


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """What is known of whose a window is; without a name nothing is."""

    names: tuple[str, ...] = ()
    title: str = ""
    pid: int | None = None
    executable: str | None = None
    parent: int | None = None
    owner: int = 0
    has_class: bool = False


class X11WindowFacts:
    """Asks. For one thread at a time."""

    def __init__(self, connection: X11Connection) -> None:
        self._connection = connection
        self._state = connection.atom("WM_STATE")
        self._titles = tuple(connection.atom(name) for name in _TITLES)
        self._compound = connection.atom("COMPOUND_TEXT")
        self._class = connection.atom("WM_CLASS")
        self._owner_of = connection.atom("WM_TRANSIENT_FOR")
        self._pid_atom = connection.atom("_NET_WM_PID")
        self._machine = connection.atom("WM_CLIENT_MACHINE")
        self._telling = {self._state, *self._titles, self._class, self._owner_of, self._pid_atom}
        self._id_mask = int(connection.display.display.info.resource_id_mask)
        self._pids = ClientPids(connection)
        self._has_shape = connection.has("SHAPE")
        self._watched: set[int] = set()
        self._inside: dict[int, int] = {}

    def window(self, number: int) -> Any:
        """The window with this number."""
        return self._connection.display.create_resource_object("window", number)

    def is_telling(self, atom: int) -> bool:
        """Whether a property says something about whose a window is."""
        return atom in self._telling

    def is_title(self, atom: int) -> bool:
        """Whether a property is a window's title."""
        return atom in self._titles

    def is_name(self, atom: int) -> bool:
        """Whether a property is a window's title or class."""
        return atom == self._class or atom in self._titles

    @property
    def asked(self) -> int:
        """The number of the last request that was made, as events count them."""
        return (int(self._connection.display.display.request_serial) - 1) % 0x10000

    def watch(self, number: int) -> None:
        """Hear of changes of its properties, and of the frame that it is put into."""
        if number not in self._watched:
            self._watched.add(number)
            self.window(number).change_attributes(event_mask=X.PropertyChangeMask | X.StructureNotifyMask)

    def area_of(self, number: int) -> Rect | None:
        """Where a top-level window stands now, with its border; None if it is gone."""
        try:
            size = self.window(number).get_geometry()
        except xerror.XError:
            return None
        return outer_area(size.x, size.y, size.width, size.height, size.border_width)

    def is_input_only(self, number: int) -> bool:
        """Whether the window shows nothing; False if that cannot be found out."""
        try:
            return bool(self.window(number).get_attributes().win_class == X.InputOnly)
        except xerror.XError:
            return False

    def forget(self, number: int) -> None:
        """It is gone, or elsewhere."""
        self._watched.discard(number)
        self._inside.clear()

    def clients_of(self, number: int) -> tuple[int, ...]:
        """The programs' own windows inside of a window manager's frame; the window itself if it is one."""
        try:
            return self._clients(self.window(number), _DEEPEST_FRAME)
        except xerror.XError:
            return ()

    def of(self, clients: Sequence[int]) -> WindowFacts | None:
        """The facts of a frame's clients: if there are several (tabs), by the names and the titles of all.

        None if one of them is gone.
        """
        found = [facts for number in clients if (facts := self._of_one(number)) is not None]
        if not found or len(found) < len(clients):
            return None
        if len(found) == 1:
            return found[0]
        names = tuple(dict.fromkeys(name for facts in found for name in facts.names))
        titles = "\n".join(facts.title for facts in found)
        has_class = all(facts.has_class for facts in found)
        return replace(found[0], names=names, title=titles, has_class=has_class)

    def pid_of(self, number: int) -> int | None:
        """Whose process a window is, as far as that is known."""
        facts = self._of_one(number)
        return None if facts is None else facts.pid

    def is_shaped(self, number: int) -> bool:
        """Whether the window is anything else than a rectangle; True if that cannot be found out."""
        if not self._has_shape:
            return False
        try:
            window = self.window(number)
            window.shape_select_input(1)
            return bool(window.shape_query_extents().bounding_shaped)
        except xerror.XError:
            return True

    def top_of(self, number: int, tops: Container[int]) -> int | None:
        """Which of these windows this one is inside of."""
        if number in tops:
            return number
        if number not in self._inside:
            if len(self._inside) > _MOST_REMEMBERED:
                self._inside.clear()
            self._inside[number] = self._climb(number, tops)
        return self._inside[number] or None

    def _climb(self, number: int, tops: Container[int]) -> int:
        try:
            for _ in range(_DEEPEST_WINDOW):
                if number in tops:
                    return number
                parent = self.window(number).query_tree().parent
                if parent == X.NONE:
                    return 0
                number = parent.id
        except xerror.XError:
            return 0
        return 0

    def _clients(self, window: Any, depth: int) -> tuple[int, ...]:
        if read_property(window, self._state) is not None:
            return (int(window.id),)
        if not depth:
            return ()
        found: list[int] = []
        for child in window.query_tree().children:
            try:
                found += self._clients(child, depth - 1)
            except xerror.XError:  # this one went; the others are there
                continue
        return tuple(found)

    def _of_one(self, number: int) -> WindowFacts | None:
        window = self.window(number)
        try:
            self.watch(number)
            classes = self._text(window, self._class).split("\0")
            title = self._title(window)
            parent = self._number(window, self._owner_of)
            pid, executable = self._program(window)
        except xerror.XError:
            self._watched.discard(number)  # whoever is given its number next is not watched yet
            return None
        names, owner = program_names(executable, classes), number & ~self._id_mask
        return WindowFacts(names, title, pid, executable, parent, owner, has_class=any(classes))

    def _title(self, window: Any) -> str:
        titles = (self._text(window, atom).split("\0", 1)[0] for atom in self._titles)
        return next(filter(None, titles), "")[:TITLE_LONGEST]

    def _text(self, window: Any, atom: int) -> str:
        return property_text(read_property(window, atom), self._compound)

    def _number(self, window: Any, atom: int) -> int | None:
        found = read_property(window, atom)
        if found is None or found.format != 32 or not len(found.value):
            return None
        return int(found.value[0])

    def _program(self, window: Any) -> tuple[int | None, str | None]:
        """By the server, which knows whom it is connected to; else by the window, which may say anything."""
        pid = self._pids.of(window.id)
        if pid is None:
            machine = self._text(window, self._machine)
            if machine in ("", "localhost", socket.gethostname()):
                pid = self._number(window, self._pid_atom)
        return pid, None if pid is None else executable_of(pid)


def outer_area(x: int, y: int, width: int, height: int, border: int) -> Rect:
    """Where a window stands, with its border."""
    return Rect(x, y, width + 2 * border, height + 2 * border)


def is_before(told_at: int, asked: int) -> bool:
    """Whether an event was told before the server came to a request; both are counted by 16 bits."""
    return 0 < (asked - told_at) % 0x10000 < 0x8000
