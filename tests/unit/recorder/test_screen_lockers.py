"""Screen lockers: a name is believed while the keyboard and the pointer are held."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib import X

from recorder.agent_events import EvasionSign
from recorder.capture.linux_processes import LinuxProcesses
from recorder.capture.lock_windows import YOUNG_S, LockWindows
from recorder.capture.screen_lockers import SELDOM_NS, UNPROVEN_NS, LockerWatch
from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_locking import X11Locking
from recorder.capture.x11_privacy import X11Privacy
from recorder.clock import NS_PER_S
from recorder.events import Event, LockChanged, ProcessStarted
from recorder.geometry import Rect
from recorder.policy.sections import HiddenInputPolicy
from tests.xserver import XServer, wait_until

# Holds the keyboard and the pointer until somebody writes to the pipe, and then lives on.
LOCKER = """
import signal, sys
from Xlib import X, display
here = display.Display()
root = here.screen().root
assert root.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
assert root.grab_pointer(True, 0, X.GrabModeAsync, X.GrabModeAsync, X.NONE, X.NONE, X.CurrentTime) == X.GrabSuccess
open(sys.argv[1]).read()
here.ungrab_keyboard(X.CurrentTime)
here.ungrab_pointer(X.CurrentTime)
here.sync()
signal.pause()
"""


def start_in_session(server: XServer, *arguments: object) -> None:
    """Not as a child of this process, which is the recorder and so none of the session."""
    script = "trap 'kill $!' TERM; " + " ".join(f"'{one}'" for one in arguments) + " & wait"
    server.start(["sh", "-c", script], env={**server.environment, "PYTHONPATH": sysconfig.get_paths()["purelib"]})


def test_a_locker_is_a_lock_as_long_as_it_holds_the_keyboard_and_the_pointer(server, hear, tmp_path):
    locker, unlocked = tmp_path / "i3lock", tmp_path / "unlocked"
    locker.symlink_to(Path(sys.executable).resolve())
    os.mkfifo(unlocked)
    start_in_session(server, locker, "-c", LOCKER.replace("'", '"'), unlocked)
    watch = LockerWatch(X11Locking(), unproven_ns=NS_PER_S // 5)
    heard = hear(LinuxProcesses(look_every_s=0.1, lockers=watch))
    heard.wait_for(lambda one: one.of(LockChanged), "locked")
    unlocked.write_text("now")
    heard.wait_for(lambda one: len(one.of(LockChanged)) == 2, "unlocked, though its process is there")
    assert [event.locked for event in heard.of(LockChanged)] == [True, False]
    heard.wait_for(lambda one: one.of(EvasionSign), "the sign, since it locks nothing any more")


def test_a_program_copied_to_a_lockers_name_is_no_lock_and_a_sign(server, hear, tmp_path):
    shutil.copy("/bin/sleep", tmp_path / "slock")
    start_in_session(server, tmp_path / "slock", "3600")
    heard = hear(LinuxProcesses(look_every_s=0.1, lockers=LockerWatch(X11Locking(), unproven_ns=NS_PER_S // 5)))
    sign = heard.wait_for(lambda one: one.of(EvasionSign), "the sign")[0]
    started = [one for one in heard.of(ProcessStarted) if one.name == "slock"]
    assert (sign.sign, sign.pid, sign.executable) == ("pretended_lock", started[0].pid, str(tmp_path / "slock"))
    assert heard.of(LockChanged) == []


@pytest.fixture
def locking(server: XServer) -> Iterator[X11Locking]:
    asked = X11Locking()
    yield asked
    asked.close()


@pytest.mark.parametrize(
    ("held", "is_at_the_display", "locked"),
    [
        ("", True, False),
        ("keyboard", True, False),
        ("keyboard pointer", True, True),
        ("keyboard pointer", False, False),
    ],
)
def test_a_display_is_locked_by_who_is_there_while_both_devices_are_held(
    server: XServer, locking: X11Locking, *, held: str, is_at_the_display: bool, locked: bool
) -> None:
    with server.connection() as client:
        root = client.screen().root
        if "keyboard" in held:  # as an xterm does for a while that is told to be secure
            root.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        if "pointer" in held:
            root.grab_pointer(True, 0, X.GrabModeAsync, X.GrabModeAsync, X.NONE, X.NONE, X.CurrentTime)
        assert locking.is_locked_by([os.getpid() if is_at_the_display else 1]) is locked


def test_the_devices_are_free_after_they_were_asked_for(server: XServer, locking: X11Locking) -> None:
    assert locking.is_locked_by([os.getpid()]) is False
    with server.connection() as client:
        root = client.screen().root
        assert root.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
        assert root.grab_pointer(True, 0, X.GrabModeAsync, X.GrabModeAsync, 0, 0, X.CurrentTime) == X.GrabSuccess


def test_a_display_that_cannot_be_asked_is_neither_locked_nor_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4077")
    assert X11Locking().is_locked_by([1]) is None


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def privacy(server: XServer) -> Iterator[X11Privacy]:
    opened = X11Privacy((), HiddenInputPolicy())
    opened.open()
    yield opened
    opened.close()


def hidden_now(privacy: X11Privacy) -> str | None:
    hidden = privacy._place.look().hidden
    return None if hidden is None else hidden.why


def shown_now(privacy: X11Privacy) -> set[int]:
    return {one.window_id for one in privacy.windows.glance()}


def test_a_terminal_that_calls_itself_a_locker_is_typed_into_like_any_other(
    server: XServer, privacy: X11Privacy
) -> None:
    server.start(["xterm", "-class", "slock", "-T", "named", "-geometry", "60x20+0+0"])
    server.wait_for_window("named")
    wait_until(lambda: any("slock" in one.names for one in privacy.windows.glance()), what="the window to be known")
    assert hidden_now(privacy) is None


def test_a_lockers_windows_hide_what_is_typed_while_they_cover_everything(server: XServer, privacy: X11Privacy) -> None:
    with server.connection() as client:
        for left in (0, 400):
            window = client.screen().root.create_window(left, 0, 400, 600, 0, X.CopyFromParent, override_redirect=True)
            window.set_wm_class("i3lock", "i3lock")
            window.map()
            client.sync()
            wait_until(lambda: window.id in shown_now(privacy), what="the window to be known")  # noqa: B023
            assert hidden_now(privacy) == (None if left == 0 else "screen_lock")


class Looks:
    """A display that is covered, and whose keyboard is held or not."""

    def __init__(self, *, held: bool | None) -> None:
        self.held = held
        self.is_open = True

    def covers(self, windows: object, shown: object) -> bool | None:
        return True

    def is_keyboard_held(self) -> bool | None:
        return self.held

    def close(self) -> None:
        self.is_open = False


@pytest.mark.parametrize(
    ("held", "age_s", "locks"),
    [(False, 0.0, True), (False, YOUNG_S + 1, False), (True, YOUNG_S + 1, True), (None, YOUNG_S + 1, True)],
)
def test_windows_over_everything_lock_for_long_only_with_the_keyboard(
    monkeypatch: pytest.MonkeyPatch, *, held: bool | None, age_s: float, locks: bool
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    old = ShownWindow(1, Rect(0, 0, 800, 600), mapped_at_s=100.0 - age_s)
    again = ShownWindow(2, Rect(0, 0, 1, 1), mapped_at_s=100.0)  # mapped over and over, it makes nothing young
    looks = Looks(held=held)
    assert LockWindows(looks).lock((old, again) if age_s else (old,), (old, again)) is locks
    assert LockWindows(looks).lock((), (old,)) is False
    assert not looks.is_open, "nobody is left to ask about"


# --- what is said -----------------------------------------------------------------------------------------------------


class Said(Looks):
    """A display that answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(held=None)
        self.locked: bool | None = False
        self.asked = 0

    def is_locked_by(self, pids: object) -> bool | None:
        self.asked += 1
        return self.locked


def a_locker(name: str = "slock", pid: int = 7) -> ProcessStarted:
    return ProcessStarted(0, pid, 1, name, f"/usr/bin/{name}", (name,))


def kinds(events: list[Event]) -> list[object]:
    said = (one for one in events if isinstance(one, LockChanged | EvasionSign))
    return [one.locked if isinstance(one, LockChanged) else one.sign for one in said]


def test_one_that_locks_nothing_is_told_once_and_then_asked_about_seldom() -> None:
    display, heard = Said(), list[Event]()
    watch = LockerWatch(display)
    watch.started(a_locker())
    seconds = 40
    for second in range(seconds):
        watch.look(second * NS_PER_S, heard.append)
    assert kinds(heard) == ["pretended_lock"]
    assert heard[0].at_ns == UNPROVEN_NS
    assert display.asked == UNPROVEN_NS // NS_PER_S + 1 + 1
    display.locked = True
    watch.look(UNPROVEN_NS + 2 * SELDOM_NS, heard.append)
    assert kinds(heard) == ["pretended_lock", True]


def test_what_cannot_be_asked_changes_nothing_that_was_said() -> None:
    display, heard = Said(), list[Event]()
    watch = LockerWatch(display)
    watch.started(a_locker())
    for second, locked in enumerate((None, True, None, None, None, None, None, None, None)):
        display.locked = locked
        watch.look(second * NS_PER_S, heard.append)
    assert kinds(heard) == [True]
    watch.ended(7)
    watch.look(99 * NS_PER_S, heard.append)
    assert kinds(heard) == [True, False]
    assert not display.is_open


@pytest.mark.parametrize(("name", "locked"), [("physlock", True), ("slock", False)])
def test_another_text_console_is_a_lock_of_the_program_that_locks_so(
    tmp_path: Path, *, name: str, locked: bool
) -> None:
    (tmp_path / "active").write_text("tty9\n")
    watch = LockerWatch(Said(), console="7", active_console=tmp_path / "active")
    heard = list[Event]()
    watch.started(a_locker(name))
    watch.look(0, heard.append)
    assert kinds(heard) == ([True] if locked else [])
    (tmp_path / "active").write_text("tty7\n")
    watch.look(NS_PER_S, heard.append)
    assert kinds(heard) == ([True, False] if locked else [])
