"""What is told of the clipboards of a real X server."""

import hashlib
import itertools
import subprocess
import threading

import pytest
from Xlib import X

from recorder.capture.paste_board import KEPT_OUT, Offered, PasteBoard
from recorder.capture.x11_clipboard import REST_NS, X11Clipboard
from recorder.clock import NS_PER_S
from recorder.events import ClipboardChanged
from tests.heard import Heard
from tests.xserver import XServer


class Following(PasteBoard):
    """Remembers what was put onto it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Offered | None]] = []

    def put(self, selection: str, offered: Offered | None) -> None:
        self.told.append((selection, offered))
        super().put(selection, offered)


def _copy(server: XServer, selection: str, text: bytes, *, target: str = "UTF8_STRING") -> None:
    client = server.start(["xclip", "-quiet", "-selection", selection, "-t", target], stdin=subprocess.PIPE)
    assert client.stdin is not None
    client.stdin.write(text)
    client.stdin.close()


def _clips(heard: Heard) -> list[ClipboardChanged]:
    return [event for event in heard.events if isinstance(event, ClipboardChanged)]


@pytest.mark.parametrize("selection", ["clipboard", "primary"])
@pytest.mark.parametrize("with_text", [True, False])
def test_copied_text_is_told_by_size_and_hash_and_as_text_only_by_policy(server, hear, selection, with_text):
    board = PasteBoard()
    heard = hear(X11Clipboard(with_text=with_text, board=board))
    text = "パスワード secret"
    _copy(server, selection, text.encode())
    found = heard.wait_for(_clips, "the clipboard")[-1]
    assert (found.selection, found.size_bytes) == (selection, len(text.encode()))
    assert found.sha256 == hashlib.sha256(text.encode()).digest()
    assert found.text == (text if with_text else None)
    assert "UTF8_STRING" in found.media_types
    assert found.owner == "xclip"
    offered = board.get(selection)
    assert offered is not None
    assert (offered.characters, offered.line_ends, offered.text) == (len(text), 0, found.text)


@pytest.mark.parametrize("with_text", [True, False])
def test_the_dots_that_a_password_field_offers_do_not_tell_how_long_the_password_is(server, hear, with_text):
    board = PasteBoard()
    heard = hear(X11Clipboard(with_text=with_text, board=board))
    _copy(server, "primary", "●●●●●●●●●●●".encode())
    found = heard.wait_for(_clips, "the selection")[-1]
    assert (found.size_bytes, found.sha256, found.text, found.owner) == (None, None, None, "xclip")
    assert board.get("primary") is KEPT_OUT


@pytest.mark.parametrize("target", ["image/png", "text/html", "application/x-made-up"])
def test_what_is_no_text_is_told_by_size_and_hash_of_the_form_it_is_offered_in(server, hear, target):
    heard = hear(X11Clipboard(with_text=True))
    content = bytes(range(256)) * 9
    _copy(server, "clipboard", content, target=target)
    found = heard.wait_for(_clips, "the clipboard")[-1]
    assert (found.measured, found.size_bytes, found.text) == (target, len(content), None)
    assert found.sha256 == hashlib.sha256(content).digest()


def test_a_text_longer_than_one_transfer_is_hashed_whole(server, hear):
    heard = hear(X11Clipboard(with_text=True))
    text = b"0123456789" * 300_000
    _copy(server, "clipboard", text)
    found = heard.wait_for(_clips, "the clipboard")[-1]
    assert (found.size_bytes, found.sha256) == (len(text), hashlib.sha256(text).digest())
    assert found.text is None


def test_an_owner_that_never_answers_is_told_without_size_and_holds_nothing_up(server, hear, monkeypatch):
    monkeypatch.setattr("recorder.capture.x11_transfer.ANSWER_LIMIT_S", 0.3)
    heard = hear(X11Clipboard(with_text=True))
    with server.connection() as connection:
        window = connection.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        window.set_selection_owner(connection.get_atom("CLIPBOARD"), X.CurrentTime)
        connection.sync()
        found = heard.wait_for(_clips, "the clipboard")[-1]
        assert (found.size_bytes, found.sha256, found.text, found.media_types) == (None, None, None, ())
    _copy(server, "clipboard", b"after")
    heard.wait_for(lambda one: _clips(one)[-1].text == "after", "the next owner")


def test_a_clipboard_that_is_taken_again_and_again_is_read_all_the_same(server, hear):
    heard = hear(X11Clipboard(with_text=True))
    stop = threading.Event()

    def take() -> None:
        with server.connection() as connection:
            window = connection.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
            while not stop.wait(REST_NS / NS_PER_S / 3):
                window.set_selection_owner(connection.get_atom("CLIPBOARD"), X.CurrentTime)
                connection.sync()

    taking = threading.Thread(target=take)
    taking.start()
    heard.wait_for(_clips, "the clipboard that never rests")
    stop.set()
    taking.join()


def test_what_a_paste_would_give_is_not_known_until_the_clipboard_was_read(server, hear):
    board = Following()
    heard = hear(X11Clipboard(with_text=True, board=board))
    for text in (b"before", b"after"):
        _copy(server, "clipboard", text)
        heard.wait_for(lambda one, text=text: [clip.text for clip in _clips(one)][-1:] == [text.decode()], "the text")
    told = [offered and offered.text for selection, offered in board.told if selection == "clipboard"]
    assert [text for text, _ in itertools.groupby(told)] == [None, "before", None, "after"]
    assert KEPT_OUT in [offered for _, offered in board.told]
