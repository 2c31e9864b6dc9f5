"""The desktop held in place of a program that is gone: what is typed reaches nobody, until another holds it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib import X

from recorder.capture.x11_hold import DesktopHold
from tests.xserver import XServer, wait_until


@pytest.fixture
def hold(server: XServer) -> Iterator[DesktopHold]:
    hold = DesktopHold(display=server.display)
    hold.ready()
    yield hold
    hold.stop()


def is_free(server: XServer) -> bool:
    """Whether another program may take the keyboard."""
    with server.connection() as connection:
        root = connection.screen().root
        answer = root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        connection.ungrab_keyboard(X.CurrentTime)
        connection.sync()
        return bool(answer == X.GrabSuccess)


def say(server: XServer, path: Path) -> None:
    server.run("xdotool", "search", "--sync", "--name", "operator", "windowfocus", "--sync")
    server.run("xdotool", "type", "--delay", "10", f"touch {path}\n")


def test_what_is_typed_while_the_desktop_is_held_reaches_nobody(
    server: XServer, hold: DesktopHold, tmp_path: Path
) -> None:
    server.start_xterm()
    say(server, tmp_path / "before")
    wait_until((tmp_path / "before").exists, what="a terminal that works")
    hold.take()
    wait_until(lambda: not is_free(server), what="the hold")
    say(server, tmp_path / "held")
    hold.hand_over()
    wait_until(lambda: is_free(server), what="the end of it")
    say(server, tmp_path / "after")
    wait_until((tmp_path / "after").exists, what="the terminal to work again")
    assert not (tmp_path / "held").exists()


def test_it_is_held_as_soon_as_a_program_that_holds_it_still_is_gone(server: XServer, hold: DesktopHold) -> None:
    with server.connection() as dying:
        dying.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        dying.sync()
        hold.take()
    wait_until(lambda: not is_free(server), what="the hold")
