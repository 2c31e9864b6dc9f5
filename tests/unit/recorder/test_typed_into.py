"""What is typed into is asked for at every key, and put together anew only when something of it is another."""

from collections.abc import Iterator

import pytest
from Xlib import X

from recorder.capture.shown_windows import TypedInto
from recorder.capture.x11_windows import X11Windows
from tests.xserver import XServer, wait_until


@pytest.fixture
def windows(server: XServer) -> Iterator[X11Windows]:
    table = X11Windows()
    table.open()
    yield table
    table.close()


def title_of(typed: TypedInto) -> str | None:
    return None if typed.focused is None else typed.focused.title


def test_the_window_with_the_focus_is_the_same_object_until_it_is_another(server: XServer, windows: X11Windows) -> None:
    server.start_openbox()
    first = server.start_xterm(title="first")
    second = server.start_xterm(title="second")
    number = server.focus("first")
    wait_until(lambda: title_of(windows.typed_into()) == "first", what="the first window to have the focus")
    wait_until(lambda: windows.typed_into() is windows.typed_into(), what="nothing to change any more")
    assert windows.typed_into().pid == first.pid
    assert {window.title for window in windows.typed_into().shown} >= {"first", "second"}
    server.name_window(number, "first, renamed")
    assert title_of(windows.typed_into()) == "first, renamed", "who asks is told of all that came before"
    server.focus("second")
    wait_until(lambda: title_of(windows.typed_into()) == "second", what="the second window to have the focus")
    assert windows.typed_into().pid == second.pid


def test_keys_that_go_to_nobody_or_follow_the_pointer_are_known(server: XServer, windows: X11Windows) -> None:
    server.start_xterm(title="below")
    with server.connection() as display:
        display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime)
        display.sync()
        assert windows.typed_into().focused is None
        display.screen().root.warp_pointer(60, 60)
        display.set_input_focus(X.PointerRoot, X.RevertToNone, X.CurrentTime)
        display.sync()
        under = windows.typed_into().focused
        assert under is not None
        assert under.area.left <= 60 < under.area.left + under.area.width
        display.screen().root.warp_pointer(799, 599)
        display.sync()
        assert windows.typed_into().focused is None, "the desktop itself"
