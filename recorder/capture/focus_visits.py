"""Whether it is known what has the focus in the window that is typed into: its program told, or was asked."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from recorder.capture.focused_fields import SETTLED_NS, Focus, FocusedFields
from recorder.capture.hidden_places import PASSWORD_FIELD, Hidden, Place
from recorder.clock import NS_PER_S

FOCUS_NOT_KNOWN_YET = "what has the focus was not known yet"
# A program that has just begun to tell says at first that nothing has the focus; others never say anything else.
NOTHING_NS = NS_PER_S
# Who by then is not on the accessibility bus, though its toolkit is one that tells, is taken for one that never does.
SILENT_NS = 5 * NS_PER_S
MOST_ANSWERS = 256


@dataclass(frozen=True, slots=True)
class Answer:
    """What had the focus at `asked_at_ns`. `hidden` None: nothing that is to be hidden."""

    asked_at_ns: int
    hidden: Hidden | None


@dataclass(slots=True, eq=False)
class Visit:
    """From after `from_ns`, when another window had it, the keyboard is this window's."""

    pid: int
    window: int
    from_ns: int
    seen_ns: int
    program: int | None  # tells it from a later one with the same pid; None: it is none of those that tell
    answers: list[Answer] = field(default_factory=list)
    told: Focus | None = None
    is_silent: bool = False


class FocusVisits:
    """For any thread. Knows nothing, and so hides nothing, as long as nobody asks (`begin`).

    A program tells of every change of its focus, but a fresh one tells nobody of the field that its window came up
    with if that had the focus before the program had found the accessibility bus, nor does one that was there before
    the recorder. So from when a window of a program that tells gets the keyboard until that program has told something,
    it is asked, again and again while somebody types, and a key is recorded only if an answer speaks of it.
    """

    def __init__(self, fields: FocusedFields, program_that_tells: Callable[[int], int | None]) -> None:
        self.fields = fields
        self._program_that_tells = program_that_tells
        self._gate = threading.Condition()
        self._visit: Visit | None = None
        self._typed_at_ns = 0
        self._unspoken: deque[int] = deque(maxlen=MOST_ANSWERS)  # keys of which no answer has spoken yet
        self._silent: set[tuple[int, int | None]] = set()
        self._vague: set[tuple[int, int | None]] = set()
        self._is_asking = False

    def begin(self) -> None:
        """From now on somebody asks."""
        with self._gate:
            self._is_asking = self.fields.is_asked_again = True

    def end(self) -> None:
        """Nobody asks any more."""
        with self._gate:
            self._is_asking = self.fields.is_asked_again = False
            self._gate.notify_all()

    def came(self, place: Place, *, from_ns: int, at_ns: int) -> Visit | None:
        """The visit that this look found; None if there is nothing to ask. The look before it was at `from_ns`."""
        if place.pid is None or place.window is None:
            self._visit = None
            return None
        visit = self._visit
        if visit is None or (visit.pid, visit.window) != (place.pid, place.window):
            visit = Visit(place.pid, place.window, from_ns, at_ns, self._program_that_tells(place.pid))
            was_silent = (visit.pid, visit.program) in self._silent
            visit.is_silent = visit.program is None or (was_silent and not self.fields.has_told(visit.pid))
            with self._gate:
                self._visit = visit
                self._gate.notify_all()
        return visit

    def typed(self, at_ns: int) -> None:
        """Somebody typed."""
        with self._gate:
            self._typed_at_ns = max(self._typed_at_ns, at_ns)
            is_to_ask = self._to_ask() is not None
            if is_to_ask:
                self._unspoken.append(at_ns)
            if is_to_ask or self.fields.to_ask_again() is not None:
                self._gate.notify_all()

    @property
    def waits_since_ns(self) -> int | None:
        """When the first key came of which no answer has spoken yet; None: none waits for one."""
        with self._gate:
            return self._unspoken[0] if self._unspoken and self._to_ask() is not None else None

    @property
    def is_unsure(self) -> bool:
        """Whether an answer is still to be waited for that speaks of what was typed."""
        with self._gate:
            return self._to_ask() is not None

    def wanted(self, timeout_s: float) -> Visit | None:
        """The visit to ask about, once there is one; None: none within the limit, or a field to ask again."""
        with self._gate:
            if self._is_asking and self._to_ask() is None and self.fields.to_ask_again() is None:
                self._gate.wait(timeout_s)
            return self._to_ask()

    def answered(self, visit: Visit, asked_at_ns: int, *, is_password: bool | None) -> None:
        """A field of passwords has the focus, or another, or (None) nothing has."""
        program = (visit.pid, visit.program)
        if is_password is None and program not in self._vague:
            if asked_at_ns < visit.seen_ns + NOTHING_NS:
                return
            self._vague.add(program)
        hidden = Hidden(PASSWORD_FIELD) if is_password else None
        with self._gate:
            visit.answers.append(Answer(asked_at_ns, hidden))
            while self._unspoken and self._unspoken[0] + SETTLED_NS <= asked_at_ns:
                self._unspoken.popleft()
            del visit.answers[:-MOST_ANSWERS]

    def unanswered(self, visit: Visit, asked_at_ns: int) -> None:
        """Its program is not to be found among those that tell."""
        with self._gate:
            if asked_at_ns >= visit.seen_ns + SILENT_NS and not visit.answers:
                visit.is_silent = True
                self._silent.add((visit.pid, visit.program))

    def hides(self, visit: Visit | None, at_ns: int, moves: Iterable[int]) -> Hidden | None:
        """Why a key of this visit is not recorded: no program said, and no answer speaks, of where it went.

        At `moves` the person did something that may move the focus.
        """
        if visit is None or visit.is_silent or not self._is_asking:
            return None
        told = self._told(visit)
        if told is not None and told.at_ns <= at_ns:
            return None
        with self._gate:
            answers = tuple(visit.answers)
        if told is not None:
            answers = (*(one for one in answers if one.asked_at_ns < told.at_ns), Answer(told.at_ns, told.hidden))
        return judged(answers, at_ns, tuple(moves), is_last_told=told is not None)

    def _told(self, visit: Visit) -> Focus | None:
        if visit.told is None:
            visit.told = self.fields.first_told(visit.pid, visit.from_ns)
        return visit.told

    def _to_ask(self) -> Visit | None:
        visit = self._visit
        if visit is None or visit.is_silent or not self._is_asking:
            return None
        if self._told(visit) is not None:
            return None
        is_answered = visit.answers and visit.answers[-1].asked_at_ns >= self._typed_at_ns + SETTLED_NS
        return None if is_answered else visit


def judged(answers: Sequence[Answer], at_ns: int, moves: Sequence[int], *, is_last_told: bool = False) -> Hidden | None:
    """What the answers before and after a key say of it; it is hidden until one after it does."""
    before = next((one for one in reversed(answers) if one.asked_at_ns <= at_ns), None)
    after = next((one for one in answers if one.asked_at_ns >= at_ns + SETTLED_NS), None)
    if after is None and is_last_told:
        after = answers[-1]
    speaking = []
    if before is not None and not any(before.asked_at_ns < moved_ns < at_ns for moved_ns in moves):
        speaking.append(before.hidden)
    if after is not None and not any(at_ns < moved_ns <= after.asked_at_ns for moved_ns in moves):
        speaking.append(after.hidden)
    if after is None or not speaking:
        return Hidden(PASSWORD_FIELD, FOCUS_NOT_KNOWN_YET)
    return next((hidden for hidden in speaking if hidden is not None), None)
