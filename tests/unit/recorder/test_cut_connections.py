"""Connections to a display that are cut though it is there: what knows the windows and the screen goes on."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayConnectionError

from recorder.agent_events import EvasionSign
from recorder.capture.cut_pace import CutPace
from recorder.capture.revived_windows import RevivedWindows
from recorder.capture.screen import ConnectionCutError, DisplayLostError
from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_life import ServerLife
from recorder.capture.x11_screen import X11DamageScreen
from recorder.capture.x11_top_window import EVERYWHERE
from recorder.geometry import Rect
from tests.heard import Heard
from tests.xserver import XServer, start_xvfb, wait_until


@pytest.fixture
def windows(server: XServer) -> Iterator[RevivedWindows]:
    table = RevivedWindows()
    table.open()
    yield table
    table.close()


def cut(server: XServer, connection: Any) -> None:
    """As any program can (XKillClient): by a resource of the connection's."""
    owned = connection.root.create_window(0, 0, 1, 1, 0, 0)
    connection.sync()
    with server.connection() as other:
        other.create_resource_object("resource", owned.id).kill_client()
        other.sync()


def cut_table(server: XServer, windows: RevivedWindows) -> None:
    cut(server, windows._table._connection)


def titles(windows: RevivedWindows) -> set[str]:
    return {window.title for window in windows.glance()}


def test_windows_are_known_on_and_what_they_did_meanwhile_may_have_been_anything(
    server: XServer, windows: RevivedWindows
) -> None:
    server.start_xterm(title="before")
    heard = list[str]()
    windows.listen(lambda: heard.append("changed"))
    wait_until(lambda: "before" in titles(windows), what="the first window")
    windows.look()
    cut_table(server, windows)
    look = windows.look()
    assert {window.title for window in look.windows} == {"before"}
    assert [window.is_known for window in look.passed if window.area == EVERYWHERE] == [False]
    assert all(window.area != EVERYWHERE for window in windows.look().passed)
    heard.clear()
    server.start_xterm(title="after")
    wait_until(lambda: heard and "after" in titles(windows), what="news of the second window")


def test_the_sign_of_a_table_that_was_cut_comes_once_somebody_hears_it(
    server: XServer, windows: RevivedWindows
) -> None:
    cut_table(server, windows)
    windows.glance()
    said = Heard(windows.news).of(EvasionSign)
    assert [(sign.sign, sign.detail) for sign in said] == [
        ("recorder_cut_off", "the connection of 'window table' to the display was cut")
    ]


def is_known(windows: RevivedWindows) -> bool:
    try:
        return windows.glance() == ()
    except ConnectionCutError:
        return False


def test_a_table_that_is_cut_at_once_again_is_asked_again_later_and_not_taken_for_a_lost_display(
    server: XServer, windows: RevivedWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.capture.cut_pace.FIRST_PAUSE_S", 0.1)
    for _ in range(2):
        cut_table(server, windows)
        with contextlib.suppress(ConnectionCutError):
            windows.look()

    assert not is_known(windows)
    wait_until(lambda: is_known(windows), what="the table to be there again")


def test_a_table_whose_new_connection_is_cut_before_it_is_made_is_asked_again_later(
    server: XServer, windows: RevivedWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.capture.cut_pace.FIRST_PAUSE_S", 0.1)
    connect, made = windows._life.connect, []

    def connected(display: str | None = None) -> X11Connection:
        made.append(connect(display))
        if len(made) == 1:
            cut(server, made[0])
        return made[-1]

    monkeypatch.setattr(windows._life, "connect", connected)
    cut_table(server, windows)
    with pytest.raises(ConnectionCutError):
        windows.glance()
    wait_until(lambda: is_known(windows), what="the table to be there again")


def test_a_display_answers_though_one_connection_to_it_is_cut_as_it_is_made(
    server: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = ServerLife()
    check, tries = life._check, [0]

    def cut_first(connection: X11Connection) -> None:
        tries[0] += 1
        if tries[0] == 1:
            cut(server, connection)
        check(connection)

    monkeypatch.setattr(life, "_check", cut_first)
    assert life.answers(server.display)
    server.kill()
    assert not life.answers(server.display)


def gone(ask: Callable[[], object]) -> bool:
    with pytest.raises(DisplayLostError) as raised:
        ask()
    return not isinstance(raised.value, ConnectionCutError)


def test_a_display_that_is_gone_is_said_to_be(server: XServer, windows: RevivedWindows) -> None:
    screen = X11DamageScreen()
    screen.open()
    server.kill()
    assert gone(windows.look)
    assert gone(windows.glance)
    assert gone(lambda: screen.wait(0))
    assert gone(screen.reopen)
    screen.close()


def test_a_screen_is_seen_again_once_it_is_opened_anew(server: XServer) -> None:
    screen = X11DamageScreen()
    screen.open()
    connection: Any = screen._connection
    cut(server, connection)
    with pytest.raises(DisplayLostError):
        screen.wait(1.0)
    screen.reopen()
    server.start_xterm()
    wait_until(lambda: screen.wait(0.1).areas, what="what is drawn")
    assert screen.grab(0, Rect(0, 0, 10, 10)).shape == (10, 10, 4)
    screen.close()
    screen.wake()  # whose connection is closed is woken by nothing, and no other file is written into


def held(server: XServer) -> Any:
    with contextlib.suppress(DisplayConnectionError, ConnectionClosedError):
        return Display(server.display)
    return None


def test_a_server_that_began_anew_is_another_display() -> None:
    life = ServerLife()
    with start_xvfb(options=("-reset",)) as server:
        first = Display(server.display)
        life.connect(server.display).close()
        life.connect(server.display).close()
        first.close()  # the last one: the server ends all that was, and answers by the same name
        second = wait_until(lambda: held(server), what="the server to answer again")
        assert gone(lambda: life.connect(server.display))
        second.close()


def test_the_first_cut_is_mended_at_once_and_the_next_ones_ever_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    pace = CutPace()
    pauses = []
    for passed_s in (0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 100.0):
        now_s[0] += passed_s
        pauses.append(pace.pause_s())
    assert pauses == [0.0, 1.0, 2.0, 4.0, 8.0, 8.0, 0.0]
