"""The operation log reads as a person would tell it, and every character has its time."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.events import (
    Alert,
    Click,
    ClipboardChanged,
    Event,
    FiredBy,
    Gap,
    IdleChanged,
    Key,
    KeyActivity,
    LockChanged,
    Patch,
    ProcessEnded,
    ProcessStarted,
    Screen,
    ScreensChanged,
    Scroll,
    SessionEnded,
    SessionStarted,
    SourceStatus,
    StateRestated,
    Unknown,
    WallClockChanged,
    Window,
    WindowActive,
)
from recorder.geometry import Rect
from recorder.logrow import KINDS, inert, span_words
from recorder.oplog import LogRow, OperationLog

MS = 1_000_000
S = 1_000_000_000


def read(events: Iterable[Event]) -> list[LogRow]:
    log = OperationLog()
    rows = [row for event in events for row in log.feed(event)]
    return rows + log.finish()


def typed(text: str, *, at_ns: int = 0, step_ns: int = 100 * MS) -> list[Event]:
    return [Key(at_ns + number * step_ns, character) for number, character in enumerate(text)]


def press(at_ns: int, *, button: str = "left", x: int = 10, y: int = 20) -> list[Event]:
    return [Click(at_ns, x, y, button, True), Click(at_ns + 50 * MS, x, y, button, False)]


def window(at_ns: int, title: str, *, number: int = 1, executable: str | None = "/usr/bin/xterm") -> WindowActive:
    return WindowActive(at_ns, Window(number, title, "XTerm", 100 + number, executable))


def texts(rows: Iterable[LogRow]) -> list[tuple[str, str]]:
    return [(row.kind, row.text) for row in rows]


def test_a_line_ended_by_enter_is_one_row_with_the_time_of_each_character() -> None:
    rows = read([*typed("ls -l"), Key(500 * MS, "\n", "enter")])

    assert texts(rows) == [("text", "ls -l")]
    assert rows[0].detail == "Enter"
    assert rows[0].text_at_ns == tuple(number * 100 * MS for number in range(5))
    assert (rows[0].at_ns, rows[0].end_ns) == (0, 500 * MS)


@pytest.mark.parametrize(("name", "words"), [("enter", "Enter"), ("tab", "Tab"), ("esc", "Escape")])
def test_enter_tab_and_escape_cut_a_piece_and_belong_to_it(name: str, words: str) -> None:
    rows = read([*typed("ab"), Key(1 * S, "", name), *typed("cd", at_ns=1 * S + MS)])

    assert texts(rows) == [("text", "ab"), ("text", "cd")]
    assert rows[0].detail == words
    assert not rows[1].continues


def test_backspace_is_applied_to_the_text_and_kept_in_the_detail() -> None:
    rows = read([*typed("lss"), Key(300 * MS, "", "backspace"), Key(400 * MS, " "), Key(500 * MS, "x")])

    assert rows[0].text == "ls x"
    assert rows[0].text_at_ns == (0, 100 * MS, 400 * MS, 500 * MS)
    assert rows[0].detail == "typed: lss⌫ x"
    assert rows[0].also == "lss⌫ x"
    assert rows[0].also_at_ns == tuple(number * 100 * MS for number in range(6))


def test_what_was_typed_and_erased_whole_is_still_a_row() -> None:
    rows = read([*typed("no"), Key(300 * MS, "", "backspace"), Key(400 * MS, "", "backspace")])

    assert texts(rows) == [("text", "no⌫⌫")]
    assert rows[0].text_at_ns == (0, 100 * MS, 300 * MS, 400 * MS)


def test_backspace_with_nothing_typed_is_a_named_key() -> None:
    assert texts(read([Key(0, "", "backspace"), Key(MS, "", "backspace")])) == [("keys", "Backspace ×2")]


def test_a_pause_cuts_a_piece_and_the_next_one_says_that_it_continues() -> None:
    rows = read([*typed("rm -rf"), *typed(" /var", at_ns=3 * S)])

    assert texts(rows) == [("text", "rm -rf"), ("text", " /var")]
    assert [row.continues for row in rows] == [False, True]


def test_just_under_the_pause_is_no_pause() -> None:
    assert texts(read([Key(0, "a"), Key(2 * S - 1, "b")])) == [("text", "ab")]
    assert texts(read([Key(0, "a"), Key(2 * S, "b")])) == [("text", "a"), ("text", "b")]


def test_a_picture_that_changes_after_the_pause_lets_the_piece_go_at_once() -> None:
    log = OperationLog()
    assert log.feed(Key(0, "a")) == []
    assert log.feed(Patch(1 * S, 0, "change", 1, 1, True, 1, (), b"")) == []
    assert texts(log.feed(Patch(2 * S, 0, "change", 1, 1, True, 1, (), b""))) == [("text", "a")]


def test_a_click_cuts_a_piece_and_has_its_place() -> None:
    rows = read([*typed("ab"), *press(1 * S, button="right"), *typed("cd", at_ns=2 * S)])

    assert texts(rows) == [("text", "ab"), ("click", "Right click"), ("text", "cd")]
    assert (rows[1].x_px, rows[1].y_px) == (10, 20)
    assert not rows[2].continues


def test_two_quick_clicks_at_one_place_are_a_double_click() -> None:
    assert texts(read([*press(0), *press(300 * MS)])) == [("click", "Left double-click")]


@pytest.mark.parametrize(
    "second",
    [press(2 * S), press(300 * MS, x=200), press(300 * MS, button="right")],
    ids=["late", "elsewhere", "other"],
)
def test_what_is_not_a_double_click_is_two_clicks(second: list[Event]) -> None:
    rows = read([*press(0), *second])
    assert len(rows) == 2
    assert all(row.text.endswith(" click") for row in rows)


def test_a_press_released_elsewhere_is_a_drag() -> None:
    rows = read([Click(0, 10, 20, "left", True), Click(1 * S, 300, 20, "left", False)])

    assert texts(rows) == [("click", "Left drag")]
    assert rows[0].detail == "from 10, 20 to 300, 20"
    assert rows[0].end_ns == 1 * S


def test_a_shortcut_cuts_a_piece_and_is_named() -> None:
    rows = read([*typed("ab"), Key(1 * S, "c", "", ("ctrl",)), Key(2 * S, "", "delete", ("alt", "ctrl"))])
    assert texts(rows) == [("text", "ab"), ("keys", "Ctrl+C"), ("keys", "Ctrl+Alt+Delete")]


def test_repeated_named_keys_are_counted() -> None:
    keys = [Key(number * 100 * MS, "", "down", (), number > 0) for number in range(5)]
    assert texts(read([*keys, Key(1 * S, "", "page_up")])) == [("keys", "Down ×5"), ("keys", "Page Up")]


def test_holding_shift_for_a_capital_does_not_cut_the_word() -> None:
    rows = read([Key(0, "a"), Key(100 * MS, "", "shift"), Key(200 * MS, "B", "", ("shift",)), Key(300 * MS, "c")])
    assert texts(rows) == [("text", "aBc")]


def test_japanese_and_several_characters_from_one_key_keep_their_times() -> None:
    rows = read([Key(0, "設定"), Key(500 * MS, "を")])
    assert rows[0].text == "設定を"
    assert rows[0].text_at_ns == (0, 0, 500 * MS)


def test_scrolling_one_way_is_one_row() -> None:
    rows = read([Scroll(number * 50 * MS, 5, 6, 0, -1) for number in range(7)] + [Scroll(400 * MS, 5, 6, 0, 1)])
    assert texts(rows) == [("scroll", "Scroll down 7"), ("scroll", "Scroll up 1")]


def test_another_window_cuts_a_piece_and_the_row_tells_title_and_program() -> None:
    rows = read([window(0, "bash"), *typed("ab", at_ns=MS), window(1 * S, "passwords.kdbx", number=2, executable=None)])

    assert texts(rows) == [("window", "bash"), ("text", "ab"), ("window", "passwords.kdbx")]
    assert (rows[1].application, rows[1].window) == ("xterm", "bash")
    assert rows[2].application == "XTerm"


def test_a_new_title_of_the_same_window_is_told_but_does_not_cut_the_word() -> None:
    rows = read([window(0, "notes"), *typed("ab", at_ns=MS), window(300 * MS, "notes *"), Key(400 * MS, "c")])

    assert texts(rows) == [("window", "notes"), ("text", "abc"), ("window", "notes *")]
    assert rows[1].window == "notes"
    assert "new title" in rows[2].detail


def test_a_window_that_only_moved_is_no_row() -> None:
    moved = WindowActive(MS, Window(1, "bash", "XTerm", 101, "/usr/bin/xterm", Rect(5, 5, 10, 10)))
    assert len(read([window(0, "bash"), moved])) == 1


def test_what_happens_while_typing_waits_behind_the_piece_and_is_seen_live() -> None:
    log = OperationLog()
    log.feed(Key(0, "a"))
    assert log.feed(ProcessStarted(10 * MS, 7, 1, "cron", "/usr/sbin/cron", None)) == []
    assert texts(log.pending_rows()) == [("text", "a"), ("process", "/usr/sbin/cron")]
    assert [row.at_ns for row in log.finish()] == [0, 10 * MS]
    assert log.pending() is None


def test_restated_state_gives_the_window_and_no_row() -> None:
    restated = StateRestated(0, (), Window(1, "bash", None, None, "/bin/bash"), None, None, None)
    rows = read([restated, Key(MS, "a")])
    assert texts(rows) == [("text", "a")]
    assert rows[0].application == "bash"


def test_a_program_that_types_is_told_apart() -> None:
    rows = read([Key(0, "a", injected=True)])
    assert "sent by a program" in rows[0].detail


EVERY_KIND: list[tuple[Event, str, str]] = [
    (SessionStarted(0, "s", "alice", "db1", "patch day", 0, 0, "t", "damage", "text"), "session", "alice on db1"),
    (SessionEnded(0, "display_lost"), "session", "the display was lost"),
    (SessionEnded(0, "of a newer kind"), "session", "of a newer kind"),
    (KeyActivity(0, 5, 12), "activity", "12 keys"),
    (ClipboardChanged(0, "clipboard", ("text/plain",), 5, b"\x01" * 32), "clipboard", "text, 5 bytes"),
    (
        ClipboardChanged(0, "clipboard", ("TARGETS", "image/png", "x/y"), 5, None),
        "clipboard",
        "image/png, x/y, 5 bytes",
    ),
    (ClipboardChanged(0, "clipboard", ("TARGETS", "UTF8_STRING"), 4, None), "clipboard", "text, 4 bytes"),
    (ClipboardChanged(0, "primary", (), None, None), "clipboard", "nothing more is known"),
    (ClipboardChanged(0, "primary", ("x",), 5, None, "secret"), "clipboard", "secret"),
    (ProcessStarted(0, 7, 1, "vim", "/usr/bin/vim", ("vim", "/etc/my file")), "process", "vim '/etc/my file'"),
    (ProcessEnded(0, 7, "vim"), "process", "vim"),
    (ScreensChanged(0, (Screen(1, "DP-1", Rect(0, 0, 1920, 1080)),)), "screen", "1 monitor: 1 DP-1 1920×1080"),
    (ScreensChanged(0, ()), "screen", "no monitors"),
    (LockChanged(0, True), "lock", "locked"),
    (IdleChanged(300 * S, True, 0), "idle", "Idle for 5 min 0 s"),
    (IdleChanged(300 * S, False, 0), "idle", "Back after 5 min 0 s"),
    (WallClockChanged(0, 0, -3600 * S), "clock", "back by 1 h 0 min"),
    (WallClockChanged(0, 10**30, 1), "clock", "forward by 0.0 s"),
    (SourceStatus(0, "keyboard", False, "no permission"), "source", "NOT recorded: keyboard"),
    (Gap(0, 4 * S, "screen", "suspended"), "gap", "Not recorded for 4.0 s: screen"),
    (Gap(4, 4, "window", "source_failed"), "gap", "Not recorded from here on: window"),
    (Gap(0, 4 * S, "input", "of a newer kind"), "gap", "input"),
    (Alert(0, "r1", "2", "Billing stopped", "high", "needs a ticket"), "alert", "Billing stopped"),
    (Unknown(0, "hologram"), "unknown", "hologram"),
]


@pytest.mark.parametrize(("event", "kind", "words"), EVERY_KIND, ids=lambda value: str(value)[:30])
def test_every_kind_of_event_reads_as_a_row(event: Event, kind: str, words: str) -> None:
    rows = read([event])
    assert len(rows) == 1
    assert rows[0].kind == kind
    assert words in rows[0].text


def test_an_alert_tells_its_rule_its_reason_and_what_fired_it() -> None:
    fired_by = (FiredBy(1 * S, "text", "systemctl stop billing"),)
    row = read([Alert(2 * S, "stop-service", "3", "Service stopped", "high", "needs a ticket", fired_by, "notified")])[
        0
    ]
    assert row.severity == "high"
    assert row.detail == (
        "high · needs a ticket · rule stop-service version 3 · response: notified · systemctl stop billing"
    )
    assert "systemctl stop billing" in row.also


def test_what_was_not_recorded_is_graver_than_what_was() -> None:
    rows = read(
        [
            Gap(0, 1, "screen", "suspended"),
            SourceStatus(2, "keyboard", False, ""),
            SourceStatus(3, "keyboard", True, ""),
            WallClockChanged(4, 0, 1),
            SessionEnded(5, "fault", ""),
            SessionEnded(6, "asked", ""),
        ]
    )
    assert [row.severity for row in rows] == ["medium", "medium", "informational", "low", "medium", "informational"]


def test_a_severity_that_is_not_known_is_never_overlooked() -> None:
    assert read([Alert(0, "r", "1", "t", "apocalyptic", "")])[0].severity == "critical"


def test_the_reason_and_length_of_a_gap_are_told() -> None:
    row = read([Gap(2 * S, 6 * S, "everything", "suspended", "lid closed")])[0]
    assert (row.at_ns, row.end_ns) == (2 * S, 6 * S)
    assert row.detail == "the machine was suspended · lid closed"


HOSTILE = "a\x1b[31m\r\n\x00\u202egnp.exe\u2028\x9b"


def test_hostile_text_is_shown_inert_with_as_many_characters() -> None:
    shown = inert(HOSTILE)
    assert len(shown) == len(HOSTILE)
    assert shown.isprintable()


def test_no_row_lets_a_control_character_through() -> None:
    events: list[Event] = [
        window(0, HOSTILE, executable="/tmp/" + HOSTILE),
        ProcessStarted(1, 7, 1, HOSTILE, HOSTILE, (HOSTILE,)),
        ProcessEnded(2, 7, HOSTILE),
        ClipboardChanged(3, HOSTILE, (HOSTILE,), 1, b"", HOSTILE, HOSTILE),
        SessionStarted(4, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0, 0, HOSTILE, HOSTILE, HOSTILE),
        SessionEnded(5, HOSTILE, HOSTILE),
        Gap(6, 7, HOSTILE, HOSTILE, HOSTILE),
        SourceStatus(8, HOSTILE, False, HOSTILE),
        Unknown(9, HOSTILE),
        ScreensChanged(10, (Screen(1, HOSTILE, Rect(0, 0, 1, 1)),)),
        Key(11, HOSTILE, HOSTILE),
        Click(12, 0, 0, HOSTILE, True),
        Alert(13, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, (FiredBy(0, HOSTILE, HOSTILE),), HOSTILE),
    ]
    for row in read(events):
        for words in (row.text, row.detail, row.application or "", row.window or "", *row.also.split("\n")):
            assert words.isprintable(), (row.kind, words)


def test_lengths_of_time_read_as_a_person_says_them() -> None:
    assert [span_words(length) for length in (400 * MS, 12 * S, 185 * S, 28_920 * S)] == [
        "0.4 s",
        "12 s",
        "3 min 5 s",
        "8 h 2 min",
    ]


keys = st.builds(
    lambda text, name, modifiers: (text, name, modifiers),
    st.sampled_from(["a", "B", " ", "設", ""]),
    st.sampled_from(["", "", "", "enter", "backspace", "left", "tab"]),
    st.sampled_from([(), (), ("ctrl",)]),
)
steps = st.lists(st.tuples(st.integers(0, 3 * S), st.integers(0, 5), keys), max_size=60)


def story(parts: list[tuple[int, int, tuple[str, str, tuple[str, ...]]]]) -> list[Event]:
    now, events = 0, list[Event]()
    for step_ns, choice, (text, name, modifiers) in parts:
        now += step_ns
        others: list[Event] = [
            Key(now, text, name, modifiers),
            Key(now, "x"),
            Click(now, 1, 1, "left", True),
            window(now, text or "t", number=len(name)),
            Scroll(now, 1, 1, 0, 1),
            ProcessEnded(now, 1, "p"),
        ]
        events.append(others[choice])
    return events


@settings(max_examples=150, deadline=None)
@given(steps, st.integers(0, 60))
def test_a_break_anywhere_changes_no_row(parts: list, cut: int) -> None:
    events = story(parts)
    first = OperationLog()
    rows = [row for event in events[:cut] for row in first.feed(event)]
    second = OperationLog.resumed(first.state())
    rows += [row for event in events[cut:] for row in second.feed(event)]
    assert rows + second.finish() == read(events)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_rows_come_in_order_and_every_character_has_its_time(parts: list) -> None:
    rows = read(story(parts))
    assert [row.at_ns for row in rows] == sorted(row.at_ns for row in rows)
    for row in rows:
        assert row.kind in KINDS
        assert row.end_ns >= row.at_ns
        if row.kind == "text":
            assert row.text_at_ns is not None
            assert len(row.text_at_ns) == len(row.text) > 0
            assert list(row.text_at_ns) == sorted(row.text_at_ns)


def test_memory_stays_bounded_while_somebody_leans_on_a_key() -> None:
    log = OperationLog()
    rows = [row for number in range(100_000) for row in log.feed(Key(number * 30 * MS, "x", repeat=True))]
    assert len(log.state()) < 100_000
    assert sum(len(row.text) for row in rows + log.finish()) == 100_000
    assert all(row.continues for row in rows[1:])
