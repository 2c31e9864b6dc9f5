"""A passphrase program that another program started on its terminal is found by what it has open."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recorder.capture.hidden_places import Hidden
from recorder.capture.linux_terminal import TerminalEcho
from recorder.capture.tty_askers import AGAIN_S, SETTLED_S, TtyAskers
from tests.xserver import wait_until

RAW = """import sys, tty
tty.setraw(0)
open("/proc/self/comm", "w").write(sys.argv[1])
print("ready", flush=True)
open(sys.argv[2]).read()
"""


class Processes:
    """A /proc of the test's own."""

    def __init__(self, root: Path) -> None:
        self.proc, self.now_s = root, 100.0
        self.askers = TtyAskers(root, Path("/dev/pts"), now_s=lambda: self.now_s)

    def start(self, pid: int, name: str, terminal: int | None = None) -> None:
        (self.proc / str(pid) / "fd").mkdir(parents=True, exist_ok=True)
        (self.proc / str(pid) / "comm").write_text(f"{name}\n")
        if terminal is not None:
            (self.proc / str(pid) / "fd" / "3").symlink_to(f"/dev/pts/{terminal}")

    def start_of_kernel(self, pid: int, name: str) -> None:
        self.start(pid, name, terminal=4)
        (self.proc / str(pid) / "stat").write_text(f"{pid} ({name}) I 2 0 0 0 -1 69238880 0 0 0 0\n")

    def at(self, number: int, *, flags: int = 0, in_front: Callable[[int], bool] = lambda _pid: False) -> str | None:
        return self.askers.at(number, (flags, 1), in_front)


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


def test_one_that_has_the_terminal_open_is_found_and_one_of_another_terminal_or_name_is_not(
    processes: Processes,
) -> None:
    processes.start(7, "pinentry-curses", terminal=4)
    processes.start(8, "vim", terminal=5)
    assert processes.at(4) == "pinentry-curses"
    assert processes.at(5) is None
    assert processes.at(6) is None
    assert processes.at(9, in_front=lambda pid: pid == 7) == "pinentry-curses", "it has this one for its own"


def test_it_is_looked_for_at_once_when_the_terminal_changes_and_soon_else(processes: Processes) -> None:
    processes.start(7, "gpg-agent", terminal=4)
    assert processes.at(4) is None
    processes.start(7, "pinentry", terminal=None)  # a process becomes another program
    assert processes.at(4) is None, "it is looked ten times a second at most"
    assert processes.at(4, flags=1) == "pinentry"
    processes.start(7, "ended")
    processes.now_s += 2 * AGAIN_S
    assert processes.at(4, flags=1) is None
    processes.now_s += SETTLED_S
    processes.start(8, "systemd-tty-ask", terminal=4)
    assert processes.at(4, flags=1) == "systemd-tty-ask"


def test_threads_of_the_kernel_are_read_once_since_they_never_become_another_program(processes: Processes) -> None:
    processes.start_of_kernel(5, "kworker/0:1")
    processes.start(7, "gpg-agent", terminal=4)
    (processes.proc / "7" / "stat").write_text("7 (a) b) S 1 7 7 0 -1 4194560 0 0 0 0\n")
    assert processes.at(4) is None
    processes.start(5, "pinentry")
    processes.now_s += 2 * SETTLED_S
    assert processes.at(4, flags=1) is None
    processes.start(7, "pinentry")
    assert processes.at(4, flags=2) == "pinentry"


def test_a_passphrase_asked_for_on_the_terminal_of_a_program_in_the_foreground_is_hidden(tmp_path: Path) -> None:
    pipe = tmp_path / "end"
    os.mkfifo(pipe)
    master, slave = os.openpty()
    try:
        echo = TerminalEcho()
        os.set_blocking(master, False)
        asking = subprocess.Popen(
            [sys.executable, "-c", RAW, "pinentry-curses", str(pipe)],
            stdin=slave, stdout=subprocess.PIPE, start_new_session=True, text=True,
        )  # fmt: skip
        assert asking.stdout is not None
        try:
            assert asking.stdout.readline() == "ready\n"
            wait_until(lambda: echo.hides(os.getpid()) is not None, what="the question to be seen")
            assert echo.hides(os.getpid()) == Hidden("echo_off", "pinentry-curses")
        finally:
            pipe.write_text("")
            asking.stdout.close()
            asking.wait(10)
        wait_until(lambda: echo.hides(os.getpid()) is None, what="its end to be seen")
    finally:
        os.close(master)
        os.close(slave)


def test_one_that_came_since_the_look_before_is_found_by_its_number_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "end"
    os.mkfifo(pipe)
    master, slave = os.openpty()
    now_s = [100.0]
    askers = TtyAskers(now_s=lambda: now_s[0])
    number = int(os.ttyname(slave).rpartition("/")[2])

    def asks() -> str | None:
        now_s[0] += AGAIN_S  # so seldom that the names are read, and too soon for all processes to be listed
        return askers.at(number, (0, 1), lambda _pid: False)

    try:
        assert asks() is None
        asking = subprocess.Popen(
            [sys.executable, "-c", RAW, "pinentry-curses", str(pipe)], stdin=slave, stdout=subprocess.PIPE, text=True
        )
        assert asking.stdout is not None
        try:
            assert asks() is None, "its name is another yet"
            assert asking.stdout.readline() == "ready\n"
            assert [asks(), asks()] == ["pinentry-curses"] * 2
        finally:
            pipe.write_text("")
            asking.stdout.close()
            asking.wait(10)
        assert asks() is None
    finally:
        os.close(master)
        os.close(slave)
