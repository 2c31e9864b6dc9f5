"""The active window, told as it stands in a real X server."""

import threading

from recorder.capture.x11_window import X11ActiveWindow
from recorder.events import Window, WindowActive
from tests.heard import Heard


def _window(heard: Heard) -> Window | None:
    changes = heard.of(WindowActive)
    return changes[-1].window if changes else None


def _title(heard: Heard) -> str | None:
    window = _window(heard)
    return None if window is None else window.title


def test_the_active_window_is_told_with_all_that_is_known_of_it(server, hear):
    server.start_openbox()
    heard = hear(X11ActiveWindow())
    xterm = server.start_xterm(title="first", geometry="40x10+60+70")
    heard.wait_for(lambda one: _title(one) == "first", "the window")
    window = _window(heard)
    assert window is not None
    assert (window.window_class, window.pid, window.executable) == ("XTerm", xterm.pid, "/usr/bin/xterm")
    assert window.area is not None
    assert (window.area.left, window.area.top) == (60, 70)

    second = server.start_xterm(title="second", geometry="40x10+300+200")
    heard.wait_for(lambda one: _title(one) == "second", "the second window")
    server.focus("first")
    heard.wait_for(lambda one: _title(one) == "first", "the first window again")

    server.run("xdotool", "set_window", "--name", "名前 ✓", str(window.window_id))
    heard.wait_for(lambda one: _title(one) == "名前 ✓", "the new title")
    server.run("xdotool", "windowmove", str(window.window_id), "200", "150")
    heard.wait_for(lambda one: (_window(one) or window).area != window.area, "the new place")

    server.stop_client(second)
    server.stop_client(xterm)
    heard.wait_for(lambda one: one.events[-1] == WindowActive(one.events[-1].at_ns, None), "no window")


def test_a_program_that_is_given_the_window_number_of_one_before_it_is_not_taken_for_that(server, hear):
    server.start_openbox()
    heard = hear(X11ActiveWindow())
    numbers = set()
    for title in ("first", "second", "third"):
        xterm = server.start_xterm(title=title)
        heard.wait_for(lambda one, title=title: _title(one) == title, title)
        window = _window(heard)
        assert window is not None
        assert window.pid == xterm.pid
        numbers.add(window.window_id)
        server.name_window(window.window_id, f"{title} renamed")
        heard.wait_for(lambda one, title=title: _title(one) == f"{title} renamed", "its new name")
        server.stop_client(xterm)
        heard.wait_for(lambda one: _window(one) is None, "no window")
    assert len(numbers) < 3, "the server gave each its own number: this tested nothing"


def test_another_window_stands_where_the_server_was_told_of_it_however_long_asking_took(server, hear, monkeypatch):
    server.start_openbox()
    heard = hear(X11ActiveWindow())
    server.start_xterm(title="first", geometry="40x10+60+70")
    server.start_xterm(title="second", geometry="40x10+300+200")
    heard.wait_for(lambda one: _title(one) == "second", "the second window")
    describe, asked = X11ActiveWindow._describe, []

    def slowly(source: X11ActiveWindow, window: object) -> Window:
        found = describe(source, window)
        threading.Event().wait(0.2)
        asked.append((found.title, source._clock.now_ns()))
        return found

    monkeypatch.setattr(X11ActiveWindow, "_describe", slowly)
    server.focus("first")
    heard.wait_for(lambda one: _title(one) == "first", "the first window again")
    known_ns = next(at_ns for title, at_ns in asked if title == "first")
    assert heard.events[-1].at_ns < known_ns - 150_000_000


def test_a_change_that_is_told_while_a_window_is_asked_is_not_waited_for_in_vain(server, hear, monkeypatch):
    heard = hear(X11ActiveWindow())  # without a window manager, nothing else follows that could wake the source
    server.start_xterm(title="first", geometry="40x10+60+70")
    server.run("xdotool", "mousemove", "90", "100")
    heard.wait_for(lambda one: _title(one) == "first", "the window")
    describe = X11ActiveWindow._describe
    named: list[Window] = []

    def and_then_it_has_another_name(source: X11ActiveWindow, window: object) -> Window:
        found = describe(source, window)
        if found.title == "between" and not named:
            named.append(found)
            server.name_window(found.window_id, "at last")
        return found

    monkeypatch.setattr(X11ActiveWindow, "_describe", and_then_it_has_another_name)
    server.name_window(server.wait_for_window("first"), "between")
    heard.wait_for(lambda one: _title(one) == "at last", "the name that it was given while it was asked")


def test_without_a_window_manager_the_focus_is_followed(server, hear):
    heard = hear(X11ActiveWindow())
    server.start_xterm(title="first", geometry="20x5+10+10")
    server.start_xterm(title="second", geometry="20x5+400+300")
    for title, place in (("first", ("50", "50")), ("second", ("450", "340")), ("first", ("50", "50"))):
        server.run("xdotool", "mousemove", *place)
        heard.wait_for(lambda one, title=title: _title(one) == title, title)
    window = server.wait_for_window("second")
    server.run("xdotool", "windowfocus", str(window))
    heard.wait_for(lambda one: _title(one) == "second", "the focused window")
