"""What is opened while a window is open goes to that window, and to nobody else's."""

import os
import socket
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from player import handing
from player.handing import Handed, Listener, decoded, encoded, hand_over, is_own_peer, sockets_folder
from tests.player_place import Place, told
from tests.recordings import whole

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no such sockets on this system")
ONE = Handed("/library/one", 83_250_000_000)


@pytest.fixture
def environment(tmp_path):
    # The name of a socket has at most 107 bytes, of which `tmp_path` may leave too few.
    with tempfile.TemporaryDirectory(prefix="tachiai-") as runtime:
        yield {"XDG_RUNTIME_DIR": runtime, "TACHIAI_HOME": str(tmp_path / "home"), "DISPLAY": ":7"}


@pytest.fixture
def listening():
    """A window that listens and takes what it is given, if it wants."""
    made = []

    def listen(environment, *, takes=True):
        taken = []

        def take(handed, offer):
            if takes and offer.take():
                taken.append(handed)

        listener = Listener(take, environment)
        listener.start()
        made.append(listener)
        return listener, taken

    yield listen
    for listener in made:
        listener.stop()


def test_a_recording_goes_to_the_window_that_is_open(environment, listening):
    listener, taken = listening(environment)
    assert hand_over(ONE, environment)
    assert taken == [ONE]
    assert (listener.path.parent.stat().st_mode & 0o777, listener.path.stat().st_mode & 0o777) == (0o700, 0o600)
    listener.stop()
    assert not listener.path.exists()
    assert not hand_over(ONE, environment)


def test_a_window_with_other_keys_or_on_another_display_is_left_alone(environment, listening):
    _, taken = listening(environment)
    assert not hand_over(ONE, environment | {"TACHIAI_HOME": "/elsewhere"})
    assert not hand_over(ONE, environment | {"DISPLAY": ":8"})
    assert taken == []


def test_a_socket_that_was_left_over_is_removed_and_hinders_nobody(environment, listening):
    listener, taken = listening(environment)
    left = listener.path.with_name(f"{listener.path.name.rpartition('-')[0]}-1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(left))
    os.utime(left, (2_000_000_000, 2_000_000_000))  # it is asked first
    assert hand_over(ONE, environment)
    assert taken == [ONE]
    assert not left.exists()


def test_a_window_that_hangs_is_given_up_and_does_not_open_it_later(environment, listening, monkeypatch):
    monkeypatch.setattr(handing, "ANSWER_S", 0.2)
    offers = []
    listener = Listener(lambda _handed, offer: offers.append(offer), environment)
    listener.start()
    assert not hand_over(ONE, environment)
    listener.stop()
    assert [offer.take() for offer in offers] == [False]


def test_a_folder_that_others_may_look_into_is_not_used(environment, listening):
    listener, taken = listening(environment)
    listener.path.parent.chmod(0o755)
    assert not hand_over(ONE, environment)
    other, _ = listening(environment)
    assert other.path is None
    assert taken == []


def test_a_socket_of_somebody_else_is_not_spoken_to(environment, listening, monkeypatch):
    _, taken = listening(environment)
    monkeypatch.setattr(handing, "is_own_peer", lambda _connection: False)
    assert not hand_over(ONE, environment)
    assert taken == []


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="this system does not tell who is at the other end")
def test_who_is_at_the_other_end_is_asked_of_the_system(monkeypatch):
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert is_own_peer(one)
        monkeypatch.setattr(os, "getuid", lambda: 4711)
        assert not is_own_peer(one)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}\n",
        b'{"folder":"/x"}',
        b'{"folder":"x"}\n',
        b'{"folder":"/x","at_ns":-1}\n',
        b'{"folder":"/x","at_ns":1.5}\n',
        b'{"folder":"/x","at_ns":1000000000000000001}\n',
        b'{"folder":"/x","run":"rm"}\n',
        b'{"folder":"/x\\u0000y"}\n',
        b'{"folder":7}\n',
        b'["/x"]\n',
        b"\xff\xfe\n",
        b'{"folder":"/' + b"x" * 9000 + b'"}\n',
    ],
)
def test_any_other_message_is_no_message(message):
    assert decoded(message) is None


def test_what_cannot_be_said_in_a_message_is_not_handed_over():
    assert encoded(Handed("/x\udcff")) is None
    assert encoded(Handed("/" + "x" * 9000)) is None
    assert decoded(encoded(ONE) or b"") == ONE


def test_a_flood_is_cut_off_and_the_next_is_heard(environment, listening):
    listener, taken = listening(environment)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as rude:
        rude.settimeout(30)
        rude.connect(str(listener.path))
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            while True:
                rude.sendall(b"x" * 4096)
    assert hand_over(ONE, environment)
    assert taken == [ONE]


def test_without_a_private_runtime_folder_it_is_the_persons_own(environment, tmp_path):
    Path(environment["XDG_RUNTIME_DIR"]).chmod(0o755)
    assert sockets_folder(environment) == tmp_path / "home" / "run"
    assert sockets_folder({"TACHIAI_HOME": "/h", "XDG_RUNTIME_DIR": "relative"}) == sockets_folder(
        {"TACHIAI_HOME": "/h"}
    )


def test_the_command_ends_once_a_window_has_it_unless_another_window_is_wanted(
    tmp_path, listening, capsys, monkeypatch
):
    windows = []

    def run_window(recording, **_more):
        windows.append(recording)
        return 0

    monkeypatch.setitem(sys.modules, "player.ui.application", SimpleNamespace(run_window=run_window))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    _, taken = listening(os.environ)
    place = Place(capsys)
    folder = whole(place.folder)[1].folder
    answer = place.run(str(folder), "--at", "1.5")
    assert (answer.status, windows) == (0, [])
    assert "opened in the window that is open already" in told(answer)
    assert taken == [Handed(str(folder), 1_500_000_000)]
    assert place.run("open", str(folder), "--new-window").status == 0
    assert place.run("open", str(folder), "--reason", "an audit").status == 0
    assert (windows, len(taken)) == ([folder, folder], 1)


def test_listening_leaves_no_thread_behind(environment, listening):
    before = threading.active_count()
    listener, _ = listening(environment)
    assert threading.active_count() == before + 1
    listener.stop()
    assert threading.active_count() == before
