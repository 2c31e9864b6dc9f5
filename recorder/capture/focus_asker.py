"""Asks a program over the accessibility bus which of its fields has the focus, until it tells by itself."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, MessageType, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

from recorder.capture.focus_visits import FocusVisits, Visit
from recorder.capture.focused_fields import SETTLED_NS
from recorder.clock import NS_PER_S

PASSWORD_TEXT = 40  # the number of this role in AT-SPI
# What may have a field of its own inside that the keys go to: a combination box, and what Qt has no name for.
_AROUND_FIELDS = frozenset({11, 20})
_MOST_INSIDE = 16
_DEEPEST_INSIDE = 2
_BEFORE_AGAIN_S = SETTLED_NS / NS_PER_S + 0.01
ANSWER_LIMIT_S = 0.3
_AGAIN_S = 0.03
_LONGEST_PAUSE_S = 2.0
_SHARE = 4  # of the time; so asking a program with a large tree takes a fifth of it
_IDLE_S = 60.0
ANSWERED_WITHIN_S = 0.4  # for so long such a key is held (`key_gate.ASKING_NS`)
_LATER = 1.5  # the next question may take longer
_MOST_FIELDS = 1500
_FOCUSED, _SHOWING = 12, 25
_REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
GONE = (OSError, EOFError, TimeoutError, ValueError)

Field = tuple[str, str]


class NotToldError(ValueError):
    """A program answered that it cannot say."""


@dataclass(frozen=True, slots=True)
class Found:
    """The field that has the focus, and whether it is one of passwords; no field: nothing has."""

    field: Field | None
    is_password: bool | None


def pause_s(took_s: float, waited_s: float | None) -> float:
    """How long to wait before the next question, after one that took so long.

    A key that has waited for so long (None: none waits) is given up after `ANSWERED_WITHIN_S`: if the next answer can
    come before that, it does. If none can, the program is left in peace for its share of the time.
    """
    usual_s = min(_LONGEST_PAUSE_S, max(_AGAIN_S, _SHARE * took_s))
    if waited_s is None or waited_s + _AGAIN_S + took_s > ANSWERED_WITHIN_S:
        return usual_s
    return min(usual_s, max(_AGAIN_S, ANSWERED_WITHIN_S - waited_s - _LATER * took_s))


class FocusAsker:
    """A thread with a connection of its own. Its owner starts it once the bus is known, and stops it."""

    def __init__(self, address: str, visits: FocusVisits, now_ns: Callable[[], int]) -> None:
        self._visits = visits
        self._now_ns = now_ns
        self._bus = open_dbus_connection(address)
        self._pids: dict[str, int] = {}
        self._last: tuple[Visit, Found] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="focus asker", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._visits.begin()
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread has."""
        self._stopping.set()
        self._visits.end()
        if self._thread.ident is not None:
            self._thread.join()
        self._bus.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            visit = self._visits.wanted(_IDLE_S)
            if visit is not None:
                began_ns = self._now_ns()
                self._ask(visit, began_ns)
                ended_ns = self._now_ns()
                waits_ns = self._visits.waits_since_ns
                waited_s = (ended_ns - waits_ns) / NS_PER_S if waits_ns is not None else None
                self._stopping.wait(pause_s((ended_ns - began_ns) / NS_PER_S, waited_s))
            elif (field := self._visits.fields.to_ask_again()) is not None:
                self._stopping.wait(_BEFORE_AGAIN_S)
                self._ask_again(field)

    def _ask_again(self, field: object) -> None:
        """Whether the field that is typed into is one of passwords by now. Without an answer it is what it was."""
        began_ns, fields = self._now_ns(), self._visits.fields
        try:
            is_password = isinstance(field, tuple) and self._is_password((str(field[0]), str(field[1])))
            fields.answered_again(began_ns, field, is_password=is_password)
        except NotToldError:
            fields.answered_again(began_ns, field, is_password=None, is_gone=True)
        except GONE:
            fields.answered_again(began_ns, field, is_password=None)
            self._stopping.wait(_AGAIN_S)

    def _is_password(self, field: Field) -> bool:
        role = self._call(field, "GetRole")
        return role == PASSWORD_TEXT or (role in _AROUND_FIELDS and self._has_inside(field))

    def _has_inside(self, field: Field) -> bool:
        """Whether a password field is near below it. Which of them has the keys is not told, so one is enough."""
        waiting, asked = deque([(field, 0)]), 0
        while waiting and asked < _MOST_INSIDE:
            around, depth = waiting.popleft()
            for name, path in self._call(around, "GetChildren")[:_MOST_INSIDE]:
                asked += 1
                if self._call((name, path), "GetRole") == PASSWORD_TEXT:
                    return True
                if depth + 1 < _DEEPEST_INSIDE:
                    waiting.append(((name, path), depth + 1))
        return False

    def _ask(self, visit: Visit, began_ns: int) -> None:
        """What does not answer in time stays unknown, and so hidden."""
        try:
            application = self._application_of(visit.pid)
            if application is None:
                self._visits.unanswered(visit, began_ns)
                return
            found = self._again(visit) or self._search(application)
        except NotToldError:
            return
        except GONE:
            self._stopping.wait(_LONGEST_PAUSE_S)
            return
        if found is None:
            self._visits.unanswered(visit, began_ns)
            return
        self._last = (visit, found)
        self._visits.answered(visit, began_ns, is_password=found.is_password)

    def _application_of(self, pid: int) -> Field | None:
        for name, path in self._call(_REGISTRY, "GetChildren"):
            if name not in self._pids:
                self._pids[name] = int(self._answer(message_bus.GetConnectionUnixProcessID(name))[0])
            if self._pids[name] == pid:
                return name, path
        return None

    def _again(self, visit: Visit) -> Found | None:
        """What had it before, if it still has."""
        if self._last is None or self._last[0] is not visit or self._last[1].field is None:
            return None
        try:
            return self._last[1] if self._has(self._last[1].field, _FOCUSED) else None
        except NotToldError:  # it is gone
            return None

    def _search(self, application: Field) -> Found | None:
        """Through all that is shown, the shallow first; None if that is too much."""
        waiting, asked = deque([application]), 0
        while waiting:
            found = waiting.popleft()
            asked += 1
            if asked > _MOST_FIELDS:
                return None
            try:
                states = self._states(found)
                if states >> _FOCUSED & 1:
                    return Found(found, self._is_password(found))
                if states >> _SHOWING & 1 or found == application:
                    waiting += [(name, path) for name, path in self._call(found, "GetChildren")]
            except NotToldError:  # it went, or never was: browsers name contents that they keep to themselves
                if found == application:
                    raise
        return Found(None, None)

    def _has(self, found: Field, state: int) -> bool:
        return bool(self._states(found) >> state & 1)

    def _states(self, found: Field) -> int:
        low, high = self._call(found, "GetState")[:2]
        return int(low) | int(high) << 32

    def _call(self, found: Field, method: str) -> Any:
        asked = DBusAddress(found[1], bus_name=found[0], interface="org.a11y.atspi.Accessible")
        return self._answer(new_method_call(asked, method))[0]

    def _answer(self, message: Any) -> tuple[Any, ...]:
        answer = self._bus.send_and_get_reply(message, timeout=ANSWER_LIMIT_S)
        if answer.header.message_type is not MessageType.method_return or not answer.body:
            raise NotToldError
        return tuple(answer.body)
