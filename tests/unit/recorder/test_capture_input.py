"""Input of a real X server: what is typed in any layout, clicks, the wheel and the pointer's place."""

import os
import time

import pytest

from recorder.capture.source import ThreadSource
from recorder.capture.x11_keyboard import X11Keyboard
from recorder.capture.x11_pointer import X11Pointer
from recorder.capture.x11_pointer_shape import X11PointerShape
from recorder.events import Click, Key, KeyActivity, PointerMoved, PointerShape, Scroll, SourceStatus
from tests.heard import Heard
from tests.spending import least_cost_s
from tests.xserver import XServer, start_xvfb, wait_until

XC_CROSSHAIR = 34  # of the font of pointers that every X server has


@pytest.fixture(scope="module")
def running():
    with start_xvfb(800, 600) as server:
        yield server


@pytest.fixture
def server(running, monkeypatch):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", running.display)
    running.run("setxkbmap", "us", "-option", "")
    return running


class Listening(Heard):
    """A source of input that works, and what it emitted."""

    def __init__(self, source: ThreadSource) -> None:
        super().__init__(source)
        status = self.events[0]
        assert isinstance(status, SourceStatus)
        assert status.working, status.detail

    def pressed(self) -> list[Key]:
        return [event for event in self.events if isinstance(event, Key)]

    def place(self) -> tuple[int, int] | None:
        """Where the pointer was told to be last."""
        moves = [event for event in self.events if isinstance(event, PointerMoved)]
        return (moves[-1].x_px, moves[-1].y_px) if moves else None

    def typed(self) -> str:
        return "".join(key.text for key in self.pressed())

    def named(self) -> list[str]:
        return ["+".join((*key.modifiers, key.name)) for key in self.pressed() if key.name]


@pytest.fixture
def keyboard(server):
    listening = Listening(X11Keyboard(activity_only=False))
    yield listening
    listening.source.stop()


@pytest.fixture
def pointer(server):
    server.run("xdotool", "mousemove", "400", "300")
    listening = Listening(X11Pointer())
    wait_until(lambda: len(listening.events) > 1, what="the pointer's place")
    listening.events.clear()
    yield listening
    listening.source.stop()


@pytest.mark.parametrize(("drops_every_s", "moves"), [(0.05, False), (3600.0, True)])
def test_what_the_server_tells_of_the_keyboards_map_piles_up_nowhere(server, monkeypatch, drops_every_s, moves):
    monkeypatch.setattr("recorder.capture.x11_pointer.DROP_EVERY_S", drops_every_s)
    source = X11Pointer()
    pointer = Listening(source)
    connection = source._connection
    assert connection is not None
    for number, layout in enumerate(("de", "fr", "us")):
        server.run("setxkbmap", layout)
        if moves:
            server.run("xdotool", "mousemove", "100", str(100 + number))
            place = (100, 100 + number)
            wait_until(lambda: pointer.place() == place, what="the move")  # noqa: B023 - asked before it is another
    wait_until(
        lambda: not connection.has_input() and not connection.display.display.event_queue, what="all to be dropped"
    )
    pointer.source.stop()


def _type(server: XServer, listening: Listening, text: str, *, delay_ms: int = 1) -> str:
    before = len(listening.typed())
    server.run("xdotool", "type", "--delay", str(delay_ms), text)
    wait_until(lambda: len(listening.typed()) >= before + len(text), what=f"{text!r} in {listening.typed()!r}")
    return listening.typed()[before:]


@pytest.mark.parametrize("layout", ["us", "de", "fr", "jp", "ru", "gr", "cz", "us,ru", "us -variant dvorak"])
def test_typed_text_is_right_in_every_layout(server, keyboard, layout):
    server.run("setxkbmap", *layout.split())
    text = "yz YZ 0aq@[]{}|\\#~ ls -la /etc | grep 'x' > \"out\"; äöüß éàç жЫ €"
    if layout in ("ru", "gr"):  # xdotool borrows a key for Z without its case, so an application sees z too
        text = text.lower()
    assert _type(server, keyboard, text) == text


@pytest.mark.parametrize("delay_ms", [0, 1, 12])
def test_characters_that_no_layout_has_are_right_whatever_the_speed(server, keyboard, delay_ms):
    text = "日本語の入力とテスト 한국어 العربية ∑√ 🎌"
    assert _type(server, keyboard, text, delay_ms=delay_ms) == text


def test_the_layout_in_force_is_told(server, keyboard):
    server.run("setxkbmap", "de")
    _type(server, keyboard, "a")
    assert keyboard.pressed()[-1].layout == "German"


def test_the_second_group_types_its_own_letters(server, keyboard):
    server.run("setxkbmap", "us,ru", "-option", "grp:toggle")
    server.run("xdotool", "key", "38")
    server.run("xdotool", "key", "--clearmodifiers", "ISO_Next_Group")
    server.run("xdotool", "key", "ISO_Next_Group", "38")
    wait_until(lambda: len(keyboard.typed()) == 2, what="two letters")
    assert keyboard.typed()[0] == "a"
    assert keyboard.pressed()[-1].layout in ("Russian", "English (US)")
    expected = {"Russian": "ф", "English (US)": "a"}
    assert keyboard.typed()[1] == expected[str(keyboard.pressed()[-1].layout)]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["dead_acute", "e"], "é"),
        (["dead_diaeresis", "u"], "ü"),
        (["dead_circumflex", "o"], "ô"),
        (["dead_acute", "space"], "'"),
    ],
)
def test_a_dead_key_and_a_letter_are_one_character(server, keyboard, keys, text):
    server.run("setxkbmap", "us", "-variant", "intl")
    server.run("xdotool", "key", *keys)
    wait_until(keyboard.typed, what="a character")
    assert (keyboard.typed(), keyboard.named()) == (text, [])


def test_a_dead_key_that_composes_nothing_is_not_lost(server, keyboard):
    server.run("setxkbmap", "us", "-variant", "intl")
    server.run("xdotool", "key", "dead_acute", "x")
    wait_until(keyboard.typed, what="a character")
    assert (keyboard.typed(), keyboard.named()) == ("x", ["dead_acute"])


def test_the_compose_key_composes(server, keyboard):
    server.run("setxkbmap", "us", "-option", "compose:menu")
    server.run("xdotool", "key", "Multi_key", "o", "c")
    wait_until(keyboard.typed, what="a character")
    assert keyboard.typed() == "©"


def test_a_map_changed_by_xmodmap_is_followed(server, keyboard):
    server.run("xmodmap", "-e", "keycode 38 = q Q")
    server.run("xdotool", "key", "38")
    wait_until(keyboard.typed, what="a letter")
    wait_until(lambda: keyboard.clock.now_ns() > 3_000_000_000, what="the map to rest")
    server.run("xdotool", "keydown", "50", "key", "38", "keyup", "50")
    wait_until(lambda: len(keyboard.typed()) == 2, what="two letters")
    assert keyboard.typed() == "qQ"


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ("Return", "enter"), ("KP_Enter", "enter"), ("Tab", "tab"), ("shift+Tab", "shift+tab"), ("Escape", "esc"),
        ("BackSpace", "backspace"), ("Delete", "delete"), ("Left", "left"), ("Page_Up", "page_up"), ("F5", "f5"),
        ("ctrl+c", "ctrl+c"), ("ctrl+shift+c", "ctrl+shift+C"), ("alt+Tab", "alt+tab"), ("super+l", "cmd+l"),
        ("super", "cmd"), ("ctrl+alt+Delete", "ctrl+alt+delete"), ("shift+Left", "shift+left"),
        ("Print", "print_screen"),
    ],
)  # fmt: skip
def test_keys_that_type_nothing_are_named(server, keyboard, keys, named):
    server.run("xdotool", "key", keys)
    wait_until(keyboard.named, what="a named key")
    assert [name for name in keyboard.named() if name != "num_lock"] == [named]
    assert keyboard.typed() == ""


def test_caps_lock_and_the_keypad_are_followed(server, keyboard):
    server.run("xdotool", "key", "Caps_Lock", "a", "shift+b", "1", "Caps_Lock")
    server.run("xdotool", "key", "KP_5", "a")
    wait_until(lambda: keyboard.typed().endswith("a"), what="the text")
    assert keyboard.typed() == "Ab15a"


def test_a_held_key_repeats_and_says_so(server, keyboard):
    server.run("xdotool", "keydown", "a")
    wait_until(lambda: len(keyboard.pressed()) > 3, what="repeats")
    server.run("xdotool", "keyup", "a")
    server.run("xdotool", "key", "a")
    wait_until(lambda: not keyboard.pressed()[-1].repeat, what="a new press")
    repeats = [key.repeat for key in keyboard.pressed()]
    assert repeats == [False, *[True] * (len(repeats) - 2), False]


def test_a_letter_twice_at_full_speed_is_no_repeat(server, keyboard):
    assert _type(server, keyboard, "llll aabb", delay_ms=0) == "llll aabb"
    assert not any(key.repeat for key in keyboard.pressed())


def test_a_key_has_the_servers_time_which_is_before_its_arrival(server, keyboard):
    arrived: list[tuple[int, int]] = []
    keyboard.source._emit_outside = lambda event: arrived.append((event.at_ns, keyboard.clock.now_ns()))
    server.run("xdotool", "type", "--delay", "5", "0123456789")
    wait_until(lambda: len(arrived) == 10, what="ten keys")
    assert all(0 <= now_ns - at_ns < 2_000_000_000 for at_ns, now_ns in arrived)
    assert [at_ns for at_ns, _ in arrived] == sorted(at_ns for at_ns, _ in arrived)


def test_by_policy_only_the_number_of_keys_is_recorded(server):
    listening = Listening(X11Keyboard(activity_only=True))
    server.run("xdotool", "type", "--delay", "1", "secret")
    activity = wait_until(
        lambda: [event for event in listening.events if isinstance(event, KeyActivity)], what="key activity"
    )
    listening.source.stop()
    assert isinstance(activity, list)
    total = sum(event.presses for event in listening.events if isinstance(event, KeyActivity))
    assert total == 6
    assert not listening.pressed()
    assert all(event.at_ns <= event.end_ns for event in activity)


def test_clicks_have_place_and_button(server, pointer):
    server.run("xdotool", "mousemove", "120", "90", "click", "1", "click", "3", "click", "9")
    wait_until(lambda: len([e for e in pointer.events if isinstance(e, Click)]) == 6, what="clicks")
    clicks = [(e.x_px, e.y_px, e.button, e.pressed) for e in pointer.events if isinstance(e, Click)]
    assert clicks == [(120, 90, button, down) for button in ("left", "right", "x2") for down in (True, False)]


def test_notches_of_one_turn_are_one_event_and_a_turn_back_is_another(server, pointer):
    server.run("xdotool", "click", "--repeat", "3", "--delay", "5", "4", "click", "--repeat", "2", "--delay", "5", "5")
    wait_until(lambda: [e for e in pointer.events if isinstance(e, Scroll) and e.dy < 0], what="scrolling back")
    scrolls = [(e.x_px, e.y_px, e.dx, e.dy) for e in pointer.events if isinstance(e, Scroll)]
    assert scrolls == [(400, 300, 0, 3), (400, 300, 0, -2)]


def test_a_fast_pointer_is_thinned_and_its_last_place_is_told(server, pointer):
    moves = " ".join(f"mousemove {100 + n % 500} {200 + n % 300} sleep 0.002" for n in range(400))
    began_s = time.monotonic()
    server.run("xdotool", *moves.split())
    server.run("xdotool", "mousemove", "333", "222")
    wait_until(lambda: pointer.place() == (333, 222), what="the last place")
    took_s = time.monotonic() - began_s
    assert len(pointer.events) <= took_s * 16 + 4
    assert all(isinstance(event, PointerMoved) for event in pointer.events)


def test_a_move_after_rest_is_told_again(server, pointer):
    for place in ((10, 20), (30, 40)):
        server.run("xdotool", "mousemove", *(str(number) for number in place))
        wait_until(lambda: pointer.place() == place, what="the place")  # noqa: B023
        wait_until(lambda: not pointer.source._is_moving, what="rest")


@pytest.fixture
def shapes(server):
    """The pointer's shapes so far, from where it stands on the root."""
    server.run("xdotool", "mousemove", "700", "500")
    listening = Listening(X11PointerShape())
    yield lambda: [event for event in listening.events if isinstance(event, PointerShape)]
    listening.source.stop()


def test_the_pointers_shape_is_told_when_it_changes(server, shapes):
    wait_until(shapes, what="the first shape")
    client = server.start_xterm(geometry="20x5+0+0")
    server.run("xdotool", "mousemove", "60", "40")
    wait_until(lambda: shapes()[-1].bgra != shapes()[0].bgra, what="the text pointer")
    text = shapes()[-1]
    assert len(text.bgra) == text.width_px * text.height_px * 4
    assert 0 <= text.hot_x_px < text.width_px
    server.run("xdotool", "mousemove", "700", "500")
    with server.connection() as connection:  # the server refuses the picture of a pointer whose program has ended
        font = connection.open_font("cursor")
        crosshair = font.create_glyph_cursor(font, XC_CROSSHAIR, XC_CROSSHAIR + 1, (0, 0, 0), (65535, 65535, 65535))
        connection.screen().root.change_attributes(cursor=crosshair)
        connection.sync()
        wait_until(lambda: shapes()[-1].bgra not in (text.bgra, shapes()[0].bgra), what="the crosshair")
    server.stop_client(client)


def test_input_that_is_not_touched_costs_nothing(server, keyboard, pointer):
    def rest(seconds):
        os.waitid(os.P_PID, server.start(["sleep", str(seconds)]).pid, os.WEXITED | os.WNOWAIT)

    assert least_cost_s(rest, stretch_s=1.0) < 0.01
