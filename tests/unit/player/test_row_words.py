"""Rows in Japanese: what the recorder says is translated, what a person typed or named never is."""

import ast
import re
from pathlib import Path

import pytest

from recorder.events import (
    Alert,
    ClipboardChanged,
    EndReason,
    FiredBy,
    Gap,
    GapReason,
    IdleChanged,
    LockChanged,
    PredecessorInterrupted,
    ProcessEnded,
    ProcessStarted,
    Screen,
    ScreensChanged,
    Scroll,
    SessionEnded,
    SessionStarted,
    SourceStatus,
    WallClockChanged,
    WindowActive,
)
from recorder.geometry import Rect
from recorder.oplog import OperationLog
from resources.row_words import RowWords, read_row_phrases
from resources.words import read_words
from tests.fakes import S, row

RECORDER = Path(__file__).parents[3] / "recorder"
ROWS = RowWords(read_words("ja"))


def said(*events):
    log = OperationLog()
    rows = [made for event in events for made in log.feed(event)] + log.finish()
    return [(ROWS.text(one), ROWS.detail(one)) for one in rows]


MADE = (
    SessionStarted(0, "s", "tanaka", "db-1", "CHG-1", 0, 0, "t", "damage", "text"),
    PredecessorInterrupted(0, "s", 0),
    SourceStatus(0, "pointer shape", working=False, detail="Keys are not recorded, by policy."),
    *(Gap(0, 65 * S, "screen 2", reason, "") for reason in GapReason),
    WallClockChanged(0, 0, -3 * S),
    ScreensChanged(0, (Screen(0, "DP-1", Rect(0, 0, 1, 1)),)),
    ClipboardChanged(0, "primary", ("text/plain",), 12, bytes(32), "xterm"),
    ProcessStarted(0, 7, 1, "cron", "/usr/sbin/cron", ("cron",), found=True),
    ProcessEnded(0, 7, "cron"),
    LockChanged(0, locked=True),
    LockChanged(0, locked=False),
    IdleChanged(9 * S, idle=True, since_ns=0),
    IdleChanged(9 * S, idle=False, since_ns=0),
    Scroll(0, 5, 5, 1, -2),
    WindowActive(0, None),
    *(SessionEnded(0, reason, "") for reason in EndReason),
)


@pytest.mark.parametrize("event", MADE, ids=lambda event: type(event).__name__)
def test_nothing_english_is_left_of_what_the_recorder_says(event):
    for text, detail in said(event):
        ours = re.sub(
            r"CHG-1|damage|text/plain|/usr/sbin/cron|[0-9a-f]{16}…|tanaka|db-1|DP-1|SHA-256|xterm|cron|UTC",
            "",
            f"{text} {detail}",
        )
        assert re.findall(r"[A-Za-z]{2,}", ours) == [], (text, detail)


def test_lengths_and_places_are_said_too():
    assert said(Gap(0, 65 * S, "screen 2", GapReason.STALLED, "")) == [
        ("1 分 5 秒間 記録なし：画面 2", "記録プログラムが止まっていました")
    ]
    assert said(Scroll(0, 5, 5, 1, -2)) == [("スクロール：下 2、右 1", "位置 5, 5")]


@pytest.mark.parametrize(
    "one",
    [
        row(0, "text", "No window", detail="Enter"),
        row(0, "window", "No window", window="No window", detail="xterm"),
        row(0, "clipboard", "text", detail="clipboard · text, 4 bytes · SHA-256 00…"),
        row(0, "process", "started"),
        row(0, "alert", "Not recorded for 5 s: screen"),
    ],
)
def test_what_was_typed_or_named_is_never_translated(one):
    assert ROWS.text(one) == one.text


def test_what_was_typed_and_erased_stays_even_where_it_reads_like_ours():
    one = row(0, "text", "ab", detail="typed: started · process 7⌫b · Enter", also="started · process 7⌫b")
    assert ROWS.detail(one) == "入力時：started · process 7⌫b · Enter"


def test_the_purpose_stays_as_it_was_given():
    one = row(0, "session", "Session of a on b started", detail="keys: text · screen: mss", also="keys: text")
    assert ROWS.detail(one) == "keys: text · 画面：mss"


def test_in_english_rows_stay_as_they_are_made():
    english = RowWords(read_words("en"))
    one = row(0, "lock", "The screen was locked", detail="x")
    assert (english.text(one), english.detail(one)) == (one.text, one.detail)


def pieces_said():
    """All constant text in what makes rows, pieces of f-strings too."""
    found = set()
    makers = ("instant_rows", "agent_rows", "pieces", "logrow", "events", "agent_events")
    answers = RECORDER.parent / "app" / "ui"  # what became of responses
    paths = [RECORDER / f"{name}.py" for name in makers] + [answers / "answers.py", answers / "answer_dialogs.py"]
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return "\n".join(found)


def test_every_phrase_that_is_translated_is_one_that_rows_are_made_of():
    said_there = pieces_said()
    named_elsewhere = {"source", "keys_mode", "button"}  # by the sources of events, and by the policy
    for place, told in read_row_phrases("ja").items():
        for english, ours in told.items():
            assert set(re.findall(r"\{(\d)", english)) == set(re.findall(r"\{(\d)", ours)), english
            if place not in named_elsewhere:
                for piece in re.split(r"\{\d\}", english):
                    for word in re.findall(r"[A-Za-z-]{2,}", piece):
                        assert word in said_there, f"[{place}] {english!r}: nothing says {word!r}"


def test_a_default_rules_title_and_reason_are_said_and_what_fired_it_stays():
    reason = "Hashes from /etc/shadow are cracked elsewhere, at leisure. No work on a server needs to read them."
    fired = (FiredBy(0, "text", "sudo cat /etc/shadow"),)
    event = Alert(0, "r1", "2", "The file of password hashes was read or copied", "high", reason, fired, "")
    ((title, detail),) = said(event)
    assert title == "パスワードハッシュのファイルの読み取りまたはコピー"
    assert detail.startswith("重大度 高 · /etc/shadow のハッシュは、")
    assert detail.endswith(" · sudo cat /etc/shadow")


def test_what_the_judge_adds_to_a_reason_is_said_too():
    rules = read_words("ja").rules
    reason = "Without shadow copies nothing that is encrypted or deleted comes back. It is the step before extortion."
    ours = rules.reason(reason)
    assert ours != reason
    assert rules.reason(f"{reason} (20 rows within 120 s)") == f"{ours}（120 秒以内に 20 件）"
    more = "2 more alerts of this rule were left out within 60 s; this is the last of them."
    left_out = "このルールの通知を 60 秒以内に 2 件省きました。これがその最後です。"
    assert rules.reason(f"{more} {reason}") == left_out + ours
    assert rules.title("Our own rule") == rules.reason("Our own rule") == "Our own rule"


def test_an_alerts_severity_rule_and_response_are_said():
    event = Alert(0, "r1", "2", "title", "critical", "reason", (), "locked")
    assert said(event) == [("title", "重大 · reason · ルール r1（版 2） · 対応：locked")]
