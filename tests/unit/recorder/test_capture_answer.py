"""A display that takes connections and never answers is waited for, in words and not for ever."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.agent.cli import main
from recorder.capture import x11_answer
from recorder.capture.screen import open_screen_source
from recorder.errors import CannotRecordError
from tests.xserver import stop_process

FIRST_DISPLAY = 7_000
STARTS_S = 30.0


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket that listens where an X server would, and says nothing; DISPLAY names it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        number = _bound(listening)
        listening.listen(8)
        for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DISPLAY", f":{number}")
        yield listening


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x11_answer, "SOON_S", 0.2)
    monkeypatch.setattr(x11_answer, "LIMIT_S", 0.5)


def _bound(listening: socket.socket) -> int:
    for number in range(FIRST_DISPLAY, FIRST_DISPLAY + 100):
        try:
            listening.bind(f"\0/tmp/.X11-unix/X{number}")
        except OSError:
            continue
        return number
    raise AssertionError("no display number is free")


def test_the_wait_is_said_and_then_given_up(hung, impatient):
    told: list[str] = []
    before = set(threading.enumerate())
    with pytest.raises(CannotRecordError, match="has not answered") as refusal:
        open_screen_source(tell=told.append)
    assert len(told) == 1
    assert "waiting" in told[0]
    assert "DISPLAY" in str(refusal.value)
    assert set(threading.enumerate()) == before


def test_a_full_queue_of_connections_is_waited_for_no_longer(hung, impatient):
    hung.listen(0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as first:
        first.connect(hung.getsockname())
        with pytest.raises(CannotRecordError, match="has not answered"):
            open_screen_source()


def test_the_recorder_ends_with_3_and_leaves_nothing(hung, impatient, home, capsys, monkeypatch):
    monkeypatch.setattr("app.agent.record.guard_memory", lambda: None)  # it would hold for all tests after this one
    assert main(["record", "--for", "1"]) == 3
    waits, gives_up = capsys.readouterr().err.splitlines()
    assert "waiting" in waits
    assert "has not answered" in gives_up
    assert not (home / "recordings").exists()


def test_the_doctor_says_so_too(hung, impatient, capsys):
    assert main(["doctor"]) == 3
    assert "has not answered" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait_at_once(hung, number):
    agent = subprocess.Popen(
        [sys.executable, "-m", "app.agent", "record"],
        cwd=Path(__file__).parents[3],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        hung.settimeout(STARTS_S)
        with hung.accept()[0]:  # it waits for an answer now
            began_s = time.monotonic()
            agent.send_signal(number)
            assert agent.wait(STARTS_S) == (130 if number is signal.SIGINT else -signal.SIGTERM)
            assert time.monotonic() - began_s < x11_answer.SOON_S
    finally:
        stop_process(agent)


def test_a_server_that_was_stopped_is_recognised_and_one_that_goes_on_is_let_pass(server, impatient, monkeypatch):
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(CannotRecordError, match="has not answered"):
            open_screen_source()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    monkeypatch.setattr(x11_answer, "LIMIT_S", STARTS_S)
    open_screen_source().close()
