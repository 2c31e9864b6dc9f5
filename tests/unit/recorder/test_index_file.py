"""The index's file: private, shared in turns, and made again when it cannot be used."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recorder.errors import IndexUnusableError
from recorder.store import index_file, sqlite_door
from recorder.store.index import Index
from tests.indexes import S, add, found, typed, with_sqlite


def test_nobody_else_can_read_the_index(index_path: Path, index: Index) -> None:
    add(index, [typed("secret")])
    files = [index_path, *index_path.parent.glob("library.sqlite3-*")]
    assert len(files) > 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(index_path.parent.stat().st_mode) == 0o700


def test_a_locked_index_is_waited_for_and_then_named_in_one_sentence(index_path: Path, index: Index) -> None:
    holder = sqlite_door.sqlite3.connect(index_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with (
            Index.open(index_path, wait_s=0.05) as waiting,
            pytest.raises(IndexUnusableError, match="in use by another") as raised,
        ):
            add(waiting, [typed("x")])
    finally:
        holder.close()
    assert "\n" not in str(raised.value)


def test_an_index_can_be_searched_while_another_program_writes(index_path: Path, index: Index) -> None:
    add(index, [typed("needle")])
    holder = sqlite_door.sqlite3.connect(index_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with Index.open(index_path, wait_s=0.05) as reading:
            assert len(reading.find("needle").hits) == 1
    finally:
        holder.close()


def garbage(index_path: Path) -> None:
    index_path.write_bytes(os.urandom(20_000))


def cut_short(index_path: Path) -> None:
    index_path.write_bytes(index_path.read_bytes()[:5000])


def newer(index_path: Path) -> None:
    with_sqlite(
        index_path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('tachiai_index', '9999_future', '')",
    )


def other_tables(index_path: Path) -> None:
    index_path.unlink()
    with_sqlite(index_path, "CREATE TABLE rows (nonsense)")


def header_only(index_path: Path) -> None:
    index_path.write_bytes(index_path.read_bytes()[:4096] + bytes(8192))


@pytest.mark.parametrize("spoil", [garbage, cut_short, newer, other_tables, header_only])
def test_an_index_that_cannot_be_used_is_set_aside_and_made_again(index_path: Path, spoil) -> None:
    with Index.open(index_path) as index:
        add(index, [typed(f"row {number}") for number in range(500)])
    spoil(index_path)
    notices: list[str] = []
    with Index.open(index_path, notify=notices.append) as index:
        assert index.session_ids() == []
        add(index, [typed("fresh")])
        assert found(index, "fresh") == [("fresh", 0)]
    assert len(notices) == 1
    aside = index_path.with_name("library.sqlite3.damaged-1")
    assert str(aside) in notices[0]
    assert aside.exists()


def test_a_garbage_log_beside_the_index_does_not_hurt(index_path: Path) -> None:
    with Index.open(index_path) as index:
        add(index, [typed("kept")])
    index_path.with_name(index_path.name + "-wal").write_bytes(os.urandom(5000))
    with Index.open(index_path) as index:
        assert found(index, "kept") == [("kept", 0)]


def test_damage_deep_in_the_file_is_told_when_it_is_met_and_can_be_rebuilt(index_path: Path) -> None:
    with Index.open(index_path) as index:
        add(index, [typed(f"some words {number}", number * S) for number in range(3000)])
    size = index_path.stat().st_size
    with index_path.open("r+b") as file:
        file.seek(size // 3)
        file.write(os.urandom(size // 3))
    notices: list[str] = []
    with Index.open(index_path, notify=notices.append) as index:
        if not notices:
            with pytest.raises(index_file.IndexDamagedError):
                index.find("words", limit=5000)
    with Index.made_again(index_path) as index:
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


def test_a_kill_in_the_middle_of_writing_leaves_whole_batches(index_path: Path) -> None:
    for stop_after in (1, 3, 7, 12):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(index_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(stop_after):
            assert process.stdout.readline()
        process.kill()
        process.wait()
        process.stdout.close()
        notices: list[str] = []
        with Index.open(index_path, notify=notices.append) as index:
            rows = index.rows("k")
            reached = index.reached("k")
            assert notices == []
            assert len(rows) == (0 if reached is None else (reached.sequence + 1) * 20)
            assert len(index.find("batch", limit=100_000).hits) == len(rows)
    connection = sqlite_door.sqlite3.connect(index_path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_what_is_remembered_goes_with_the_files_it_was_about(index: Index) -> None:
    index.remember("a", "f1", summary=b"one", verdict=None)
    index.remember("a", "f1", summary=None, verdict="sound")
    assert index.remembered() == {("a", "f1"): (b"one", "sound")}
    index.remember("a", "f2", summary=b"two", verdict=None)
    assert index.remembered() == {("a", "f2"): (b"two", None)}
