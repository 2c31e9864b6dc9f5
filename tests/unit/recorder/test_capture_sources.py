"""What every source promises, and what each tells of a real session."""

import errno
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest

from recorder.capture import password_fields
from recorder.capture.clock_watch import ClockWatch
from recorder.capture.desktop import KEYS_OFF, desktop_sources
from recorder.capture.fake import FakeSource
from recorder.capture.focus_visits import FocusVisits
from recorder.capture.focused_fields import FocusedFields
from recorder.capture.linux_processes import LinuxProcesses
from recorder.capture.password_fields import PasswordFields
from recorder.capture.silent import SilentSource
from recorder.capture.source import Source, ThreadSource
from recorder.capture.x11_clipboard import X11Clipboard
from recorder.capture.x11_connection import FILES_SPENT
from recorder.capture.x11_idle import X11Idle
from recorder.capture.x11_keyboard import X11Keyboard
from recorder.capture.x11_pointer import X11Pointer
from recorder.capture.x11_pointer_shape import X11PointerShape
from recorder.capture.x11_window import X11ActiveWindow
from recorder.clock import SessionClock, SystemClock
from recorder.errors import BugError
from recorder.events import (
    Event,
    Gap,
    IdleChanged,
    LockChanged,
    ProcessEnded,
    ProcessStarted,
    SourceStatus,
)
from tests.e2e.logins import message_bus
from tests.heard import Heard
from tests.xserver import start_xvfb, wait_until

ON_X11: dict[str, Callable[[], Source]] = {
    "keyboard": lambda: X11Keyboard(activity_only=False),
    "key activity": lambda: X11Keyboard(activity_only=True),
    "pointer": X11Pointer,
    "pointer shape": X11PointerShape,
    "window": X11ActiveWindow,
    "clipboard": lambda: X11Clipboard(with_text=True),
    "idle": X11Idle,
}
ALL: dict[str, Callable[[], Source]] = ON_X11 | {
    "clock": ClockWatch,
    "processes": LinuxProcesses,
    "fake": FakeSource,
    "silent": lambda: SilentSource("silent", "It is silent."),
}


# --- what every source promises ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_source_says_whether_it_works_and_ends_when_told(server, name):
    before = set(threading.enumerate())
    heard = Heard(ALL[name]())
    status = heard.events[0]
    assert isinstance(status, SourceStatus)
    assert status.working == (name != "silent")
    assert status.source == heard.source.name
    assert len(status.detail) > 10
    heard.source.stop()
    assert set(threading.enumerate()) <= before
    count = len(heard.events)
    server.run("xdotool", "key", "a", "mousemove", "5", "5", "click", "1")
    assert len(heard.events) == count
    assert not heard.of(Gap) or name == "silent"


@pytest.mark.parametrize("name", ALL)
def test_a_source_can_be_stopped_twice_and_before_it_began(server, name):
    source = ALL[name]()
    source.stop()
    heard = Heard(ALL[name]())
    heard.source.stop()
    heard.source.stop()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("disabled:", "no accessibility bus: this session has no message bus"),
        ("unix path", "no accessibility bus: the address of the message bus cannot be read"),
        ("unix:path=/nowhere/bus", "no accessibility bus: this session has no message bus"),
    ],
)
def test_why_password_fields_are_not_known_is_said_in_words(monkeypatch, address, why):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    fields = FocusedFields()
    heard = Heard(PasswordFields(fields, FocusVisits(fields, lambda pid: pid)))
    heard.source.stop()
    status = heard.events[0]
    assert isinstance(status, SourceStatus)
    assert not status.working
    assert f"({why})" in status.detail
    assert status.detail.endswith("It is tried again every few seconds.") is (address != "disabled:")


def test_password_fields_are_known_once_there_is_an_accessibility_bus(monkeypatch, tmp_path):
    monkeypatch.setattr(password_fields, "TRY_AGAIN_S", 0.1)
    monkeypatch.setattr(password_fields, "TRIES_AT_FIRST", 2)
    monkeypatch.setattr(password_fields, "TRY_SELDOM_S", 0.1)
    address = tmp_path / "bus"
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={address}")
    fields = FocusedFields()
    heard = Heard(PasswordFields(fields, FocusVisits(fields, lambda pid: pid)))
    try:
        heard.wait_for(lambda one: one.of(SourceStatus), "the first word")
        with message_bus(tmp_path) as real:
            address.symlink_to(real.removeprefix("unix:path=").partition(",")[0])
            heard.wait_for(lambda one: len(one.of(SourceStatus)) >= 2, "it to work")
            said = heard.of(SourceStatus)
            assert [status.working for status in said] == [False, True]
            assert "It works now" in said[1].detail
            heard.source.stop()
    finally:
        heard.source.stop()


def test_password_fields_are_known_again_after_the_accessibility_bus_was_killed(monkeypatch, tmp_path):
    monkeypatch.setattr(password_fields, "TRY_AGAIN_S", 0.1)
    fields = FocusedFields()
    with message_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        heard = Heard(source := PasswordFields(fields, FocusVisits(fields, lambda pid: pid)))
        try:
            heard.wait_for(lambda one: one.of(SourceStatus), "the first word")
            assert [status.working for status in heard.of(SourceStatus)] == [True]
            daemon, *_ = struct.unpack(
                "3i", source._listening.sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            )
            os.kill(daemon, signal.SIGKILL)
            heard.wait_for(lambda one: len(one.of(SourceStatus)) >= 3, "it to work again")
            said = heard.of(SourceStatus)[:3]
            assert [status.working for status in said] == [True, False, True]
            assert "the accessibility bus ended" in said[1].detail
            assert "works again" in said[2].detail
        finally:
            heard.source.stop()


@pytest.mark.parametrize("name", ON_X11)
def test_a_source_whose_display_dies_says_so_and_leaves_a_gap(server, name):
    heard = Heard(ON_X11[name]())
    server.run("xdotool", "mousemove", "50", "60")
    server.kill()
    if name == "idle":  # it asks again only when the operator could be idle
        heard.source._interrupt()  # type: ignore[attr-defined]
    heard.wait_for(lambda one: one.of(Gap), "a gap")
    assert isinstance(heard.events[-2], SourceStatus)
    assert not heard.events[-2].working
    gap = heard.events[-1]
    assert isinstance(gap, Gap)
    assert gap.what == heard.source.name
    assert "display" in gap.detail
    heard.source.stop()


@pytest.mark.parametrize("name", ON_X11)
def test_a_source_ends_although_its_display_hangs(server, name):
    heard = Heard(ON_X11[name]())
    assert isinstance(heard.events[0], SourceStatus)
    server.process.send_signal(signal.SIGSTOP)
    before_s = time.monotonic()
    heard.source.stop()
    server.process.send_signal(signal.SIGCONT)
    assert time.monotonic() - before_s < 7
    assert not [thread for thread in threading.enumerate() if thread.name == f"source {heard.source.name}"]


@pytest.mark.parametrize("name", ON_X11)
def test_a_source_without_a_display_says_so_and_leaves_a_gap(monkeypatch, name):
    monkeypatch.setenv("DISPLAY", ":9999")
    heard = Heard(ON_X11[name]())
    heard.wait_for(lambda one: one.of(Gap), "a gap")
    assert not any(status.working for status in heard.of(SourceStatus))
    assert ":9999" in heard.of(Gap)[0].detail
    heard.source.stop()


@pytest.mark.parametrize(
    ("extension", "name"), [("RECORD", "keyboard"), ("RECORD", "pointer"), ("MIT-SCREEN-SAVER", "idle")]
)
def test_a_source_without_its_extension_says_so(monkeypatch, extension, name):
    with start_xvfb(320, 200, options=("-extension", extension)) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        heard = Heard(ON_X11[name]())
        heard.wait_for(lambda one: one.of(Gap), "a gap")
        heard.source.stop()
    assert extension in heard.of(SourceStatus)[0].detail


class _Faulty(ThreadSource):
    def _open(self) -> str:
        return "It works for now, but not for long."

    def _run(self) -> None:
        msg = "a mistake of ours"
        raise KeyError(msg)


def test_a_fault_of_ours_is_said_too(caplog):
    heard = Heard(_Faulty("faulty"))
    heard.wait_for(lambda one: one.of(Gap), "a gap")
    heard.source.stop()
    assert "a mistake of ours" in heard.of(Gap)[0].detail
    assert "died" in caplog.text
    caplog.clear()


class _Refused(_Faulty):
    def _run(self) -> None:
        raise OSError(errno.EMFILE, "Too many open files")


def test_what_the_system_refuses_is_no_fault_of_ours():
    heard = Heard(_Refused("refused"))
    heard.wait_for(lambda one: one.of(Gap), "a gap")
    heard.source.stop()
    assert heard.of(Gap)[0].detail == "The system refused what it needs: Too many open files."


@pytest.mark.parametrize("connections", [0, 1, 2])
def test_a_keyboard_for_whose_connections_no_files_are_left_is_a_gap(server, hear, monkeypatch, connections):
    make, left = os.pipe, [None] * connections

    def pipe() -> tuple[int, int]:
        if not left:
            raise OSError(errno.EMFILE, "Too many open files")
        left.pop()
        return make()

    monkeypatch.setattr("recorder.capture.x11_connection.os.pipe", pipe)
    heard = hear(X11Keyboard(activity_only=False))
    if connections == 2:
        heard.wait_for(lambda one: one.of(SourceStatus), "the keyboard")
        assert heard.of(SourceStatus)[0].working
    else:
        gap = heard.wait_for(lambda one: one.of(Gap), "a gap")[0]
        assert (gap.what, gap.detail) == ("keyboard", FILES_SPENT)


def test_every_source_of_a_desktop_works_together_and_ends(server):
    heard: list[Event] = []
    clock = SystemClock()
    session = SessionClock(clock, started=clock.read())
    sources = desktop_sources(keys_mode="text", clipboard_text=True)
    for source in sources:
        source.start(heard.append, session)
    wait_until(lambda: len({e.source for e in heard if isinstance(e, SourceStatus)}) == len(sources), what="all")
    for source in sources:
        source.stop()
    assert all(event.working for event in heard if isinstance(event, SourceStatus))


def test_keys_that_are_off_by_policy_are_said_to_be_and_are_no_gap(server):
    keyboard = next(source for source in desktop_sources(keys_mode="off") if source.name == "keyboard")
    heard = Heard(keyboard)
    heard.source.stop()
    assert [(e.detail, e.working) for e in heard.of(SourceStatus)] == [(KEYS_OFF, False)]
    assert not heard.of(Gap)
    with pytest.raises(BugError):
        desktop_sources(keys_mode="some")


# --- processes --------------------------------------------------------------------------------------------------------


def test_processes_of_the_session_are_found_started_and_ended(server, hear):
    shell = server.start_xterm(command=["sh", "-c", "sleep 1000; :"])
    heard = hear(LinuxProcesses(look_every_s=0.1))
    started = heard.wait_for(
        lambda one: [e for e in one.of(ProcessStarted) if e.name == "sleep" and "1000" in (e.arguments or ())],
        "the process found",
    )[-1]
    assert isinstance(started, ProcessStarted)
    assert started.found
    assert started.executable is not None
    server.stop_client(shell)
    heard.wait_for(lambda one: [e for e in one.of(ProcessEnded) if e.pid == started.pid], "its end")

    server.start_xterm(title="new", command=["sh", "-c", "sleep 2000; :"])
    new = heard.wait_for(
        lambda one: [e for e in one.of(ProcessStarted) if "2000" in (e.arguments or ()) and e.name == "sleep"],
        "the new process",
    )
    assert not new[-1].found


def test_a_process_found_as_it_becomes_another_program_is_told_as_that_one(server, hear, tmp_path, monkeypatch):
    monkeypatch.setattr("recorder.capture.linux_processes.YOUNG_S", 1000)
    server.start_xterm(command=["sh", "-c", f"until [ -e {tmp_path}/go ]; do sleep 0.05; done; exec sleep 1234"])
    heard = hear(processes := LinuxProcesses(look_every_s=1.0))
    shells = wait_until(
        lambda: [pid for pid, (facts, _) in processes._young.copy().items() if facts.name == "sh"],
        what="the first look",
    )
    (tmp_path / "go").touch()
    started = heard.wait_for(lambda one: [e for e in one.of(ProcessStarted) if e.pid in shells], "the second look")[0]
    assert (started.name, started.found) == ("sleep", True)


def test_the_recorder_itself_and_other_displays_are_not_of_the_session(server, hear, monkeypatch):
    other = dict(server.environment, DISPLAY=":77")
    for number, environment in (("3000", other), ("4000", server.environment)):
        script = f"trap 'kill $!' TERM; sleep {number} & wait"  # its child is none of the recorder's own
        server.start(["sh", "-c", script], env=environment)
    heard = hear(LinuxProcesses(look_every_s=0.1))

    def seen(one: Heard) -> set[str]:
        return {argument for e in one.of(ProcessStarted) for argument in (e.arguments or ())}

    heard.wait_for(lambda one: "4000" in seen(one), "the session's process")
    assert "3000" not in seen(heard)
    assert not [e for e in heard.of(ProcessStarted) if e.pid == threading.get_native_id()]


# --- idle -------------------------------------------------------------------------------------------------------------


def test_idle_begins_and_ends(server, hear):
    server.run("xdotool", "key", "a")
    heard = hear(X11Idle(idle_after_s=0.5))
    heard.wait_for(lambda one: one.of(IdleChanged), "idle")
    server.run("xdotool", "key", "a")
    heard.wait_for(lambda one: len(one.of(IdleChanged)) >= 2, "back")
    began, ended = heard.of(IdleChanged)[:2]
    assert isinstance(began, IdleChanged)
    assert isinstance(ended, IdleChanged)
    assert (began.idle, ended.idle) == (True, False)
    assert began.at_ns - began.since_ns >= 500_000_000
    assert ended.since_ns == began.since_ns


def test_xscreensavers_lock_is_told(server, hear):
    heard = hear(X11Idle())
    with server.connection() as connection:
        root = connection.screen().root
        name, integer = connection.intern_atom("_SCREENSAVER_STATUS"), connection.intern_atom("INTEGER")
        for state in (connection.intern_atom("LOCK"), 0):
            root.change_property(name, integer, 32, [state, 0, 0])
            connection.sync()
            heard.wait_for(lambda one, state=state: len(one.of(LockChanged)) == (1 if state else 2), "the lock")
    assert [event.locked for event in heard.of(LockChanged)] == [True, False]
