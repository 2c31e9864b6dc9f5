"""The clipboards of an X display: the one of Ctrl+C, and the selected text (PRIMARY)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from Xlib import X
from Xlib import error as xerror
from Xlib.ext import xfixes

from recorder.capture.linux_process import executable_of
from recorder.capture.paste_board import KEPT_OUT, PasteBoard, offered_text
from recorder.capture.x11_clients import ClientPids
from recorder.capture.x11_source import X11Source
from recorder.capture.x11_transfer import SelectionReader
from recorder.clock import NS_PER_S
from recorder.errors import CannotRecordError
from recorder.events import ClipboardChanged

# While a person drags over text, the selection changes at every letter: it is looked at when it rests.
REST_NS = 150_000_000
LONGEST_REST_NS = 500_000_000  # one that never rests is read all the same
TEXT_LONGEST_BYTES = 1024 * 1024

# With this kind a password manager says that what it offers is a secret: neither its text nor its hash is recorded.
SECRET_HINT = "x-kde-passwordManagerHint"
# What a password field shows in place of each character, and GTK's offers as the text that is marked in one: its size
# and its hash say how long the password is.
_DOTS = frozenset("●•∙⬤")

_SELECTIONS = {"CLIPBOARD": "clipboard", "PRIMARY": "primary"}
_TEXT_TARGETS = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT")
# The forms in which what is no text is most likely kept; any other is asked for if there is none of these.
_OTHER_TARGETS = ("image/png", "image/jpeg", "image/bmp", "image/tiff", "text/html", "text/uri-list", "application/rtf")
# These are how an owner is asked, not kinds of content.
_NOT_KINDS = {"TARGETS", "TIMESTAMP", "MULTIPLE", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY"}
_MASK = (
    xfixes.XFixesSetSelectionOwnerNotifyMask
    | xfixes.XFixesSelectionWindowDestroyNotifyMask
    | xfixes.XFixesSelectionClientCloseNotifyMask
)


@dataclass(frozen=True, slots=True)
class _Unread:
    """What a program put onto a clipboard that was not read yet: whose it is, since when, and when it is to be read."""

    owner: int
    since_ns: int
    due_ns: int


class X11Clipboard(X11Source):
    """Says what kinds of content are on a clipboard, how long it is and its hash; a text itself only by policy."""

    def __init__(
        self,
        *,
        with_text: bool,
        is_masked: Callable[[int], bool] = lambda _owner: False,
        board: PasteBoard | None = None,
    ) -> None:
        super().__init__("clipboard")
        self._board = board or PasteBoard()
        self._is_masked = is_masked
        self._with_text = with_text
        self._due: dict[int, _Unread] = {}  # by selections
        self._shown: dict[int, ClipboardChanged] = {}

    def _listen(self) -> str:
        connection = self._connection
        if not connection.has("XFIXES"):
            msg = "The clipboard is not recorded: this display has no XFIXES extension."
            raise CannotRecordError(msg)
        connection.display.xfixes_query_version()
        self._pids = ClientPids(connection)
        self._reader = SelectionReader(connection)
        self._names = {connection.atom(name): kind for name, kind in _SELECTIONS.items()}
        for selection in self._names:
            connection.display.xfixes_select_selection_input(self._reader.window, selection, _MASK)
        if self._with_text:
            return "Changes of the clipboard and of the selection are recorded with their text."
        return "Changes of the clipboard and of the selection are recorded by kind, size and hash, without their text."

    def _wait_s(self) -> float | None:
        if not self._due:
            return None
        soonest_ns = min(unread.due_ns for unread in self._due.values())
        return max(0.0, (soonest_ns - self._clock.now_ns()) / NS_PER_S)

    def _take(self, event: Any) -> None:
        if hasattr(event, "selection_timestamp") and event.selection in self._names:
            owner = event.owner if isinstance(event.owner, int) else event.owner.id
            now_ns = self._clock.now_ns()
            since_ns = self._due[event.selection].since_ns if event.selection in self._due else now_ns
            self._due[event.selection] = _Unread(owner, since_ns, min(now_ns + REST_NS, since_ns + LONGEST_REST_NS))
            self._board.put(self._names[event.selection], KEPT_OUT)  # nobody knows yet what a paste would give

    def _after_events(self) -> None:
        now_ns = self._clock.now_ns()
        for selection, unread in list(self._due.items()):
            if unread.due_ns <= now_ns:
                del self._due[selection]
                self._look(selection, unread.owner)
        kept, self._reader.other_events = self._reader.other_events, []
        for event in kept:
            self._take(event)

    def _look(self, selection: int, owner: int) -> None:
        at_ns = self._clock.now_ns()
        if owner == X.NONE:
            self._board.put(self._names[selection], None)
            self._show(selection, ClipboardChanged(at_ns, self._names[selection], (), 0, None))
            return
        targets = self._reader.targets(selection)
        kinds = {self._atom_name(atom): atom for atom in targets or ()}
        is_secret = SECRET_HINT in kinds or self._is_masked(owner)
        name, content = (None, None) if is_secret else self._content(selection, kinds)
        is_text = name in _TEXT_TARGETS
        shown = tuple(sorted(kinds.keys() - _NOT_KINDS))
        if is_secret or (is_text and _is_dots(content)):
            self._board.put(self._names[selection], KEPT_OUT)
            self._show(
                selection,
                ClipboardChanged(at_ns, self._names[selection], shown, None, None, owner=self._owner(owner)),
            )
            return
        digest = None if content is None else hashlib.sha256(content).digest()
        text = self._text(content) if is_text else None
        offered = KEPT_OUT if content is None else offered_text(content, text)
        self._board.put(self._names[selection], offered if is_text else None)
        self._show(
            selection,
            ClipboardChanged(
                at_ns,
                self._names[selection],
                shown,
                None if content is None else len(content),
                digest,
                text=text,
                owner=self._owner(owner),
                measured=None if content is None or is_text else name,
            ),
        )

    def _content(self, selection: int, kinds: Mapping[str, int]) -> tuple[str | None, bytes | None]:
        """What is on it, as text if it is offered as text, and the name of the form that was asked for."""
        others = sorted(name for name in kinds if "/" in name)
        wanted = (*_TEXT_TARGETS, *_OTHER_TARGETS, *others)
        name = next((name for name in wanted if name in kinds), None)
        return name, None if name is None else self._reader.content(selection, kinds[name])

    def _show(self, selection: int, change: ClipboardChanged) -> None:
        """Emit it. The same text marked again by the same program is no change."""
        before = self._shown.get(selection)
        self._shown[selection] = change
        if before is None and change.owner is None and not change.media_types:
            return
        is_known = change.sha256 is not None or change.size_bytes == 0
        if before is None or not is_known or _content_of(before) != _content_of(change):
            self._emit(change)

    def _text(self, content: bytes | None) -> str | None:
        if content is None or not self._with_text or len(content) > TEXT_LONGEST_BYTES:
            return None
        return content.decode("utf-8", errors="replace")

    def _atom_name(self, atom: int) -> str:
        try:
            return str(self._connection.display.get_atom_name(atom))
        except xerror.XError:
            return f"atom {atom}"

    def _owner(self, window: int) -> str | None:
        """The program that offers it, by what the server knows of its connection."""
        try:
            pid = self._pids.of(window)
        except xerror.XError:
            return None
        executable = None if pid is None else executable_of(pid)
        return None if executable is None else PurePath(executable).name


def _is_dots(content: bytes | None) -> bool:
    return content is not None and content != b"" and _DOTS.issuperset(content.decode("utf-8", errors="replace"))


def _content_of(change: ClipboardChanged) -> tuple[object, ...]:
    return (change.media_types, change.size_bytes, change.sha256, change.owner)
