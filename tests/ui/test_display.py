"""Without a display the program says so, instead of being ended by Qt."""

import os
import socket
import subprocess
import sys

import pytest

from player.ui.display import CannotShowError, require_display
from recorder.errors import CannotRecordError


@pytest.fixture(autouse=True)
def on_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")


def test_without_a_display_it_is_said_in_one_sentence():
    with pytest.raises(CannotShowError, match="no display here"):
        require_display({})


def test_a_display_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(CannotShowError, match=":4711 does not answer"):
        require_display({"DISPLAY": ":4711"}, sockets=tmp_path)


def test_a_display_that_answers_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _name: None)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "X7"))
        server.listen()
        require_display({"DISPLAY": ":7.0"}, sockets=tmp_path)


def test_the_name_of_a_wayland_display_that_is_gone_is_no_display(tmp_path):
    left_over = {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": str(tmp_path)}
    with pytest.raises(CannotShowError, match="no display here"):
        require_display(left_over)
    with pytest.raises(CannotShowError, match="no display here"):
        require_display({"WAYLAND_DISPLAY": "wayland-9"})
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-9"))
        require_display(left_over)


def test_a_missing_library_is_named_with_its_package(tmp_path, monkeypatch):
    def refuse(name):
        raise OSError(name)

    monkeypatch.setattr("ctypes.CDLL", refuse)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "X7"))
        server.listen()
        with pytest.raises(CannotShowError, match="apt install libxcb-cursor0"):
            require_display({"DISPLAY": ":7"}, sockets=tmp_path)


def test_the_program_ends_with_a_sentence_and_a_status_where_there_is_no_display(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}
    asked = [sys.executable, "-m", "player", "open", "--library", str(tmp_path)]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == CannotRecordError.exit_status == 3  # one number for it in both programs
    assert done.stderr.count("\n") == 1
    assert "no display here" in done.stderr
