"""Titles as X11 programs write them: UTF-8, Latin-1, and the COMPOUND_TEXT of before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_text import compound_text, plain_text
from recorder.capture.x11_window import X11ActiveWindow
from recorder.capture.x11_window_facts import X11WindowFacts
from recorder.events import WindowActive
from tests.heard import Heard

JAPANESE = b"\x1b$(B@A5a%5!<%S%9\x1b(B \x1b$(BDd;_\x1b(B db2"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (JAPANESE, "請求サービス 停止 db2"),
        (b"\x1b$)B\xc0\xc1\xb5\xe1 B\x1b-A\xfcro", "請求 Büro"),
        (b"B\xfcro", "Büro"),
        (b"\x1b)I\xb1\xb2\x1b(J ok", "ｱｲ ok"),
        (b"\x1b$(C0!\x1b$(A0!\x1b$(D0!", "가啊丂"),
        (b"a\x1b%G\xe2\x9c\x93\x1b%@b", "a✓b"),
        (b"\x1b-L\xb4\xd0", "Да"),
        (b"\x1b$(Z!!\x1b(Bok", "��ok"),
        (b"\x1b$(B@", "�"),
    ],
)
def test_compound_text_is_read_in_the_charsets_that_it_names(raw, text):
    assert compound_text(raw) == text


@given(st.binary(max_size=200))
def test_whatever_a_program_writes_is_some_text(raw):
    assert isinstance(compound_text(raw), str)
    assert isinstance(plain_text(raw), str)


def _title(heard: Heard) -> str | None:
    changes = heard.of(WindowActive)
    window = changes[-1].window if changes else None
    return None if window is None else window.title


def test_a_japanese_title_in_compound_text_is_recorded_and_can_be_masked_as_it_stands(server, hear):
    server.start_openbox()
    heard = hear(X11ActiveWindow())
    server.start_xterm(title="first")
    heard.wait_for(lambda one: _title(one) == "first", "the window")
    number = heard.of(WindowActive)[-1].window.window_id
    with server.connection() as connection:
        window = connection.create_resource_object("window", number)
        window.delete_property(connection.get_atom("_NET_WM_NAME"))
        window.change_property(connection.get_atom("WM_NAME"), connection.get_atom("COMPOUND_TEXT"), 8, JAPANESE)
        connection.sync()
    heard.wait_for(lambda one: _title(one) == "請求サービス 停止 db2", "the title")
    asking = X11Connection(server.display)
    try:
        facts = X11WindowFacts(asking).of((number,))
    finally:
        asking.close()
    assert facts is not None
    assert facts.title == "請求サービス 停止 db2", "masks go by this one"
