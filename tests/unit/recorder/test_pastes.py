"""Pastes that stand for typing, from the keys and the click that paste to the rows of the log."""

import hashlib

import pytest

from recorder.agent_events import EvasionSign
from recorder.capture.paste_board import KEPT_OUT, PasteBoard, offered_text
from recorder.capture.pastes import Pastes
from recorder.events import Click, Key, Window, WindowActive
from recorder.oplog import OperationLog

TERMINAL = Window(1, "root@web1", "xterm", 10, "/usr/bin/xterm")
BROWSER = Window(2, "Mail", "firefox", 11, "/usr/bin/firefox")
SHIFT_INSERT = Key(5, "", "insert", ("shift",))
LINES = "history -c\nsystemctl stop auditd\n"


def pastes_in(window, *, clipboard=None, primary=None):
    board = PasteBoard()
    for selection, offered in (("clipboard", clipboard), ("primary", primary)):
        given = offered_text(offered.encode(), offered) if isinstance(offered, str) else offered
        board.put(selection, given)
    pastes = Pastes(board)
    assert pastes.follow(WindowActive(0, window)) is None
    return pastes


def test_lines_that_are_pasted_into_a_terminal_are_told_with_size_lines_hash_and_text():
    sign = pastes_in(TERMINAL, primary=LINES, clipboard="other").follow(SHIFT_INSERT)
    assert sign is not None
    assert (sign.sign, sign.at_ns, sign.pid) == ("pasted_instead_of_typed", 5, 10)
    digest = hashlib.sha256(LINES.encode()).hexdigest()
    assert sign.detail == f"from the selection: {len(LINES)} bytes, 2 line ends, SHA-256 {digest}"
    assert sign.text == LINES


def test_the_text_is_not_told_where_that_of_the_clipboard_is_not():
    sign = pastes_in(TERMINAL, primary=offered_text(LINES.encode(), None)).follow(SHIFT_INSERT)
    assert sign is not None
    assert sign.text is None
    assert "2 line ends" in sign.detail
    kept_out = pastes_in(TERMINAL, primary=KEPT_OUT).follow(SHIFT_INSERT)
    assert kept_out is not None
    assert (kept_out.text, "bytes" in kept_out.detail) == (None, False)


@pytest.mark.parametrize(
    ("window", "key", "pastes"),
    [
        (TERMINAL, Key(0, "", "V", ("ctrl", "shift")), True),
        (TERMINAL, Key(0, "", "v", ("ctrl", "alt")), True),
        (TERMINAL, Key(0, "", "v", ("ctrl",)), False),
        (TERMINAL, Key(0, "", "insert"), False),
        (TERMINAL, Key(0, "", "paste"), True),
        (BROWSER, Key(0, "", "v", ("ctrl",)), True),
        (BROWSER, Key(0, "", "c", ("ctrl",)), False),
        (BROWSER, Key(0, "v"), False),
    ],
)
def test_which_keys_paste(window, key, pastes):
    assert (pastes_in(window, clipboard="x" * 300).follow(key) is not None) is pastes


def test_what_is_short_stands_for_typing_only_together_with_what_was_pasted_right_before():
    pastes = pastes_in(TERMINAL, primary="rm -rf /var")
    assert pastes.follow(SHIFT_INSERT) is None
    sign = pastes.clicked(Click(6, 1, 1, "middle", pressed=True))
    assert sign is not None
    assert sign.text == "rm -rf /varrm -rf /var"
    assert pastes.follow(SHIFT_INSERT) is None, "it is counted from nothing again"
    pastes.follow(Key(7, "\r", "enter"))
    assert pastes.follow(SHIFT_INSERT) is None, "another line was begun"


def test_a_few_words_pasted_into_a_letter_are_no_sign_and_nothing_on_the_clipboard_is_none():
    assert pastes_in(BROWSER, clipboard=LINES).follow(Key(0, "", "v", ("ctrl",))) is None
    assert pastes_in(TERMINAL).follow(SHIFT_INSERT) is None


def test_pasted_lines_are_rows_that_say_so_behind_the_sign():
    log = OperationLog()
    rows = [
        row for event in (WindowActive(0, TERMINAL), *typed_then_pasted()) for row in log.feed(event)
    ] + log.finish()
    shown = [(row.kind, row.text, row.detail) for row in rows if row.kind in ("text", "keys", "evasion")]
    assert [kind for kind, _, _ in shown] == ["text", "keys", "evasion", "text", "text"]
    assert shown[3:] == [
        ("text", "history -c", "Enter · pasted, not typed"),
        ("text", "systemctl stop auditd", "Enter · pasted, not typed"),
    ]
    assert all(row.text_at_ns is None for row in rows if row.detail.endswith("not typed"))


def typed_then_pasted():
    yield from (Key(1, one) for one in "sudo ")
    yield SHIFT_INSERT
    yield EvasionSign(6, "pasted_instead_of_typed", "", 10, text=LINES)
