"""The index finds any substring at the right moment."""

import sqlite3 as system_sqlite
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.logrow import LogRow
from recorder.oplog import GROUPING_VERSION
from recorder.store import index_file
from recorder.store.folding import fold, grams, is_blank, place_in_original
from recorder.store.index import Index
from tests.indexes import MS, S, add, found, typed, upto, with_sqlite


@pytest.fixture(params=["sqlite that is loaded", "sqlite of the system"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "sqlite of the system":
        monkeypatch.setattr(index_file, "sqlite3", system_sqlite)
    return str(request.param)


TEXTS = [
    "設定を変更した",
    "sudo vi /etc/nginx/設定.conf",
    "100% sure? a_b 'quoted' \"double\" back\\slash",
    "ＦＵＬＬ ｗｉｄｔｈ ｶﾞｷﾞｸﾞ",
    "SELECT * FROM users WHERE name LIKE '%x%' OR 1=1; --",
    "straße ISTANBUL Ünïcödé",
    "NEAR(a b, 3) AND NOT (c OR d*) ^e col:f -g",
    "👍🏽 emoji 🎉",
]

FINDS = [
    ("設", ["設", "設"]),
    ("設定", ["設定", "設定"]),
    ("設定を", ["設定を"]),
    ("更", ["更"]),
    ("た", ["た"]),
    ("%", ["%", "%"]),
    ("_", ["_"]),
    ("0%", ["0%"]),
    ("a_b", ["a_b"]),
    ("'", ["'", "'"]),
    ('"double"', ['"double"']),
    ("k\\s", ["k\\s"]),
    ("full width", ["ＦＵＬＬ ｗｉｄｔｈ"]),
    ("ガギグ", ["ｶﾞｷﾞｸﾞ"]),
    ("ガ", ["ｶﾞ"]),
    ("STRASSE", ["straße"]),
    ("istanbul", ["ISTANBUL"]),
    ("ünïcödé", ["Ünïcödé"]),
    ("or 1=1; --", ["OR 1=1; --"]),
    ("like '%x%'", ["LIKE '%x%'"]),
    ("near(", ["NEAR("]),
    ("and not", ["AND NOT"]),
    ("d*", ["d*"]),
    ("col:f", ["col:f"]),
    ("^e", ["^e"]),
    ("🎉", ["🎉"]),
    ("👍🏽", ["👍🏽"]),
    ("l w", ["Ｌ ｗ"]),
    ("zz", []),
    ("設変", []),
    ("abc", []),
]


@pytest.mark.parametrize(("query", "expected"), FINDS, ids=[query for query, _ in FINDS])
def test_any_substring_is_found_whatever_is_in_it(
    engine: str, index_path: Path, query: str, expected: list[str]
) -> None:
    with Index.open(index_path) as index:
        add(index, [typed(text, number * 60 * S) for number, text in enumerate(TEXTS)])
        assert [text for text, _ in found(index, query)] == expected


@pytest.mark.parametrize("query", ["", " ", "   ", "\u3000", " \t "])
def test_a_query_of_nothing_visible_finds_nothing(index: Index, query: str) -> None:
    add(index, [typed("a b   c")])
    assert index.find(query).hits == ()


def test_a_query_of_ten_thousand_characters_is_answered(index: Index) -> None:
    long = "".join(chr(0x4E00 + number % 5000) for number in range(10_000))
    add(index, [LogRow(5, 5, "clipboard", "before " + long + " after"), typed(long[:300])])
    assert [hit.kind for hit in index.find(long).hits] == ["clipboard"]
    assert index.find(long[:-1] + "x").hits == ()


def test_spaces_in_a_query_count(index: Index) -> None:
    add(index, [typed("rm  -rf"), typed("rm -rf", 60 * S)])
    assert found(index, "rm -rf") == [("rm -rf", 60 * S)]


def test_a_hit_is_at_the_moment_its_first_character_was_typed(index: Index) -> None:
    add(index, [typed("systemctl stop auditd", 10 * S)])
    assert found(index, "auditd") == [("auditd", 10 * S + 15 * 100 * MS)]


def test_the_moment_is_right_where_folding_changes_lengths(index: Index) -> None:
    add(index, [typed("straße ｶﾞ x")])
    assert found(index, "x") == [("x", 10 * 100 * MS)]


def test_a_word_typed_across_a_pause_is_found_at_its_first_character(index: Index) -> None:
    add(index, [typed("rm -rf /v"), typed("ar/log", 10 * S, continues=True)])
    assert found(index, "/var") == [("/var", 7 * 100 * MS)]
    assert found(index, "-rf") == [("-rf", 3 * 100 * MS)]
    assert found(index, "log") == [("log", 10 * S + 3 * 100 * MS)]


def test_a_word_typed_across_a_pause_is_found_when_the_pieces_were_indexed_apart(index: Index) -> None:
    add(index, [typed("pass")])
    add(index, [typed("wo", 10 * S, continues=True)])
    add(index, [typed("rd", 20 * S, continues=True)])
    assert found(index, "password") == [("password", 0)]


def test_what_does_not_continue_is_not_joined(index: Index) -> None:
    add(index, [typed("pass"), typed("word", 10 * S)])
    assert found(index, "password") == []


def test_what_was_erased_is_found_at_its_moment(index: Index) -> None:
    add(index, [typed("ls", 10 * S, also="secret⌫⌫⌫⌫⌫⌫ls")])
    assert found(index, "cret") == [("cret", 10 * S + 20 * MS)]
    assert index.rows("a") == [typed("ls", 10 * S, also="secret⌫⌫⌫⌫⌫⌫ls")]


def test_rows_come_back_as_they_were_put_in(index: Index) -> None:
    rows = [
        typed("設定", 5),
        LogRow(9, 12, "gap", "Not recorded", "why", "xterm", "title", also="one\ntwo"),
        LogRow(15, 15, "click", "Left click", x_px=-3, y_px=4),
        typed("more", 20 * S, continues=True),
    ]
    add(index, rows)
    assert index.rows("a") == rows
    assert index.rows("b") == []


def test_growing_rows_are_found_and_then_replaced(index: Index) -> None:
    add(index, [typed("first")], growing=[typed("hal", 10 * S)])
    assert found(index, "hal") == [("hal", 10 * S)]

    add(index, [typed("half", 10 * S)], growing=[typed("q", 20 * S)])

    assert [row.text for row in index.rows("a")] == ["first", "half", "q"]
    assert found(index, "hal") == [("hal", 10 * S)]
    assert index.find("q").hits != ()


def test_hits_come_newest_recording_first_and_in_order_of_time(index: Index) -> None:
    add(index, [typed("x 1", 50 * S), typed("x 2", 10 * S)], session="old", started=1)
    add(index, [typed("x 3", 5 * S)], session="new", started=2)
    add(index, [typed("nothing")], session="other", started=3)

    hits = index.find("x").hits
    assert [(hit.session_id, hit.at_ns) for hit in hits] == [("new", 5 * S), ("old", 10 * S), ("old", 50 * S)]
    assert {hit.session_id for hit in index.find("x", only={"old"}).hits} == {"old"}
    assert index.find("x", only={"not there"}).hits == ()


def test_a_limit_is_told(index: Index) -> None:
    add(index, [typed(f"x {number}", number * 60 * S) for number in range(10)])
    assert (len(index.find("x", limit=9).hits), index.find("x", limit=9).is_complete) == (9, False)
    assert (len(index.find("x", limit=10).hits), index.find("x", limit=10).is_complete) == (10, True)


def test_context_is_a_short_stretch_around_the_hit(index: Index) -> None:
    add(index, [LogRow(0, 0, "clipboard", "a" * 100 + "needle" + "b" * 100)])
    assert index.find("needle").hits[0].context == "…" + "a" * 40 + "needle" + "b" * 40 + "…"


def test_what_was_found_beside_the_text_is_shown_after_it(index: Index) -> None:
    add(index, [LogRow(0, 0, "process", "ls -l", also="ls\n/opt/tools/ls")])
    (hit,) = index.find("tools").hits
    assert (hit.text, hit.context) == ("/opt/tools/ls", "ls -l — /opt/tools/ls")


def test_a_forgotten_recording_is_found_no_more(index: Index) -> None:
    add(index, [typed("pass"), typed("word", 10 * S, continues=True)])
    add(index, [typed("password")], session="b")
    index.forget("a")
    assert [hit.session_id for hit in index.find("password").hits] == ["b"]
    assert index.rows("a") == []
    assert index.reached("a") is None
    add(index, [typed("again")])
    assert index.find("pass", only={"a"}).hits == ()


def test_two_programs_do_not_add_the_same_rows_twice(index_path: Path, index: Index) -> None:
    with Index.open(index_path) as other:
        add(index, [typed("once")])
        assert not other.append("a", [typed("once")], since=None, reached=upto(0), started_wall_ns=0)
        assert len(other.rows("a")) == 1


def test_rows_grouped_by_another_version_are_read_again(index: Index, index_path: Path) -> None:
    add(index, [typed("old way")])
    with_sqlite(index_path, f"UPDATE recordings SET grouping_version = {GROUPING_VERSION - 1}")
    assert index.reached("a") is None
    add(index, [typed("new way")])
    assert [row.text for row in index.rows("a")] == ["new way"]
    assert index.find("old").hits == ()


# --- against a search that cannot be wrong ----------------------------------------------------------------------------

alphabet = st.sampled_from(
    list("aAbB %_'\"*-") + list("設定変ｶﾞガがﾊﾟ") + ["ß", "ﬁ", "İ", "e\u0301", "é", "👍", "\u200b"]
)
words = st.lists(alphabet, min_size=1, max_size=12).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(words, min_size=1, max_size=12), words)
def test_it_finds_exactly_the_rows_that_hold_the_query(tmp_path_factory, texts: list[str], query: str) -> None:
    index_path = tmp_path_factory.mktemp("index") / "i.sqlite3"
    with Index.open(index_path) as index:
        add(index, [typed(text, number * 60 * S) for number, text in enumerate(texts)])
        wanted = [number for number, text in enumerate(texts) if not is_blank(query) and fold(query) in fold(text)]
        assert [hit.row.at_ns // (60 * S) for hit in index.find(query).hits] == wanted


@settings(max_examples=200, deadline=None)
@given(words, words, words)
def test_the_place_found_is_where_the_needle_begins(before: str, needle: str, after: str) -> None:
    text = before + needle + after
    place = fold(text).find(fold(needle))
    if place < 0:
        return  # it grew together with its neighbours: another character
    start = place_in_original(text, place)
    assert fold(text[:start]) == fold(text)[: len(fold(text[:start]))]
    assert len(fold(text[:start])) <= place < len(fold(text[: start + 1]))


def test_grams_are_every_run_of_up_to_three() -> None:
    assert grams("a bc") == {"a", "␣", "b", "c", "a␣", "␣b", "bc", "a␣b", "␣bc"}
