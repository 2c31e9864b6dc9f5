"""Screens of a real X server: what changed, exactly, whatever happens to the monitors."""

import threading
import time

import numpy as np
import pytest
from Xlib import X

from recorder.capture.poll_screen import PollScreen
from recorder.capture.screen import Damage, DisplayLostError, GrabFailedError, ScreenSource, open_screen_source
from recorder.capture.screen_numbers import ScreenNumbers
from recorder.capture.session_type import session_type
from recorder.capture.x11_monitors import MOST_MONITORS
from recorder.capture.x11_screen import X11DamageScreen
from recorder.errors import CannotRecordError
from recorder.events import Screen
from recorder.geometry import Rect
from tests.spending import least_cost_s
from tests.xserver import XServer, start_xvfb, wait_until

METHODS = ("damage", "poll")


@pytest.fixture(params=METHODS)
def source(request, server, monkeypatch):
    monkeypatch.setattr("recorder.capture.poll_screen.LAYOUT_EVERY_S", 0.3)
    opened = open_screen_source(prefer=request.param)
    assert opened.method == request.param
    _drain(opened)
    yield opened
    opened.close()


def _drain(source: ScreenSource) -> None:
    while source.wait(0.3).areas:
        pass


def _draw(server: XServer, *areas: Rect, colour: int = 0xFF8800) -> None:
    with server.connection() as connection:
        screen = connection.screen()
        gc = screen.root.create_gc(foreground=colour, subwindow_mode=X.IncludeInferiors)
        for area in areas:
            screen.root.fill_rectangle(gc, *area)
        connection.sync()


def _wait_for_areas(source: ScreenSource) -> Damage:
    found = wait_until(lambda: (news := source.wait(1.0)).areas and news, what="damage")
    assert isinstance(found, Damage)
    return found


def _holds(areas: tuple[Rect, ...], wanted: Rect) -> bool:
    covered = np.zeros((2000, 2000), dtype=bool)
    for area in areas:
        covered[area.top : area.bottom, area.left : area.right] = True
    return bool(covered[wanted.top : wanted.bottom, wanted.left : wanted.right].all())


def test_what_is_drawn_is_reported_and_grabbed_exactly(server, source):
    drawn = Rect(120, 50, 64, 32)
    _draw(server, drawn, colour=0x112233)
    areas = _wait_for_areas(source).areas[0]
    assert _holds(areas, drawn)
    pixels = source.grab(0, drawn)
    assert pixels.shape == (32, 64, 4)
    assert pixels.flags.c_contiguous
    assert (pixels[..., :3] == (0x33, 0x22, 0x11)).all()


def test_damage_far_apart_stays_apart(server):
    source = open_screen_source(prefer="damage")
    _drain(source)
    corners = tuple(Rect(left, top, 60, 60) for left in (0, 740) for top in (0, 540))
    _draw(server, *corners)
    areas = _wait_for_areas(source).areas[0]
    source.close()
    assert set(areas) == set(corners)


def test_ten_thousand_drawings_cost_a_few_messages(server):
    source = open_screen_source(prefer="damage")
    _drain(source)
    _draw(server, *(Rect(7 * n % 790, 13 * n % 590, 3, 3) for n in range(10_000)))
    began_s = time.process_time()
    areas = _wait_for_areas(source).areas[0]
    cost_s = time.process_time() - began_s
    source.close()
    assert len(areas) <= 12
    assert cost_s < 0.05


def test_a_change_of_one_pixel_is_never_missed(server, source):
    for left, top in ((0, 0), (799, 599), (400, 300)):
        _draw(server, Rect(left, top, 1, 1))
        assert _holds(_wait_for_areas(source).areas[0], Rect(left, top, 1, 1))
        _drain(source)


def test_a_change_back_within_a_look_is_seen_by_damage(server):
    source = open_screen_source(prefer="damage")
    _drain(source)
    _draw(server, Rect(10, 10, 5, 5))
    _wait_for_areas(source)
    _draw(server, Rect(10, 10, 5, 5), colour=0)
    assert _holds(_wait_for_areas(source).areas[0], Rect(10, 10, 5, 5))
    source.close()


def test_wake_ends_a_wait_that_has_no_end(server, source):
    woken = threading.Event()

    def wait() -> None:
        source.wait(None)
        woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    source.wake()
    assert woken.wait(5)
    thread.join()


def test_two_monitors_are_two_screens_and_keep_their_numbers(server, source):
    server.run("xrandr", "--setmonitor", "left", "400/100x600/100+0+0", "screen")
    server.run("xrandr", "--setmonitor", "right", "400/100x600/100+400+0", "none")
    wait_until(lambda: source.wait(0.5) is not None and len(source.screens()) == 2, what="two screens")
    numbers = {screen.area: screen.number for screen in source.screens()}
    assert set(numbers) == {Rect(0, 0, 400, 600), Rect(400, 0, 400, 600)}
    _drain(source)

    _draw(server, Rect(390, 100, 20, 20), colour=0x00FF00)
    news = _wait_for_areas(source).areas
    assert _holds(news[numbers[Rect(0, 0, 400, 600)]], Rect(390, 100, 10, 20))
    assert (source.grab(numbers[Rect(400, 0, 400, 600)], Rect(0, 100, 10, 20))[..., 1] == 255).all()

    server.run("xrandr", "--delmonitor", "left")
    server.run("xrandr", "--delmonitor", "right")
    wait_until(lambda: source.wait(0.5) is not None and len(source.screens()) == 1, what="one screen")
    server.run("xrandr", "--setmonitor", "left", "400/100x600/100+0+0", "screen")
    server.run("xrandr", "--setmonitor", "right", "400/100x600/100+400+0", "none")
    wait_until(lambda: source.wait(0.5) is not None and len(source.screens()) == 2, what="two screens again")
    if source.method == "damage":  # RANDR knows the names of monitors that have no output of their own
        assert {screen.area: screen.number for screen in source.screens()} == numbers


def test_what_is_lit_is_recorded_whatever_monitors_a_program_defines(server):
    source = open_screen_source(prefer="damage")
    server.run("xrandr", "--setmonitor", "tiny", "1/1x1/1+0+0", "screen")
    wait_until(lambda: source.wait(0.5) is not None and len(source.screens()) == 2, what="the new monitor")
    assert {screen.area for screen in source.screens()} == {Rect(0, 0, 1, 1), Rect(0, 0, 800, 600)}
    for number in range(MOST_MONITORS):
        server.run("xrandr", "--setmonitor", f"many{number}", f"{number + 2}/1x1/1+0+0", "none")
    wait_until(lambda: source.wait(0.5) is not None and len(source.screens()) == 1, what="nobody to believe")
    assert [screen.area for screen in source.screens()] == [Rect(0, 0, 800, 600)]
    source.close()


def _resize(server: XServer, width: int, height: int) -> None:
    name = f"{width}x{height}"
    server.run(
        "xrandr", "--newmode", name, "36", *(str(width + n) for n in (0, 24, 96, 224)),
        *(str(height + n) for n in (0, 1, 3, 25)),
    )  # fmt: skip
    server.run("xrandr", "--addmode", "screen", name)
    server.run("xrandr", "--output", "screen", "--mode", name)


def test_a_monitor_that_is_found_as_it_was_and_as_it_is_makes_two_screens_with_numbers_of_their_own():
    numbers = ScreenNumbers()
    places = [Rect(0, 0, 400, 600), Rect(0, 0, 800, 600)]
    found = numbers.screens([("screen", place, None) for place in places])
    assert [(screen.number, screen.area) for screen in found] == list(enumerate(places))
    assert numbers.screens([("screen", places[1], None)]) == (Screen(0, "screen", places[1]),)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (797, 599)])
def test_a_resized_screen_is_a_new_layout_and_grabbed_whole(server, source, width, height):
    _resize(server, width, height)
    whole = Rect(0, 0, width, height)
    wait_until(lambda: source.wait(0.5) is not None and source.screens()[0].area == whole, what="the new size")
    assert source.grab(0, whole).shape == (height, width, 4)
    _drain(source)
    _draw(server, Rect(width - 3, height - 3, 3, 3), colour=0xFFFFFF)
    assert _holds(_wait_for_areas(source).areas[0], Rect(width - 3, height - 3, 3, 3))


def test_a_larger_screen_than_at_the_start_can_be_grabbed(monkeypatch):
    with start_xvfb(1280, 720) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        _resize(server, 640, 480)
        source = open_screen_source(prefer="damage")
        server.run("xrandr", "--output", "screen", "--mode", "1280x720")
        wait_until(lambda: source.wait(0.5) is not None and source.screens()[0].area.width == 1280, what="the new size")
        assert source.grab(0, Rect(0, 0, 1280, 720)).shape == (720, 1280, 4)
        source.close()


def test_a_screen_that_is_gone_fails_to_be_grabbed_in_words(server, source):
    with pytest.raises(GrabFailedError, match="Screen 7"):
        source.grab(7, Rect(0, 0, 1, 1))


def test_a_display_that_dies_is_said_in_words_and_hangs_nobody(server, source):
    server.kill()
    with pytest.raises(DisplayLostError, match="display is gone"):
        source.grab(0, Rect(0, 0, 10, 10))
    if source.method == "damage":
        with pytest.raises(DisplayLostError, match="display is gone"):
            source.wait(None)
    else:
        with pytest.raises(DisplayLostError, match="display is gone"):
            for _ in range(100):
                source.wait(1.0)
    source.close()
    source.close()


def test_a_display_that_dies_ends_a_wait(server):
    source = open_screen_source(prefer="damage")
    _drain(source)
    caught: list[Exception] = []

    def wait() -> None:
        try:
            source.wait(None)
        except DisplayLostError as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    server.kill()
    thread.join(10)
    assert caught
    source.close()


def test_without_damage_reports_the_screen_is_polled(monkeypatch):
    with start_xvfb(640, 480, options=("-extension", "DAMAGE")) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        source = open_screen_source()
        assert isinstance(source, PollScreen)
        source.close()
        with pytest.raises(CannotRecordError, match="DAMAGE"):
            open_screen_source(prefer="damage")


def test_without_randr_the_whole_desktop_is_one_screen(monkeypatch):
    with start_xvfb(640, 480, options=("-extension", "RANDR")) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        for method in METHODS:
            source = open_screen_source(prefer=method)
            assert [screen.area for screen in source.screens()] == [Rect(0, 0, 640, 480)]
            source.close()


def test_a_display_of_few_colours_is_refused_in_words(monkeypatch):
    with start_xvfb(640, 480, depth=16) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        for method in METHODS:
            with pytest.raises(CannotRecordError, match="24"):
                open_screen_source(prefer=method)


def test_no_display_and_wayland_are_refused_in_one_sentence(monkeypatch):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(CannotRecordError, match="DISPLAY is not set"):
        open_screen_source()
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(CannotRecordError, match=":9999"):
        open_screen_source()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(CannotRecordError, match="Wayland"):
        open_screen_source()


def test_xwayland_is_wayland():
    assert session_type({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux").kind == "wayland"
    assert session_type({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "linux").kind == "wayland"
    assert session_type({"DISPLAY": ":0", "XDG_SESSION_TYPE": "tty"}, "linux").kind == "x11"
    assert session_type({}, "linux").kind == "none"


def test_an_x_server_inside_wayland_is_refused_even_if_the_environment_says_nothing(server):
    server.run("xrandr", "--setmonitor", "XWAYLAND0", "800/200x600/150+0+0", "screen")
    with pytest.raises(CannotRecordError, match="Wayland"):
        open_screen_source(prefer="damage")


def test_everything_is_looked_at_once_a_minute_in_case_a_report_was_missed(server, monkeypatch):
    monkeypatch.setattr("recorder.capture.x11_screen.SWEEP_S", 0.2)
    source = X11DamageScreen()
    source.open()
    source.wait(0)
    began_s = time.monotonic()
    assert source.wait(None).areas == {0: (Rect(0, 0, 800, 600),)}
    assert time.monotonic() - began_s < 5
    source.close()


def test_everything_is_looked_at_where_another_program_took_the_report_away(server):
    source = X11DamageScreen()
    source.open()
    _drain(source)
    with server.connection() as other:
        other.damage_query_version()
        root = other.screen().root
        root.fill_rectangle(root.create_gc(foreground=0x334455), 10, 10, 40, 40)
        other.damage_subtract(source._damage, X.NONE, X.NONE)
        other.sync()
    assert source.wait(5.0).areas == {0: (Rect(0, 0, 800, 600),)}
    source.close()


def test_an_idle_screen_costs_nothing(server):
    source = open_screen_source(prefer="damage")
    _drain(source)

    def rest(seconds):
        assert not source.wait(seconds).areas

    assert least_cost_s(rest, stretch_s=1.0) < 0.01
    source.close()
