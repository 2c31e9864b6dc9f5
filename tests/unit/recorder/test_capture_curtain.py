"""Curtains: windows that cover a monitor while input goes on under them, on a real X server, and the arithmetic."""

import contextlib

import pytest
from Xlib import X
from Xlib import display as xdisplay

from recorder.agent_events import EvasionSign
from recorder.capture.covering import covers, is_hidden
from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_curtain import X11Curtain
from recorder.geometry import Rect
from tests.heard import Heard
from tests.xserver import start_xvfb, wait_until

WIDTH, HEIGHT = 640, 480
WHOLE = Rect(0, 0, WIDTH, HEIGHT)
LEFT, RIGHT = Rect(0, 0, WIDTH // 2, HEIGHT), Rect(WIDTH // 2, 0, WIDTH // 2, HEIGHT)
TERMINAL = "50x15+100+100"


@pytest.fixture
def display(monkeypatch):
    with start_xvfb(WIDTH, HEIGHT) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        yield server


class Stage:
    """A terminal that is typed into, and what a test puts over it; all of it goes with the server."""

    def __init__(self, server):
        self.server = server
        self.client = xdisplay.Display(server.display)
        self.terminal = server.start_xterm(geometry=TERMINAL)
        self.focus(server.wait_for_window("operator"))

    def focus(self, window):
        number = window if isinstance(window, int) else window.id
        self.client.create_resource_object("window", number).set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
        self.client.sync()

    def put(self, area, *, override=True, depth=X.CopyFromParent, **more):
        root = self.client.screen().root
        window = root.create_window(*area, 0, depth, override_redirect=override, **more)
        window.set_wm_class("xlock", "XLock")
        window.map()
        self.client.sync()
        return window

    def type(self, heard, times=15):
        for _ in range(times):
            self.server.run("xdotool", "key", "shift")
        return heard.of(EvasionSign)


@pytest.fixture
def stage(display):
    made = Stage(display)
    with contextlib.closing(made.client):
        yield made


@contextlib.contextmanager
def watched(*, long_ns=200_000_000, is_ours=lambda _pid: False, **more):
    heard = Heard(X11Curtain(look_every_s=0.05, long_ns=long_ns, is_ours=is_ours, **more))
    try:
        yield heard
    finally:
        heard.source.stop()


def is_said(stage):
    return lambda heard: stage.type(heard, 1)


def test_input_that_goes_on_under_a_window_over_everything_is_a_sign(stage):
    stage.put(WHOLE)
    with watched() as heard:
        heard.wait_for(is_said(stage), "a curtain")
    sign = heard.of(EvasionSign)[0]
    assert sign.sign == "curtain"
    assert "xlock" in sign.detail
    assert "hides xterm" in sign.detail
    assert sign.executable is not None
    assert "python" in sign.executable


def test_windows_that_cover_it_together_are_one_curtain_whatever_small_windows_stand_above(stage):
    stage.put(LEFT)
    stage.put(RIGHT)
    stage.put(Rect(0, 0, 1, 1))
    with watched() as heard:
        heard.wait_for(is_said(stage), "a curtain of two halves")


def test_a_curtain_is_said_once_and_another_in_its_place_again(stage):
    first = stage.put(WHOLE)
    with watched(long_ns=100_000_000) as heard:
        heard.wait_for(is_said(stage), "a curtain")
        assert len(stage.type(heard)) == 1
        stage.put(WHOLE)
        first.destroy()
        heard.wait_for(lambda one: len(stage.type(one, 1)) == 2, "another curtain")


def test_a_window_of_the_agent_above_it_lifts_no_curtain(stage):
    indicator = stage.server.start_xterm(title="ours", geometry="90x30+0+0")
    stage.put(WHOLE)
    window = stage.server.wait_for_window("ours")
    stage.client.create_resource_object("window", window).raise_window()
    stage.client.sync()
    with watched(is_ours=lambda pid: pid == indicator.pid) as heard:
        heard.wait_for(is_said(stage), "a curtain under a window of ours")


def test_a_managed_window_over_what_is_typed_into_is_a_curtain(stage):
    stage.put(WHOLE, override=False)
    with watched() as heard:
        heard.wait_for(is_said(stage), "a curtain that the window manager would place")


def test_pauses_in_the_typing_do_not_begin_it_anew(stage):
    stage.put(WHOLE)

    def rests():
        return stage.client.screen().root.screensaver_query_info().idle > 120

    def type_and_pause(heard):
        stage.type(heard, 1)
        wait_until(rests, what="a pause")
        return heard.of(EvasionSign)

    with watched(long_ns=1_000_000_000, recent_ms=60) as heard:
        heard.wait_for(type_and_pause, "a curtain in spite of the pauses")


@pytest.mark.parametrize("scene", ["locker", "own cover", "below", "half", "program", "nothing under it"])
def test_ordinary_covers_are_no_curtains(stage, scene):
    match scene:
        case "locker":
            window = stage.put(WHOLE)
            assert window.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
        case "own cover":
            stage.put(WHOLE)
        case "below":
            stage.put(WHOLE).configure(stack_mode=X.Below)
            stage.client.sync()
        case "half":
            stage.put(LEFT)
            stage.put(Rect(0, 0, WIDTH, HEIGHT // 3))
        case "program":
            stage.focus(stage.put(WHOLE, override=False))
        case "nothing under it":
            stage.server.stop_client(stage.terminal)
            stage.put(WHOLE)
    terminal = stage.terminal.pid
    is_ours = (lambda pid: pid != terminal) if scene == "own cover" else (lambda _pid: False)
    with watched(long_ns=100_000_000, is_ours=is_ours) as heard:
        assert stage.type(heard) == []
        if scene == "locker":
            assert heard.source._under_ns > 0, "it was taken for one until the keyboard was asked for"


@pytest.mark.parametrize("pixel", [0x0000_0000, 0xFF00_0000])
def test_a_window_that_is_seen_through_is_no_curtain_where_windows_are_drawn_anew(stage, pixel):
    screen = stage.client.screen()
    visual = next(one for depth in screen.allowed_depths if depth.depth == 32 for one in depth.visuals)
    colormap = screen.root.create_colormap(visual.visual_id, X.AllocNone)
    drawn = {"visual": visual.visual_id, "colormap": colormap, "border_pixel": 0, "background_pixel": pixel}
    window = stage.put(WHOLE, depth=32, **drawn)
    window.set_selection_owner(stage.client.intern_atom("_NET_WM_CM_S0"), X.CurrentTime)
    stage.client.sync()
    with watched(long_ns=100_000_000) as heard:
        if pixel:
            heard.wait_for(is_said(stage), "an opaque curtain")
        else:
            assert stage.type(heard) == []


def test_a_terminal_in_the_window_managers_full_screen_is_no_curtain(display):
    display.start_openbox()
    display.start_xterm(title="below", geometry="30x10+10+10")
    display.start(["xterm", "-T", "full", "-fullscreen"])
    window = display.focus("full")
    with display.connection() as client:
        full = client.create_resource_object("window", window)
        wait_until(lambda: full.get_geometry().width > WIDTH - 20, what="the full screen")
    with watched(long_ns=100_000_000) as heard:
        for _ in range(15):
            display.run("xdotool", "key", "shift")
        assert heard.of(EvasionSign) == []


# --- the arithmetic ---------------------------------------------------------------------------------------------------


def a_window(number, area, *, pid=1, popup=False):
    return ShownWindow(number, area, owner=pid << 21, names=("it",), pid=pid, is_popup=popup)


def parts(window):
    return (window.area,)


def test_who_covers_a_monitor_is_judged_by_what_of_it_can_be_seen():
    left, right = a_window(1, LEFT, pid=1, popup=True), a_window(2, RIGHT, pid=2, popup=True)
    (cover,) = covers([left, right], WHOLE, parts)
    assert {one.window_id for one in cover.windows} == {1, 2}
    assert not cover.is_managed
    above = a_window(3, Rect(100, 100, 400, 300), pid=3)
    assert list(covers([left, right, above], WHOLE, parts)) == []
    panel = a_window(4, Rect(0, 0, WIDTH, 40), pid=4)
    assert len(list(covers([left, right, panel], WHOLE, parts))) == 1


def test_halves_of_different_programs_cover_nothing_where_the_window_manager_placed_them():
    assert list(covers([a_window(1, LEFT, pid=1), a_window(2, RIGHT, pid=2)], WHOLE, parts)) == []
    (cover,) = covers([a_window(1, LEFT, pid=1), a_window(2, RIGHT, pid=1)], WHOLE, parts)
    assert cover.is_managed


def test_a_window_is_hidden_when_nearly_nothing_of_it_is_left():
    low, half, whole = a_window(1, Rect(0, 0, 300, 300)), a_window(2, Rect(0, 0, 150, 300)), a_window(3, WHOLE)
    assert not is_hidden(low, [low, half], WHOLE, parts)
    assert is_hidden(low, [low, half, whole], WHOLE, parts)
    assert not is_hidden(low, [whole, low], WHOLE, parts)
    small = a_window(4, Rect(0, 0, 1, 1))
    assert not is_hidden(small, [small, whole], WHOLE, parts), "nobody works in one pixel"


def test_the_keyboard_is_given_back_after_it_was_asked_for(stage):
    stage.put(WHOLE)
    with watched() as heard:
        heard.wait_for(is_said(stage), "a curtain")
    root = stage.client.screen().root
    assert root.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
