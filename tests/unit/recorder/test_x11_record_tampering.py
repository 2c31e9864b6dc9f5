"""Programs of a display that try to falsify the keys that are recorded, or to switch the recording of input off."""

import os
import struct
from types import SimpleNamespace
from typing import Any

import pytest
from Xlib import X
from Xlib.ext import record
from Xlib.protocol import request, rq

from recorder.agent_events import EvasionSign
from recorder.capture.revived import CUT_OFF, RevivedSource
from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_keyboard import X11Keyboard
from recorder.capture.x11_map_changes import MapChanges
from recorder.capture.x11_pointer import X11Pointer
from recorder.capture.x11_record_context import Wanted
from recorder.events import Click, Gap, Key, SourceStatus
from tests.heard import Heard
from tests.xserver import start_xvfb, wait_until

KEYCODES = 247  # from 9 on, all there are
LETTER_A = 38  # its keycode


@pytest.fixture(scope="module")
def running():
    with start_xvfb(640, 480) as server:
        yield server


@pytest.fixture
def server(running, monkeypatch):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", running.display)
    running.run("setxkbmap", "us", "-option", "")
    return running


@pytest.fixture
def other(server):
    """The connection of another program."""
    connection = X11Connection()
    connection.display.record_get_version(1, 13)
    yield connection.display
    connection.close()


@pytest.fixture
def keyboard(server):
    heard = Heard(X11Keyboard(activity_only=False))
    yield heard
    heard.source.stop()


def typed(heard: Heard) -> str:
    return "".join(key.text for key in heard.of(Key))


def types(server, heard: Heard, text: str) -> str:
    """Type it; what was recorded of it."""
    before = len(typed(heard))
    server.run("xdotool", "type", "--delay", "1", text)
    wait_until(lambda: len(typed(heard)) >= before + len(text), what=f"{text!r} in {typed(heard)!r}")
    return typed(heard)[before:]


def ask(display, *, first: int, symbols) -> None:
    """Ask for another meaning of keys, and wait until it is done or refused."""
    request.ChangeKeyboardMapping(
        display=display.display, onerror=lambda *_: None, first_keycode=first, keysyms=symbols
    )
    display.sync()


def next_letters(display, more: int = 0) -> list[list[int]]:
    """Every letter as the one after it, and some keys more than there are."""
    now = list(display.get_keyboard_mapping(9, KEYCODES))
    others = [[symbol + 1 if ord("a") <= symbol < ord("z") else symbol for symbol in key] for key in now]
    return others + [[0] * len(now[0])] * more


def test_a_map_that_the_server_refuses_changes_no_key(server, keyboard, other):
    ask(other, first=9, symbols=next_letters(other, more=1))
    assert types(server, keyboard, "hello") == "hello"


def test_a_map_that_the_server_takes_after_one_that_it_refuses_is_followed(server, keyboard, other):
    refused = {"first_keycode": 1, "keysyms": [[ord("x")]]}
    taken = {"first_keycode": LETTER_A, "keysyms": [[ord("q"), ord("Q")]]}
    for asked in (refused, taken):
        request.ChangeKeyboardMapping(display=other.display, onerror=lambda *_: None, **asked)
    other.sync()
    server.run("xdotool", "key", str(LETTER_A))
    keyboard.wait_for(typed, "the letter")
    assert typed(keyboard) == "q"


@pytest.mark.parametrize(
    "body",
    [
        b"",  # no head
        struct.pack("<BBxx", LETTER_A, 2),  # no symbols at all
        struct.pack("<BBxxI", LETTER_A, 2, ord("x")),  # fewer than it says
        struct.pack("<BBxxIII", LETTER_A, 2, ord("x"), ord("X"), ord("y")),  # more
        struct.pack("<BBxx", LETTER_A, 0),  # none per key
    ],
)
@pytest.mark.parametrize("is_long", [False, True])
def test_a_request_of_a_wrong_length_changes_nothing_and_ends_nothing(server, keyboard, other, body, is_long):
    send(other, 100, 1, body, is_long=is_long)
    assert types(server, keyboard, "hello") == "hello"
    assert all(status.working for status in keyboard.of(SourceStatus))


def test_a_map_asked_for_with_a_long_requests_head_is_followed(server, keyboard, other):
    send(other, 100, 1, struct.pack("<BBxxII", LETTER_A, 2, ord("q"), ord("Q")), is_long=True)
    server.run("xdotool", "key", str(LETTER_A))
    keyboard.wait_for(typed, "the letter")
    assert typed(keyboard) == "q"


def test_a_change_that_a_program_tells_of_in_the_servers_name_is_none():
    changed = []
    keys: Any = SimpleNamespace(keys_changed=lambda *given: changed.append(given), map_may_have_changed=lambda: None)
    changes = MapChanges(keys, xkb_opcode=135)
    asked = struct.pack("<BBHBBxxI", 100, 1, 3, LETTER_A, 1, ord("q"))
    for by_server in (False, True):
        changes.take_request(asked, 0, swapped=False)
        changes.take_told(struct.pack("<B3xBBB25x", 34 if by_server else 34 | 0x80, 1, LETTER_A, 1))
        assert bool(changed) == by_server


SWITCHED_OFF = ["unregister", "register", "unregister and register again", "disable", "free"]


def switch_off(display, how: str, context: int) -> None:
    """Do it to the recorder's context, whose number any program can learn."""
    everyone = [record.AllClients]
    others = [Wanted((X.MotionNotify, X.MotionNotify)).ranges(0)[0]]
    if how.startswith("unregister"):
        display.record_unregister_clients(context, everyone)
    if how == "unregister and register again":
        wanted = Wanted((X.KeyPress, X.KeyRelease)).ranges(display.display.get_extension_major(record.extname))
        display.record_register_clients(context, 0, everyone, wanted)
    if how == "register":
        display.record_register_clients(context, 0, everyone, others)
    if how == "disable":
        display.record_disable_context(context)
    if how == "free":
        record.FreeContext(
            display=display.display, opcode=display.display.get_extension_major(record.extname), context=context
        )
    display.sync()


@pytest.fixture
def revived(server):
    """Hears a source that is begun anew."""
    all_heard: list[Heard] = []

    def hear(make) -> Heard:
        all_heard.append(Heard(RevivedSource(make)))
        return all_heard[-1]

    yield hear
    for heard in all_heard:
        heard.source.stop()


def works_again(heard: Heard) -> bool:
    return [status.working for status in heard.of(SourceStatus)][-2:] == [False, True]


@pytest.mark.parametrize("how", SWITCHED_OFF)
def test_keys_switched_off_by_another_program_are_a_sign_and_a_gap_and_recorded_again(server, revived, other, how):
    heard = revived(lambda: X11Keyboard(activity_only=False))
    assert types(server, heard, "before") == "before"
    known_ns = heard.of(Key)[-1].at_ns
    switch_off(other, how, heard.source._source._recording._context)
    done_ns = heard.clock.now_ns()
    heard.wait_for(works_again, "the keyboard that follows")

    assert types(server, heard, "after") == "after"
    sign = heard.of(EvasionSign)[0]
    assert (sign.sign, sign.pid) == ("recorder_cut_off", os.getpid())
    assert [status.detail for status in heard.of(SourceStatus) if not status.working] == [CUT_OFF]
    gaps = heard.of(Gap)
    assert known_ns <= gaps[0].at_ns <= done_ns
    assert [gap.at_ns for gap in gaps[1:]] == [gap.end_ns for gap in gaps[:-1]]
    assert gaps[-1].end_ns == heard.of(SourceStatus)[-1].at_ns


def test_clicks_switched_off_by_another_program_are_a_sign_and_recorded_again(server, revived, other):
    heard = revived(X11Pointer)
    switch_off(other, "unregister", heard.source._source._recording._context)
    heard.wait_for(works_again, "the pointer that follows")
    server.run("xdotool", "mousemove", "300", "200", "click", "1")
    heard.wait_for(lambda one: one.of(Click), "the click")
    assert [sign.sign for sign in heard.of(EvasionSign)] == ["recorder_cut_off"]


def test_what_the_server_does_not_record_any_more_is_a_gap_at_the_end_too(server, monkeypatch, other):
    """However it came about unseen."""
    source = X11Keyboard(activity_only=True)
    heard = Heard(source)
    monkeypatch.setattr(source._recording, "change_asked", lambda _found: None)
    switch_off(other, "register", source._recording._context)
    source.stop()
    assert [sign.sign for sign in heard.of(EvasionSign)] == ["recorder_cut_off"]
    assert [gap.detail for gap in heard.of(Gap)] == [CUT_OFF]


def test_other_programs_that_record_for_themselves_are_no_matter_of_the_recorders(server, keyboard, other):
    context = other.record_create_context(0, [record.AllClients], [Wanted((X.KeyPress, X.KeyRelease)).ranges(0)[0]])
    for how in ("register", "unregister", "free"):
        switch_off(other, how, context)
    assert types(server, keyboard, "hello") == "hello"
    keyboard.source.stop()
    assert not keyboard.of(EvasionSign)
    assert not keyboard.of(Gap)


class _Raw:
    """A request as it stands."""

    def __init__(self, binary: bytes) -> None:
        self._binary = binary
        self._serial = 0

    def _set_error(self, _error: object) -> int:
        return 1


class _EnableLong(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength())
    _reply = rq.Struct(rq.ReplyCode(), rq.Pad(1), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Pad(24))


def send(display, opcode: int, data: int, body: bytes, *, is_long: bool) -> None:
    """Send a request as it stands, and wait until it is done or refused."""
    units = 1 + len(body) // 4
    head = struct.pack("<BBH", opcode, data, units)
    if is_long:
        _EnableLong(display=display.display, opcode=display.query_extension("BIG-REQUESTS").major_opcode)
        head = struct.pack("<BBHI", opcode, data, 0, units + 1)
    display.display.send_request(_Raw(head + body), False)
    display.sync()
