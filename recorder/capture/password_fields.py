"""Password fields of windows, as the programs tell it to assistive technology (AT-SPI over D-Bus)."""

import contextlib
import itertools
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from recorder.capture.focus_asker import PASSWORD_TEXT, FocusAsker
from recorder.capture.focus_visits import FocusVisits
from recorder.capture.focused_fields import FocusedFields
from recorder.capture.source import ThreadSource
from recorder.errors import CannotRecordError
from recorder.events import SourceStatus
from recorder.message_bus import NO_BUS, is_switched_off, why_no_bus

ANSWER_LIMIT_S = 0.5
TRY_AGAIN_S = 5.0
TRY_SELDOM_S = 30.0  # after a minute: a session whose bus is not there by then most often never has one
TRIES_AT_FIRST = 12
_MOST_REMEMBERED = 1000
_BUS = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
_STATUS = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Status")
_REGISTRY = DBusAddress(
    "/org/a11y/atspi/registry", bus_name="org.a11y.atspi.Registry", interface="org.a11y.atspi.Registry"
)
_EVENTS = "org.a11y.atspi.Event.Object"
_OWNER_CHANGED = "NameOwnerChanged"
_ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
_GONE = (OSError, EOFError, TimeoutError, ValueError)
_LISTENS = (
    "What is typed into password fields is not recorded where programs tell assistive technology of them (GTK, Qt and "
    "others); of programs that tell nothing, such fields are not known."
)
_AGAIN = "It works again; programs that were started before may tell nothing any more."
_NOW = "It works now; programs that were started before may tell nothing."
_TRIED = "It is tried again every few seconds."
_OTHERS = "Terminals, password dialogs and the screen lock are known by other means."


class _RefusedError(ValueError):
    """The bus answered with an error."""


class PasswordFields(ThreadSource):
    """Follows which field has the focus and asks what it is. That it listens makes programs tell.

    Of a window whose program has not told of its focus yet, an asker keeps `visits` up to date.
    """

    def __init__(self, fields: FocusedFields, visits: FocusVisits) -> None:
        super().__init__("password fields")
        self._fields = fields
        self._visits = visits
        self._asker: FocusAsker | None = None
        self._session: DBusConnection | None = None
        self._bus: DBusConnection | None = None
        self._questions: dict[int, Callable[[int | None], None]] = {}
        self._pids: dict[str, int | None] = {}
        self._switched_on = False

    def _open(self) -> str:
        try:
            return self._opened()
        except CannotRecordError as error:
            if is_switched_off(os.environ.get(_ADDRESS, "")):
                raise
            self._let_go()
            self._say_ended(f"{error} {_TRIED}")
            sentence = self._opened_later(tries=TRIES_AT_FIRST)
            if sentence is None:
                raise
            return f"{sentence} {_NOW}"

    def _opened(self) -> str:
        try:
            self._session = open_dbus_connection(_session_address())
            address = self._asked(self._session, new_method_call(_BUS, "GetAddress"))[0]
            self._switch_on(self._session)
            self._bus = open_dbus_connection(address)
            self._listen(self._bus)
            self._asker = FocusAsker(address, self._visits, self._clock.now_ns)
            self._asker.start()
        except _RefusedError as error:
            raise CannotRecordError(_cannot(why=f"no accessibility bus: {error}")) from error
        except _GONE as error:
            raise CannotRecordError(_cannot(why=f"no accessibility bus: {why_no_bus(error)}")) from error
        return _LISTENS

    def _listen(self, bus: DBusConnection) -> None:
        rule = MatchRule(type="signal", interface=_EVENTS, member="StateChanged")
        rule.add_arg_condition(0, "focused")
        self._asked(bus, message_bus.AddMatch(rule))
        gone = MatchRule(
            type="signal", sender=message_bus.bus_name, interface=message_bus.interface, member=_OWNER_CHANGED
        )
        gone.add_arg_condition(2, "")
        self._asked(bus, message_bus.AddMatch(gone))
        self._asked(bus, new_method_call(_REGISTRY, "RegisterEvent", "s", ("object:state-changed:focused",)))

    def _switch_on(self, session: DBusConnection) -> None:
        """Qt and others tell only once somebody says that assistive technology is used."""
        status = Properties(_STATUS)
        was_on = bool(self._asked(session, status.get("IsEnabled"))[0][1])
        if not was_on:
            self._asked(session, status.set("IsEnabled", "b", True))
            self._switched_on = True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                message = self._listening.receive()
                self._take(message)
            except _GONE:
                if self._stopping.is_set():
                    return
                self._fields.lost(self._clock.now_ns(), None)
                self._say_ended(f"{_cannot(why='the accessibility bus ended')} {_TRIED}")
                self._let_go()
                if (sentence := self._opened_later()) is not None:
                    self._say_works(f"{sentence} {_AGAIN}")

    def _opened_later(self, *, tries: int | None = None) -> str | None:
        """Try until it works, or until the end (None); after so many tries more seldom."""
        for number in itertools.count():
            is_seldom = tries is not None and number >= tries
            if self._wait_round(TRY_SELDOM_S if is_seldom else TRY_AGAIN_S):
                break
            try:
                return self._opened()
            except CannotRecordError:
                self._let_go()
        return None

    @property
    def _listening(self) -> DBusConnection:
        assert self._bus is not None, "used before _open"
        return self._bus

    def _take(self, message: Message) -> None:
        """A signal, or an answer: nothing is waited for, so that every signal is known at its time."""
        fields = message.header.fields
        if message.header.message_type is MessageType.signal:
            self._take_signal(message)
            return
        asked = self._questions.pop(fields.get(HeaderFields.reply_serial, 0), None)
        if asked is not None:
            answered = message.header.message_type is MessageType.method_return and message.body
            asked(int(message.body[0]) if answered else None)

    def _take_signal(self, message: Message) -> None:
        fields = message.header.fields
        sender, path = fields.get(HeaderFields.sender), fields.get(HeaderFields.path)
        if sender == message_bus.bus_name and fields.get(HeaderFields.member) == _OWNER_CHANGED and not message.body[2]:
            self._pids.pop(message.body[0], None)
            self._fields.left(self._clock.now_ns(), message.body[0])
            return
        is_focus = fields.get(HeaderFields.interface) == _EVENTS and message.body[:1] == ("focused",)
        if is_focus and isinstance(sender, str) and isinstance(path, str):
            self._take_focus((sender, path), gained=bool(message.body[1]))

    def _take_focus(self, field: tuple[str, str], *, gained: bool) -> None:
        at_ns = self._clock.now_ns()
        if not gained:
            self._fields.lost(at_ns, field)
            return
        sender, path = field
        self._fields.gained(at_ns, field)
        if sender not in self._pids:
            self._pids[sender] = None
            self._ask(message_bus.GetConnectionUnixProcessID(sender), lambda pid: self._owned(sender, pid))
        asked = DBusAddress(path, bus_name=sender, interface="org.a11y.atspi.Accessible")
        self._ask(new_method_call(asked, "GetRole"), lambda role: self._known(field, role))

    def _ask(self, question: Message, answered: Callable[[int | None], None]) -> None:
        serial = next(self._listening.outgoing_serial)
        if len(self._questions) > _MOST_REMEMBERED:  # of programs that never answer: what they have stays hidden
            self._questions.clear()
            self._pids.clear()
        self._questions[serial] = answered
        self._listening.send(question, serial=serial)

    def _owned(self, sender: str, pid: int | None) -> None:
        self._pids[sender] = pid
        self._fields.owned(sender, pid)

    def _known(self, field: tuple[str, str], role: int | None) -> None:
        """What has no role any more is gone; what does not answer stays hidden."""
        self._fields.known(field, is_password=role is None or role == PASSWORD_TEXT, pid=self._pids.get(field[0]))

    @staticmethod
    def _asked(connection: DBusConnection, message: Message) -> tuple[Any, ...]:
        answer = connection.send_and_get_reply(message, timeout=ANSWER_LIMIT_S)
        if answer.header.message_type is not MessageType.method_return:
            msg = f"the message bus answers {answer.header.fields.get(HeaderFields.error_name, 'with an error')}"
            raise _RefusedError(msg)
        return tuple(answer.body)

    def _say_broken(self, sentence: str, *, since_ns: int | None = None) -> None:
        """No gap: everything is recorded, and that is what is to be said."""
        del since_ns
        self._emit(SourceStatus(self._clock.now_ns(), self.name, working=False, detail=sentence))

    def _interrupt(self) -> None:
        if self._bus is not None:
            with contextlib.suppress(OSError):
                self._bus.sock.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._session is not None and self._switched_on:
            with contextlib.suppress(*_GONE):
                self._asked(self._session, Properties(_STATUS).set("IsEnabled", "b", False))
        self._let_go()

    def _let_go(self) -> None:
        if self._asker is not None:
            self._asker.stop()
        for connection in (self._bus, self._session):
            if connection is not None:
                connection.close()
        self._asker = self._bus = self._session = None
        self._questions.clear()
        self._pids.clear()


def _session_address() -> str:
    """Of this user's session bus. Raises OSError."""
    address = os.environ.get(_ADDRESS)
    if address and not is_switched_off(address):
        return address
    if address:
        raise OSError(NO_BUS)
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    if not (Path(runtime) / "bus").exists():
        raise OSError(NO_BUS)
    return f"unix:path={runtime}/bus"


def _cannot(why: str) -> str:
    cannot = f"Password fields in windows cannot be told from others ({why}): what is typed into them is recorded."
    return f"{cannot} {_OTHERS}"
