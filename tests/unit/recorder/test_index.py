"""The index finds any substring at the right moment, and losing it loses nothing."""

import os
import sqlite3 as system_sqlite
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.errors import IndexUnusableError
from recorder.logrow import LogRow
from recorder.oplog import GROUPING_VERSION
from recorder.store import index_file
from recorder.store.folding import fold, grams, place_in_original
from recorder.store.index import Index, Reached

MS = 1_000_000
S = 1_000_000_000


@pytest.fixture(params=["sqlite that is loaded", "sqlite of the system"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "sqlite of the system":
        monkeypatch.setattr(index_file, "sqlite3", system_sqlite)
    return str(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index" / "library.sqlite3"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    with Index.open(path) as index:
        yield index


def typed(text: str, at_ns: int = 0, *, continues: bool = False, also: str = "") -> LogRow:
    times = tuple(at_ns + number * 100 * MS for number in range(len(text)))
    also_times = tuple(at_ns + number * 10 * MS for number in range(len(also))) or None
    return LogRow(
        at_ns,
        times[-1],
        "text",
        text,
        text_at_ns=times,
        continues=continues,
        also=also,
        also_at_ns=also_times,
    )


def upto(sequence: int) -> Reached:
    return Reached(1, sequence, 100 * sequence, f"fingerprint {sequence}", b"state")


def add(
    index: Index, rows: Sequence[LogRow], *, session: str = "a", started: int = 0, growing: Sequence[LogRow] = ()
) -> None:
    since = index.reached(session)
    reached = upto(0 if since is None else since.sequence + 1)
    assert index.append(session, rows, since=since, reached=reached, started_wall_ns=started, growing=growing)


def found(index: Index, query: str) -> list[tuple[str, int]]:
    return [(hit.text[hit.start : hit.end], hit.at_ns) for hit in index.find(query).hits]


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
def test_any_substring_is_found_whatever_is_in_it(engine: str, path: Path, query: str, expected: list[str]) -> None:
    with Index.open(path) as index:
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
    assert {hit.session_id for hit in index.find("x", session_id="old").hits} == {"old"}
    assert index.find("x", session_id="not there").hits == ()


def test_a_limit_is_told(index: Index) -> None:
    add(index, [typed(f"x {number}", number * 60 * S) for number in range(10)])
    assert (len(index.find("x", limit=9).hits), index.find("x", limit=9).is_complete) == (9, False)
    assert (len(index.find("x", limit=10).hits), index.find("x", limit=10).is_complete) == (10, True)


def test_context_is_a_short_stretch_around_the_hit(index: Index) -> None:
    add(index, [LogRow(0, 0, "clipboard", "a" * 100 + "needle" + "b" * 100)])
    assert index.find("needle").hits[0].context == "…" + "a" * 40 + "needle" + "b" * 40 + "…"


def test_a_forgotten_recording_is_found_no_more(index: Index) -> None:
    add(index, [typed("pass"), typed("word", 10 * S, continues=True)])
    add(index, [typed("password")], session="b")
    index.forget("a")
    assert [hit.session_id for hit in index.find("password").hits] == ["b"]
    assert index.rows("a") == []
    assert index.reached("a") is None
    add(index, [typed("again")])
    assert index.find("pass", session_id="a").hits == ()


def test_two_programs_do_not_add_the_same_rows_twice(path: Path, index: Index) -> None:
    with Index.open(path) as other:
        add(index, [typed("once")])
        assert not other.append("a", [typed("once")], since=None, reached=upto(0), started_wall_ns=0)
        assert len(other.rows("a")) == 1


def test_rows_grouped_by_another_version_are_read_again(index: Index, path: Path) -> None:
    add(index, [typed("old way")])
    with_sqlite(path, f"UPDATE recordings SET grouping_version = {GROUPING_VERSION - 1}")
    assert index.reached("a") is None
    add(index, [typed("new way")])
    assert [row.text for row in index.rows("a")] == ["new way"]
    assert index.find("old").hits == ()


# --- the file ---------------------------------------------------------------------------------------------------------


def with_sqlite(path: Path, statement: str) -> None:
    connection = index_file.sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_nobody_else_can_read_the_index(path: Path, index: Index) -> None:
    add(index, [typed("secret")])
    files = [path, *path.parent.glob("library.sqlite3-*")]
    assert len(files) > 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_locked_index_is_waited_for_and_then_named_in_one_sentence(path: Path, index: Index) -> None:
    holder = index_file.sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with (
            Index.open(path, wait_s=0.05) as waiting,
            pytest.raises(IndexUnusableError, match="in use by another") as raised,
        ):
            add(waiting, [typed("x")])
    finally:
        holder.close()
    assert "\n" not in str(raised.value)


def test_an_index_can_be_searched_while_another_program_writes(path: Path, index: Index) -> None:
    add(index, [typed("needle")])
    holder = index_file.sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with Index.open(path, wait_s=0.05) as reading:
            assert len(reading.find("needle").hits) == 1
    finally:
        holder.close()


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def newer(path: Path) -> None:
    with_sqlite(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('tachiai_index', '9999_future', '')",
    )


def other_tables(path: Path) -> None:
    path.unlink()
    with_sqlite(path, "CREATE TABLE rows (nonsense)")


def header_only(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + bytes(8192))


@pytest.mark.parametrize("spoil", [garbage, cut_short, newer, other_tables, header_only])
def test_an_index_that_cannot_be_used_is_set_aside_and_made_again(path: Path, spoil) -> None:
    with Index.open(path) as index:
        add(index, [typed(f"row {number}") for number in range(500)])
    spoil(path)
    notices: list[str] = []
    with Index.open(path, notify=notices.append) as index:
        assert index.session_ids() == []
        add(index, [typed("fresh")])
        assert found(index, "fresh") == [("fresh", 0)]
    assert len(notices) == 1
    aside = path.with_name("library.sqlite3.damaged-1")
    assert str(aside) in notices[0]
    assert aside.exists()


def test_a_garbage_log_beside_the_index_does_not_hurt(path: Path) -> None:
    with Index.open(path) as index:
        add(index, [typed("kept")])
    path.with_name(path.name + "-wal").write_bytes(os.urandom(5000))
    with Index.open(path) as index:
        assert found(index, "kept") == [("kept", 0)]


def test_damage_deep_in_the_file_is_told_when_it_is_met_and_can_be_rebuilt(path: Path) -> None:
    with Index.open(path) as index:
        add(index, [typed(f"some words {number}", number * S) for number in range(3000)])
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 3)
        file.write(os.urandom(size // 3))
    notices: list[str] = []
    with Index.open(path, notify=notices.append) as index:
        if not notices:
            with pytest.raises(index_file.IndexDamagedError):
                index.find("words", limit=5000)
    with Index.made_again(path) as index:
        assert index.session_ids() == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    with pytest.raises(IndexUnusableError, match="TACHIAI_HOME"):
        Index.open(blocker / "index.sqlite3")


KILLED = """
import sys
from pathlib import Path
from recorder.logrow import LogRow
from recorder.store.index import Index, Reached
index = Index.open(Path(sys.argv[1]))
since = index.reached("k")
number = 0 if since is None else since.sequence + 1
print("ready", flush=True)
while True:
    rows = [LogRow(number, number, "window", f"batch {number} row {row}") for row in range(20)]
    reached = Reached(1, number, number, "f", b"")
    assert index.append("k", rows, since=since, reached=reached, started_wall_ns=0)
    since, number = reached, number + 1
    print(number, flush=True)
"""


def test_a_kill_in_the_middle_of_writing_leaves_whole_batches(path: Path) -> None:
    for stop_after in (1, 3, 7, 12):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(stop_after):
            assert process.stdout.readline()
        process.kill()
        process.wait()
        process.stdout.close()
        notices: list[str] = []
        with Index.open(path, notify=notices.append) as index:
            rows = index.rows("k")
            reached = index.reached("k")
            assert notices == []
            assert len(rows) == (0 if reached is None else (reached.sequence + 1) * 20)
            assert len(index.find("batch", limit=100_000).hits) == len(rows)
    connection = index_file.sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_what_is_remembered_goes_with_the_files_it_was_about(index: Index) -> None:
    index.remember("a", "f1", summary=b"one", verdict=None)
    index.remember("a", "f1", summary=None, verdict="sound")
    assert index.remembered() == {("a", "f1"): (b"one", "sound")}
    index.remember("a", "f2", summary=b"two", verdict=None)
    assert index.remembered() == {("a", "f2"): (b"two", None)}


# --- against a search that cannot be wrong ----------------------------------------------------------------------------

alphabet = st.sampled_from(
    list("aAbB %_'\"*-") + list("設定変ｶﾞガがﾊﾟ") + ["ß", "ﬁ", "İ", "e\u0301", "é", "👍", "\u200b"]
)
words = st.lists(alphabet, min_size=1, max_size=12).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(words, min_size=1, max_size=12), words)
def test_it_finds_exactly_the_rows_that_hold_the_query(tmp_path_factory, texts: list[str], query: str) -> None:
    path = tmp_path_factory.mktemp("index") / "i.sqlite3"
    with Index.open(path) as index:
        add(index, [typed(text, number * 60 * S) for number, text in enumerate(texts)])
        wanted = [number for number, text in enumerate(texts) if fold(query).strip() and fold(query) in fold(text)]
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
