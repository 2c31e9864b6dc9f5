"""Rows in Japanese: what the recorder says is translated, what a person typed or named never is."""

import ast
import re
from pathlib import Path

import pytest

from recorder.agent_events import (
    DeviceChanged,
    EvasionSign,
    HiddenInput,
    MaskChanged,
    MaskedArea,
    NoticeAcknowledged,
    NoticeShown,
    PolicyInForce,
    ResponseGiven,
    StorageState,
)
from recorder.agent_rows import EVASION_WORDS, HIDDEN_WORDS
from recorder.capture.password_fields import _cannot
from recorder.event import Event
from recorder.events import (
    Alert,
    Click,
    ClipboardChanged,
    EndReason,
    FiredBy,
    Gap,
    GapReason,
    IdleChanged,
    Key,
    KeyActivity,
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
from recorder.message_bus import why_no_bus
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
    SourceStatus(0, "injected input", working=True, detail=""),
    KeyActivity(0, S, 3),
    Key(0, "", "f5", injected=True),
    *(Click(0, 5, 5, button, pressed=True) for button in ("left", "middle", "right")),
    *(IdleChanged(S, idle=idle, since_ns=0) for idle in (True, False)),
    PolicyInForce(0, 7, "tanaka", b"\x02" * 32, b"\x03" * 32),
    PolicyInForce(0, 0, "", b""),
    NoticeShown(0, "ja", "記録します。"),
    NoticeAcknowledged(4 * S, 0, "CHG-1"),
    MaskChanged(0, ()),
    MaskChanged(0, (MaskedArea(Rect(0, 0, 9, 9), "xterm"),) * 2),
    *(HiddenInput(0, S, 16, why) for why in HIDDEN_WORDS),
    *(EvasionSign(0, sign, "xterm", 7, "/usr/sbin/cron") for sign in EVASION_WORDS),
    *(DeviceChanged(0, action, "usb", "") for action in ("added", "found", "removed")),
    *(
        DeviceChanged(0, "added", kind, "")
        for kind in ("disk", "usb input+storage", "usb camera", "usb network+printer")
    ),
    *(StorageState(0, state, 900_000_000) for state in ("ample", "low", "reserve", "full")),
    *(
        ResponseGiven(S, 0, "cron", response, "answered")
        for response in ("notify", "warn", "demand_reason", "lock", "end_session")
    ),
    *(
        Alert(0, "cron", "2", "The file of password hashes was read or copied", "high", "", (), response)
        for response in ("", "notify", "warn", "demand_reason", "lock", "end_session")
    ),
)
MAKE_NO_ROW = {"Patch", "Snapshot", "PointerMoved", "PointerShape", "Covered", "StateRestated", "Unknown"}


@pytest.mark.parametrize("event", MADE, ids=lambda event: type(event).__name__)
def test_nothing_english_is_left_of_what_the_recorder_says(event):
    for text, detail in said(event):
        ours = re.sub(
            r"CHG-1|damage|text/plain|/usr/sbin/cron|[0-9a-f]{16,}…?|USB|MB|tanaka|db-1|DP-1|SHA-256|xterm|cron|UTC",
            "",
            f"{text} {detail}",
        )
        assert re.findall(r"[A-Za-z]{2,}", ours) == [], (text, detail)


def test_no_kind_of_event_is_left_out_of_these():
    kinds = {kind.__name__ for kind in Event.__subclasses__() if kind.__module__.startswith("recorder.")}
    assert {type(event).__name__ for event in MADE} == kinds - MAKE_NO_ROW


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
    paths.append(RECORDER / "capture" / "linux_devices.py")  # kinds of devices
    signs = (
        "linux_evasion",
        "pastes",
        "policy_kept",
        "revived",
        "screen_lockers",
        "x11_curtain",
        "x11_injected",
        "x11_input",
    )
    paths += [RECORDER / "capture" / f"{name}.py" for name in signs]
    paths += [answers / f"{name}.py" for name in ("indicator", "storage_end", "window_sight")]
    paths.append(answers.parent / "agent" / "window_front.py")
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


def names_of_sources():
    """Whatever the recorder and its agent call what they record, where they say it: in every file of theirs."""
    found = set()
    for path in (path for part in ("recorder", "app") for path in (RECORDER.parent / part).rglob("*.py")):
        if "ui" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found |= set(names_in(node, path))
    return found


def names_in(node, path):
    named = {"SourceStatus": 1, "Gap": 2, "SilentSource": 0}
    match node:
        case ast.Call(func=ast.Name(id="SourceStatus" | "Gap" | "SilentSource" as kind), args=args):
            yield from (one.value for one in args[named[kind] : named[kind] + 1] if isinstance(one, ast.Constant))
        case ast.Call(func=ast.Attribute(attr="__init__", value=ast.Call(func=ast.Name(id="super"))), args=args):
            if path.parent.name == "capture" or path.name == "storage.py":
                yield from (one.value for one in args[:1] if isinstance(one, ast.Constant))
        case ast.Assign(targets=[ast.Name(id="name" | "SOURCE")], value=ast.Constant(value=str() as name)):
            if "{" not in name and not name.startswith("_"):
                yield name
        case ast.GeneratorExp(elt=ast.Call(func=ast.Name(id="SilentSource")), generators=[loop]):
            yield from (one.value for one in getattr(loop.iter, "elts", ()))


def test_every_source_that_the_recorder_names_is_said_in_japanese():
    names = names_of_sources()
    assert {"password fields", "devices", "curtain", "storage", "masks", "rules", "keyboard", "screen"} <= names
    english = [name for name in sorted(names) if re.search(r"[A-Za-z]", ROWS.say("source", name))]
    assert english == []


def test_a_source_without_japanese_would_be_seen():
    call = ast.parse('super().__init__("sound card")', mode="eval").body
    assert list(names_in(call, RECORDER / "capture" / "x.py")) == ["sound card"]
    assert ROWS.say("source", "sound card") == "sound card"


def test_a_screen_is_said_by_its_number_and_a_monitor_keeps_its_name():
    screens = (
        Screen(0, "screen", Rect(0, 0, 1440, 900)),
        Screen(1, "DP-1", Rect(1440, 0, 9, 9)),
        Screen(2, "", Rect(0, 0, 9, 9)),
    )
    assert said(ScreensChanged(0, screens)) == [
        ("モニター 3 台：0 画面 1440×900（位置 0, 0）、1 DP-1 9×9（位置 1440, 0）、2 名称不明 9×9（位置 0, 0）", "")
    ]


FILES_OF_SOURCES = [
    *(path for path in (RECORDER / "capture").glob("*.py") if 'super().__init__("' in path.read_text(encoding="utf-8")),
    *(RECORDER / "capture" / f"{name}.py" for name in ("mss_grab", "x11_input", "x11_keymap", "x11_record")),
    *(RECORDER / "session" / f"{name}.py" for name in ("storage", "screen_recorder")),
]


def sentences_in(code):
    """Whole sentences in it that are no docstrings, with a sign where something is put in."""
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    pieces = {id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "\u00a4" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (docs | pieces):
            text = node.value
        else:
            continue
        if re.fullmatch(r"[A-Z\u00a4].*[a-z]{2}.* .*\.", text, re.DOTALL):
            yield text


def in_english(code):
    said_in_japanese = read_words("ja").said
    return [text for text in sentences_in(code) if said_in_japanese(text) == text]


def test_what_sources_say_of_themselves_is_said_in_japanese():
    assert len(FILES_OF_SOURCES) > 15
    found = {path.name: in_english(path.read_text(encoding="utf-8")) for path in FILES_OF_SOURCES}
    assert {name: texts for name, texts in found.items() if texts} == {}
    assert in_english('def one(self):\n    return "The sound is recorded."') == ["The sound is recorded."]


STRUCK = [
    "The recorder (process 4711) was killed by SIGKILL.",
    "The recorder (process 4711) was killed by signal 70.",
    "The recorder (process 4711) was stopped. No recorder lived to note 5 more of these before.",
    "The recorder (process 4711) was held by a debugger (process 99).",
    "The recorder (process 4711) was gone without a word.",
    "The recorder was told to end (SIGTERM or the like), and the session was not over: it went on.",
    "The recorder and the agent that watches it were both gone.",
    "The resident agent (process 5) was killed, or ended. It is started again.",
    "The resident agent (process 5) was stopped for 2.1 s. The recording ends, as the policy says.",
    "The resident agent (process 5) did not answer for 2.1 s. The system was just ending processes for want of memory.",
    "The recorder was gone. The system does not let it end.",
    "The recorder was gone (it ended by itself with status 70).",
    "The recorder said nothing for 2.0 s: it hung, or no time was given to it.",
    "The recorder said nothing for 2.0 s: it was held by a debugger (process 9).",
    "The recorder did not close the recording.",
    "it was hidden; it is there again",
    "it was pushed away or shrunk; it is there again",
    "through XTEST: 3 keys, 1 click",
    "from the clipboard: a text that is not known, or kept out of the recording",
    "from the selection: 30 bytes, 1 line end, SHA-256 00",
    "from the clipboard: 30 bytes, 2 line ends, in 3 pastes, the last SHA-256 00",
    "another program changed what the X server records of the keyboard (it was switched off)",
    "the connection of 'keyboard' to the display was cut",
    "the recorder (process 7) is traced",
    "what started the recorder (process 7) is traced",
    "display :9",
]


@pytest.mark.parametrize("detail", STRUCK)
def test_nothing_english_is_left_of_what_was_done_to_the_recorder(detail):
    for event in (EvasionSign(0, "recorder_stopped", detail, 7), Gap(0, S, "everything", "recorder_died", detail)):
        if isinstance(event, Gap) and detail[0].islower():
            continue  # said of signs alone
        ((_, ours),) = said(event)
        assert re.findall(r"[a-z]{2,}", ours) == [], ours


@pytest.mark.parametrize("why", [TimeoutError(), EOFError(), FileNotFoundError(), ValueError()])
def test_why_password_fields_are_not_known_is_said_too(why):
    sentence = f"{_cannot(f'no accessibility bus: {why_no_bus(why)}')} It is tried again every few seconds."
    ((_, ours),) = said(SourceStatus(0, "password fields", working=False, detail=sentence))
    assert re.findall(r"[a-z]{2,}", ours) == [], ours
