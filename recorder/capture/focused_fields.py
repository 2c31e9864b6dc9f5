"""When a password field had the focus, as accessible programs told it: a moment late, so with a margin."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from recorder.capture.hidden_places import PASSWORD_FIELD, Hidden, Place
from recorder.clock import NS_PER_MS

# A program tells that a field has the focus so long after it has, at most, while it answers at all.
MARGIN_NS = 80 * NS_PER_MS
# An answer speaks of a key only if it was asked for so long after it: the program has taken the key by then.
SETTLED_NS = 40 * NS_PER_MS
MOST_REMEMBERED = 256
NOT_KNOWN_YET = "what kind of field it is was not known yet"


@dataclass(slots=True)
class Focus:
    """A program's word: from `at_ns` on this field had the focus; `hidden` None: it is none of passwords.

    `left_ns`: since when the program is not on the accessibility bus any more; `was_shown`: it had a window since.
    """

    at_ns: int
    field: object
    pid: int | None
    hidden: Hidden | None
    is_asked: bool = False
    left_ns: int | None = None
    was_shown: bool = False
    is_again: bool = False  # nobody told: the field was asked again, and had become another


class FocusedFields:
    """For any thread. `runs` says whether a process still does."""

    def __init__(self, runs: Callable[[int], bool] = lambda _pid: True) -> None:
        self._gate = threading.Lock()
        self._focuses: list[Focus] = []
        self._runs = runs
        self._typed_ns = -1
        self._sure_ns = -1
        self.is_asked_again = False  # whether somebody asks what a field is that is typed into

    def gained(self, at_ns: int, field: object) -> None:
        """A program said at `at_ns` that this field has the focus. Until it is known what it is, it is hidden."""
        self._add(Focus(at_ns, field, None, Hidden(PASSWORD_FIELD, NOT_KNOWN_YET), is_asked=True))

    def known(self, field: object, *, is_password: bool, pid: int | None, detail: str = "") -> None:
        """This is what the field is that gained the focus."""
        with self._gate:
            for focus in reversed(self._focuses):
                if focus.field == field:
                    focus.pid, focus.is_asked = pid, False
                    focus.hidden = Hidden(PASSWORD_FIELD, detail) if is_password else None
                    return

    def owned(self, sender: str, pid: int | None) -> None:
        """The fields of this sender are this process's."""
        with self._gate:
            for focus in self._focuses:
                if isinstance(focus.field, tuple) and focus.field[0] == sender:
                    focus.pid = pid

    @property
    def is_asking(self) -> bool:
        """Whether a program has yet to say what the field is that has the focus."""
        with self._gate:
            return bool(self._focuses) and (self._focuses[-1].is_asked or self._to_ask_again() is not None)

    def typed(self, at_ns: int, place: Place) -> None:
        """Somebody typed here. The field may have become one of passwords meanwhile, which programs do not tell."""
        with self._gate:
            last = self._focuses[-1] if self._focuses else None
            if last is not None and last.field is not None and place.pid is not None and _is_here(last, place):
                self._typed_ns = max(self._typed_ns, at_ns)

    def to_ask_again(self) -> object | None:
        """The field of which no answer is known that speaks of the last key."""
        with self._gate:
            return self._to_ask_again()

    def _to_ask_again(self) -> object | None:
        last = self._focuses[-1] if self._focuses else None
        if last is None or last.is_asked or not self.is_asked_again or self._typed_ns < last.at_ns:
            return None
        return last.field if self._sure_ns < self._typed_ns + SETTLED_NS else None

    def answered_again(self, asked_ns: int, field: object, *, is_password: bool | None, is_gone: bool = False) -> None:
        """What this field is now; None: it did not answer, and is taken for what it was. It may be there no more."""
        with self._gate:
            last = self._focuses[-1] if self._focuses else None
            if last is None or last.field != field or last.is_asked or last.at_ns > asked_ns:
                return
            sure_ns, self._sure_ns = max(last.at_ns, self._sure_ns - SETTLED_NS), asked_ns
        if is_gone and last.hidden is not None:
            self._add(Focus(asked_ns, None, None, None))
        elif is_password and last.hidden is None:  # since when is not known: from after the last time that it was not
            self._add(Focus(sure_ns + 1, field, last.pid, Hidden(PASSWORD_FIELD), is_again=True))
        elif is_password is False and last.hidden is not None:
            self._add(Focus(asked_ns, field, last.pid, None, is_again=True))

    def has_told(self, pid: int) -> bool:
        """Whether this process has ever told of a field, as far back as is remembered."""
        return self.first_told(pid, -1) is not None

    def first_told(self, pid: int, after_ns: int) -> Focus | None:
        """The first field that this process told of since then."""
        with self._gate:
            mine = (
                focus for focus in self._focuses if focus.pid == pid and focus.field is not None and not focus.is_again
            )
            return next((focus for focus in mine if focus.at_ns > after_ns), None)

    def lost(self, at_ns: int, field: object | None) -> None:
        """This field has the focus no more; None: nothing is known to have it."""
        with self._gate:
            is_other = not self._focuses or (field is not None and self._focuses[-1].field != field)
        if not is_other:
            self._add(Focus(at_ns, None, None, None))

    def left(self, at_ns: int, sender: str) -> None:
        """This sender is not on the bus any more, most often since its program ended: it will tell nothing again."""
        with self._gate:
            last = self._focuses[-1] if self._focuses else None
            if last is None or not isinstance(last.field, tuple) or last.field[0] != sender:
                return
            if last.pid is not None:  # its window may be there for longer
                last.left_ns = at_ns
                return
        self._add(Focus(at_ns, None, None, None))

    def looked(self, at_ns: int, place: Place) -> None:
        """At this time this was typed into: a field whose program, or whose window, is not there any more is gone."""
        with self._gate:
            last = self._focuses[-1] if self._focuses else None
            if last is None or last.hidden is None or last.pid is None or last.at_ns > at_ns:
                return
            if last.pid in place.pids or last.pid == place.pid:
                last.was_shown = True
                return
        ended_ns = self._ended_ns(last, last.pid, at_ns, place)
        if ended_ns is not None:
            self._add(Focus(ended_ns, None, None, None))

    def _ended_ns(self, focus: Focus, pid: int, at_ns: int, place: Place) -> int | None:
        if not self._runs(pid):
            return at_ns if focus.left_ns is None else min(at_ns, focus.left_ns + MARGIN_NS)
        is_elsewhere = place.pid is not None and (focus.was_shown or focus.left_ns is not None)
        return at_ns if is_elsewhere else None

    def hides(self, at_ns: int, moves: Iterable[int], place: Place, tabs: Iterable[int] = ()) -> Hidden | None:
        """Whether a password field had the focus then.

        At `moves` the person did something that may move the focus, and at `tabs` something that does: a program takes
        such a key before the next one, so the next one goes to the new field, however late it tells of it.
        """
        with self._gate:
            before = next((focus for focus in reversed(self._focuses) if focus.at_ns <= at_ns), None)
            told = (focus for focus in self._focuses if not focus.is_again)
            after = [focus for focus in told if at_ns < focus.at_ns <= at_ns + MARGIN_NS]
        tab_ns = max((one for one in tabs if one < at_ns), default=None)
        if tab_ns is not None and (before is None or before.at_ns <= tab_ns):
            there = next((one for one in after if one.field is not None and one.at_ns <= tab_ns + MARGIN_NS), None)
            if there is not None:
                return there.hidden if _is_here(there, place) else None
        if before is not None and before.hidden is not None and _is_here(before, place):
            return before.hidden
        for focus in after:
            moved_since = any(at_ns < moved_ns <= focus.at_ns for moved_ns in moves)
            if focus.hidden is not None and not moved_since and _is_here(focus, place):
                return focus.hidden
        return None

    def _add(self, focus: Focus) -> None:
        with self._gate:
            self._focuses.append(focus)
            del self._focuses[:-MOST_REMEMBERED]


def _is_here(focus: Focus, place: Place) -> bool:
    """Whether the field is in the window that is typed into. Another window is believed only if both are known."""
    return focus.pid is None or place.pid is None or focus.pid == place.pid or focus.pid not in place.pids
