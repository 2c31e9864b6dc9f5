"""Keys wait at the gate until it is known whether they may be recorded; in doubt they are not."""

import threading
from collections.abc import Callable, Iterator

import pytest

from recorder.agent_events import EvasionSign, HiddenInput
from recorder.capture.far_echo import ANSWER_NS, FarEcho
from recorder.capture.focused_fields import FocusedFields
from recorder.capture.hidden_places import ECHO_OFF, PASSWORD_FIELD, Hidden, PasswordPrograms, Place
from recorder.capture.key_gate import KeyGate
from recorder.capture.paste_board import PasteBoard, offered_text
from recorder.capture.pastes import Pastes
from recorder.clock import SessionClock, SystemClock
from recorder.events import Click, Event, Key, KeyActivity, LockChanged, Scroll, Window, WindowActive
from tests.xserver import wait_until

SHOWN = Place()
PROMPT = Place(Hidden(ECHO_OFF, "sudo"))
MS = 1_000_000


class Desk:
    """A gate with a place to type into that the test chooses."""

    def __init__(self) -> None:
        clock = SystemClock()
        self.clock = SessionClock(clock, started=clock.read())
        self.place = SHOWN
        self.fields = FocusedFields()
        self.heard: list[Event] = []
        self.looked = threading.Event()
        self.board = PasteBoard()
        self.gate = KeyGate(self._look, self.fields, pastes=Pastes(self.board))
        self.gate.start(self.heard.append, self.clock)

    def _look(self) -> Place:
        self.looked.set()
        return self.place

    def go_to(self, place: Place) -> None:
        """A program takes a moment to ask, and a person one to notice."""
        self._pass(100 * MS)
        self.place = place
        self._pass(200 * MS)

    def _pass(self, length_ns: int) -> None:
        ends_ns = self.clock.now_ns() + length_ns
        wait_until(lambda: self.clock.now_ns() > ends_ns, what="a moment to pass")

    def type(self, text: str, *, ago_ms: int = 0) -> None:
        for character in text:
            name = "enter" if character == "\n" else ""
            self.gate.put(Key(self.clock.now_ns() - ago_ms * MS, "" if name else character, name))

    @property
    def typed(self) -> str:
        return "".join(event.text for event in self.heard if isinstance(event, Key))

    @property
    def hidden(self) -> list[HiddenInput]:
        return [event for event in self.heard if isinstance(event, HiddenInput)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.gate.stop()


def test_what_is_typed_at_a_prompt_is_counted_in_eights_and_the_rest_is_recorded(desk: Desk) -> None:
    desk.type("sudo ls\n")
    desk.go_to(PROMPT)
    desk.type("hunter2+x\n")
    desk.go_to(SHOWN)
    desk.type("ls\n")
    desk.gate.stop()
    assert desk.typed == "sudo lsls"
    assert [(event.keys, event.why, event.detail) for event in desk.hidden] == [(16, ECHO_OFF, "sudo")]


@pytest.mark.parametrize("by_key", [True, False])
def test_a_paste_is_told_where_what_is_typed_is_recorded_and_only_there(desk: Desk, by_key: bool) -> None:
    desk.gate.put(WindowActive(desk.clock.now_ns(), Window(1, "shell", "xterm", 10, "/usr/bin/xterm")))
    desk.board.put("primary", offered_text(b"correct horse\n", "correct horse\n"))

    def paste() -> None:
        now_ns = desk.clock.now_ns()
        desk.gate.put(Key(now_ns, "", "insert", ("shift",)) if by_key else Click(now_ns, 5, 5, "middle", pressed=True))

    paste()
    desk.go_to(PROMPT)
    paste()
    desk.go_to(SHOWN)
    desk.gate.stop()
    (sign,) = [event for event in desk.heard if isinstance(event, EvasionSign)]
    clicks = [event for event in desk.heard if isinstance(event, Click)]
    assert (sign.text, len(clicks)) == ("correct horse\n", 0 if by_key else 2)
    assert sum(hidden.keys for hidden in desk.hidden) == (8 if by_key else 0)


class StoppedClock(SystemClock):
    """A machine whose programs, the recorder among them, all stand still until the test lets time pass."""

    now_ns = 0

    def boot_ns(self) -> int:
        return self.now_ns


def test_a_line_that_was_ended_before_anybody_could_look_is_hidden() -> None:
    clock = StoppedClock()
    heard: list[Event] = []
    gate = KeyGate(lambda: SHOWN)
    gate.start(heard.append, SessionClock(clock, started=clock.read()))
    clock.now_ns = 1300 * MS
    gate.put(Key(1000 * MS, "s"))
    gate.put(Key(1200 * MS, "", "enter"))
    gate.put(Key(1299 * MS, "l"))
    gate.stop()
    assert [(type(event), event.at_ns // MS) for event in heard] == [(HiddenInput, 1000), (Key, 1200), (Key, 1299)]


def test_whatever_arrives_behind_a_key_stays_behind_it(desk: Desk) -> None:
    desk.type("x")
    desk.gate.put(Scroll(desk.clock.now_ns(), 0, 0, 0, 1))
    desk.type("y")
    desk.gate.stop()
    assert [type(event) for event in desk.heard] == [Key, Scroll, Key]


def test_nothing_typed_into_a_locked_screen_is_recorded(desk: Desk) -> None:
    desk.gate.put(LockChanged(desk.clock.now_ns(), locked=True))
    desk.type("secret\n")
    desk.gate.stop()
    assert desk.typed == ""
    assert desk.hidden[0].why == "screen_lock"


def test_single_presses_are_counted_apart_from_hidden_ones(desk: Desk) -> None:
    def press() -> None:
        now_ns = desk.clock.now_ns()
        desk.gate.put(KeyActivity(now_ns, now_ns, 1))

    for _ in range(3):
        press()
    desk.go_to(PROMPT)
    for _ in range(5):
        press()
    desk.gate.stop()
    assert [event.presses for event in desk.heard if isinstance(event, KeyActivity)] == [3]
    assert [event.keys for event in desk.hidden] == [8]


# --- fields -----------------------------------------------------------------------------------------------------------


def test_a_field_hides_from_before_it_was_told_unless_the_person_went_there_after_the_key() -> None:
    fields = FocusedFields()
    fields.gained(1000 * MS, "field")
    fields.known("field", is_password=True, pid=7)
    assert fields.hides(1200 * MS, [], SHOWN) == Hidden(PASSWORD_FIELD)
    assert fields.hides(950 * MS, [], SHOWN) == Hidden(PASSWORD_FIELD)
    assert fields.hides(950 * MS, [960 * MS], SHOWN) is None, "Tab came after it"
    assert fields.hides(600 * MS, [], SHOWN) is None
    fields.lost(2000 * MS, "field")
    assert fields.hides(2100 * MS, [], SHOWN) is None


def test_a_key_after_tab_goes_to_the_field_that_tab_went_to_however_late_that_is_told() -> None:
    fields = FocusedFields()
    fields.gained(0, "password")
    fields.known("password", is_password=True, pid=7)
    fields.lost(1049 * MS, "password")
    fields.gained(1050 * MS, "remark")
    fields.known("remark", is_password=False, pid=7)
    tab = [1000 * MS]
    assert fields.hides(990 * MS, tab, SHOWN, tab) is not None
    assert fields.hides(1020 * MS, tab, SHOWN, tab) is None
    assert fields.hides(1020 * MS, tab, SHOWN) is not None, "nobody knows why the focus moved"


def test_a_field_that_does_not_say_what_it_is_is_hidden() -> None:
    fields = FocusedFields()
    fields.gained(1000 * MS, "field")
    assert fields.hides(1200 * MS, [], SHOWN) is not None
    fields.known("field", is_password=False, pid=7)
    assert fields.hides(1200 * MS, [], SHOWN) is None


def test_a_field_of_another_window_does_not_hide_what_is_typed_into_this_one() -> None:
    fields = FocusedFields()
    fields.gained(0, "field")
    fields.known("field", is_password=True, pid=7)
    assert fields.hides(MS, [], Place(pid=8, pids=frozenset({7, 8}))) is None
    assert fields.hides(MS, [], Place(pid=8, pids=frozenset({8}))) is not None, "whose window it is is not known"


XTERM = Place(pid=8, pids=frozenset({8}))
LOGIN = Place(pid=7, pids=frozenset({7, 8}))


def focus_in_a_password_field(runs: Callable[[int], bool]) -> FocusedFields:
    fields = FocusedFields(runs)
    fields.gained(1000 * MS, (":1.5", "/field"))
    fields.known((":1.5", "/field"), is_password=True, pid=7)
    return fields


def test_a_field_whose_program_ended_hides_nothing_that_is_typed_afterwards() -> None:
    running = {7}
    fields = focus_in_a_password_field(lambda pid: pid in running)
    fields.left(2000 * MS, ":1.5")
    fields.looked(2001 * MS, LOGIN)
    assert fields.hides(2050 * MS, [], LOGIN) is not None, "its window is still there"
    running.clear()
    fields.looked(9000 * MS, XTERM)
    assert fields.hides(1990 * MS, [], XTERM) is not None, "this was typed before it ended"
    assert fields.hides(8990 * MS, [], XTERM) is None

    killed = focus_in_a_password_field(lambda _pid: False)
    killed.looked(3000 * MS, XTERM)
    assert killed.hides(2990 * MS, [], XTERM) is not None, "nobody knows when it ended"
    assert killed.hides(3010 * MS, [], XTERM) is None


def test_a_field_whose_window_was_closed_by_a_program_that_goes_on_is_gone_and_one_without_a_window_is_not() -> None:
    fields = focus_in_a_password_field(lambda _pid: True)
    fields.looked(1500 * MS, XTERM)
    assert fields.hides(1600 * MS, [], XTERM) is not None, "whose window it is in is not known"
    fields.looked(2000 * MS, LOGIN)
    fields.looked(3000 * MS, Place(pids=frozenset({8})))
    assert fields.hides(3500 * MS, [], XTERM) is not None, "what is typed into is not known"
    fields.looked(4000 * MS, XTERM)
    assert fields.hides(3900 * MS, [], XTERM) is not None
    assert fields.hides(4100 * MS, [], XTERM) is None


HERE = Place(pid=7, pids=frozenset({7}))


def test_a_field_that_became_one_of_passwords_while_it_had_the_focus_hides_what_came_after_it_last_was_none() -> None:
    fields = FocusedFields()
    fields.is_asked_again = True
    fields.gained(1000 * MS, "field")
    fields.known("field", is_password=False, pid=7)
    assert fields.to_ask_again() is None, "nobody typed"
    fields.typed(2000 * MS, HERE)
    assert fields.to_ask_again() == "field"
    assert fields.is_asking, "keys wait for the answer"
    fields.answered_again(2010 * MS, "field", is_password=False)
    assert fields.to_ask_again() == "field", "the program may not have taken the key yet"
    fields.answered_again(2050 * MS, "field", is_password=False)
    assert not fields.is_asking
    fields.typed(5000 * MS, HERE)
    fields.answered_again(5050 * MS, "field", is_password=True)
    assert fields.hides(2000 * MS, [], HERE) is None
    assert fields.hides(5000 * MS, [], HERE) == Hidden(PASSWORD_FIELD)
    assert fields.first_told(7, 2000 * MS) is None, "its program told nothing"
    fields.typed(6000 * MS, HERE)
    fields.answered_again(6050 * MS, "field", is_password=None)
    assert fields.hides(6000 * MS, [], HERE) is not None, "without an answer it is what it was"
    fields.answered_again(6100 * MS, "field", is_password=False)
    assert fields.hides(6000 * MS, [], HERE) is not None
    assert fields.hides(6200 * MS, [], HERE) is None


def test_a_field_that_is_found_to_be_gone_hides_nothing_afterwards_and_nobody_asks_it_for_the_keys_of_others() -> None:
    fields = focus_in_a_password_field(lambda _pid: True)
    fields.is_asked_again = True
    fields.typed(2000 * MS, LOGIN)
    fields.answered_again(2050 * MS, (":1.5", "/field"), is_password=None, is_gone=True)
    assert fields.hides(2000 * MS, [], LOGIN) is not None
    assert fields.hides(2100 * MS, [], LOGIN) is None
    other = focus_in_a_password_field(lambda _pid: True)
    other.is_asked_again = True
    other.typed(2000 * MS, Place(pid=8, pids=frozenset({7, 8})))
    assert other.to_ask_again() is None


# --- the far end ------------------------------------------------------------------------------------------------------


def far(*reads: tuple[int, int]) -> FarEcho:
    echo = FarEcho()
    for at_ms, read_bytes in reads:
        echo.read(at_ms * MS, 1, read_bytes)
    return echo


def test_a_key_that_comes_back_is_shown_and_one_that_does_not_hides_the_line_from_there() -> None:
    echo = far((0, 100), (20, 101), (110, 101), (300, 101), (320, 103))
    ends = [300 * MS]
    assert echo.hides(10 * MS, ends, ends_line=False) is None
    assert echo.hides(100 * MS, ends, ends_line=False) is not None
    assert echo.hides(200 * MS, ends, ends_line=False) is not None
    assert echo.hides(300 * MS, ends, ends_line=True) is not None, "the line's end belongs to it"
    assert echo.hides(400 * MS, ends, ends_line=True) is None


def test_the_new_line_that_ends_a_password_is_no_answer_to_its_letters() -> None:
    echo = far((0, 100), (15, 100), (40, 102))
    assert echo.hides(10 * MS, [20 * MS], ends_line=False) is not None


def test_a_far_end_that_takes_too_long_is_not_believed() -> None:
    late_ms = ANSWER_NS // MS + 50
    assert far((0, 100), (late_ms, 101)).hides(MS, [], ends_line=False) is not None


def test_eight_letters_that_came_back_are_no_waking() -> None:
    assert far((0, 100), (20, 101), (100, 104), (390, 108)).hides(MS, [], ends_line=False) is None


def test_a_program_that_only_woke_itself_has_not_answered() -> None:
    assert far((0, 100), (20, 108)).hides(MS, [], ends_line=False) is not None


# --- programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "arguments", "why"),
    [
        (("pinentry-gtk-2",), None, "password_dialog"),
        (("polkit-gnome-authentication-agent-1",), None, "password_dialog"),
        (("zenity",), ("zenity", "--password"), "password_dialog"),
        (("zenity",), None, "password_dialog"),
        (("i3lock",), None, "screen_lock"),
        (("acme-vault",), None, "password_dialog"),
    ],
)
def test_programs_that_ask_for_passwords_are_known(
    names: tuple[str, ...], arguments: tuple[str, ...] | None, why: str
) -> None:
    found = PasswordPrograms(["ACME-*"]).hides(names, arguments)
    assert found is not None
    assert found.why == why


def test_other_programs_and_other_dialogs_hide_nothing() -> None:
    programs = PasswordPrograms()
    assert programs.hides(("xterm",), None) is None
    assert programs.hides(("zenity",), ("zenity", "--info")) is None


def test_a_fault_while_it_is_looked_ends_the_gate_loudly_and_what_waited_is_judged_all_the_same() -> None:
    desk, ended = Desk(), threading.Event()
    faults: list[Exception] = []

    def fail() -> Place:
        raise RuntimeError("on purpose")

    def end(error: Exception) -> None:
        faults.append(error)
        ended.set()

    gate = KeyGate(desk._look)
    gate.start(desk.heard.append, desk.clock, end)
    gate.put(Key(desk.clock.now_ns(), "a"))
    gate._look = fail
    assert ended.wait(10), "the gate did not say that it ended"
    gate.put(Click(desk.clock.now_ns(), 1, 1, "left", pressed=True))
    gate.stop()
    desk.gate.stop()
    assert [str(fault) for fault in faults] == ["on purpose"]
    assert len(desk.typed) + len(desk.hidden) == 1  # as it was looked after the key, or not any more
    assert [event for event in desk.heard if isinstance(event, Click)]
