"""A fragment of what was typed leads to the right second, in whatever recording it is."""

import os

import pytest

from player import search
from player.library import Library
from player.search import EmptyQueryError, RowHits, RowSearch, rebuild_index, refresh_index, search_library
from recorder.errors import KeyMissingError, StorageError
from recorder.events import ClipboardChanged
from recorder.evidence.keys import KeyRing
from recorder.evidence.reader import RecordingReader
from recorder.logrow import LogRow
from recorder.store.index import Index
from tests.player_place import Place
from tests.recordings import S

FIRST, SECOND, THIRD = "20260301T140509Z-00000001", "20260301T140509Z-00000002", "20260301T140509Z-00000003"


def no_keys() -> KeyRing:
    raise KeyMissingError("nobody should have asked for keys")


def hits(place: Place, query: str) -> list[tuple[str, float]]:
    found = search_library(query, place.library(), keys=place.keys).found
    return [(hit.session_id, hit.at_ns / S) for hit in found.hits]


def rows(place: Place, session_id: str) -> list[LogRow]:
    with Index.open(place.library().index_path) as index:
        return index.rows(session_id)


def test_a_fragment_is_found_at_the_second_its_first_letter_was_typed(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.wait(7)
    desk.type("systemctl stop auditd")
    desk.press("enter")
    desk.close()
    ((session, at_s),) = hits(place, "auditd")
    assert session == FIRST
    assert at_s == pytest.approx(7 + 1.5)
    assert hits(place, "設") == []


@pytest.mark.parametrize("query", ["設", "設定", "定を", "設定を変", "SETTEI", "settei"])
def test_japanese_and_capitals(place: Place, query: str) -> None:
    desk = place.desk(FIRST)
    desk.wait(1)
    desk.type("設定を変更 Settei")
    desk.close()
    assert len(hits(place, query)) == 1


def test_a_growing_recording_is_read_on_from_where_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    chunks = RecordingReader.chunks

    def counted(reader, segment, *, after_sequence=-1):
        for chunk in chunks(reader, segment, after_sequence=after_sequence):
            opened.append(chunk.sequence)
            yield chunk

    monkeypatch.setattr(RecordingReader, "chunks", counted)
    desk = place.desk(FIRST)
    desk.wait(1)
    desk.type("pass")
    desk.seal()
    assert hits(place, "pass") == [(FIRST, 1.0)]
    first_read = len(opened)
    desk.type("word")
    desk.seal()
    assert hits(place, "password") == [(FIRST, 1.0)]
    assert len(opened) == first_read + 1
    assert hits(place, "password") == [(FIRST, 1.0)]
    assert len(opened) == first_read + 1
    desk.close()
    assert [row.text for row in rows(place, FIRST) if row.kind == "text"] == ["password"]


def test_indexing_bit_by_bit_gives_the_same_rows_as_at_once(place: Place) -> None:
    desk = place.desk(FIRST)
    for word in ("one ", "two", " three"):
        desk.window(f"window of {word}")
        desk.type(word)
        desk.seal()
        hits(place, "x")
        desk.wait(1.5)
        desk.type("more")
        desk.start_segment()
        hits(place, "x")
        desk.wait(3)
    desk.close()
    hits(place, "x")
    bit_by_bit = rows(place, FIRST)
    rebuild_index(place.library(), keys=place.keys)
    assert rows(place, FIRST) == bit_by_bit
    assert len(bit_by_bit) > 8


def test_a_deleted_index_loses_nothing(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.type("needle")
    desk.close()
    assert len(hits(place, "needle")) == 1
    before = rows(place, FIRST)
    for path in place.library().index_path.parent.iterdir():
        path.unlink()
    assert len(hits(place, "needle")) == 1
    assert rows(place, FIRST) == before


def test_a_garbage_index_is_told_set_aside_and_made_again(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.type("needle")
    desk.close()
    path = place.library().index_path
    path.parent.mkdir(parents=True)
    path.write_bytes(os.urandom(10_000))
    notices: list[str] = []
    outcome = search_library("needle", place.library(), keys=place.keys, notify=notices.append)
    assert len(outcome.found.hits) == 1
    assert len(notices) == 1


def test_damage_met_while_searching_is_mended(place: Place) -> None:
    desk = place.desk(FIRST)
    for number in range(400):
        desk.emit(ClipboardChanged(desk.now_ns, "clipboard", (), 1, None, f"needle {number} " + "x" * 200))
    desk.close()
    assert len(hits(place, "needle")) == 400
    path = place.library().index_path
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4)
        file.write(os.urandom(size // 2))
    assert len(hits(place, "needle")) == 400


def test_a_recording_that_is_gone_is_found_no_more(place: Place) -> None:
    for session in (FIRST, SECOND):
        desk = place.desk(session)
        desk.type("needle")
        desk.close()
    assert {session for session, _ in hits(place, "needle")} == {FIRST, SECOND}
    (place.folder / FIRST).rename(place.folder.parent / "elsewhere")
    assert {session for session, _ in hits(place, "needle")} == {SECOND}


def test_a_recording_that_was_replaced_by_a_shorter_one_is_read_again(place: Place, tmp_path) -> None:
    desk = place.desk(FIRST)
    desk.type("early")
    short = desk.interrupt(tmp_path).folder
    desk.wait(1)
    desk.type("late")
    desk.close()
    assert len(hits(place, "late")) == 1
    (place.folder / FIRST).rename(tmp_path / "long")
    short.rename(place.folder / FIRST)
    assert hits(place, "late") == []
    assert len(hits(place, "early")) == 1


def test_what_no_key_opens_is_named_and_the_rest_is_searched(place: Place) -> None:
    for session, is_mine in ((FIRST, True), (SECOND, False)):
        desk = place.desk(session, is_mine=is_mine)
        desk.type("needle")
        desk.close()
    outcome = search_library("needle", place.library(), keys=place.keys)
    assert [hit.session_id for hit in outcome.found.hits] == [FIRST]
    assert [missed.session_id for missed in outcome.refreshed.not_searched] == [SECOND]
    assert "auditor" in outcome.refreshed.not_searched[0].sentence


def test_keys_are_not_asked_for_when_nothing_is_new(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.type("needle")
    desk.close()
    hits(place, "needle")
    assert len(search_library("needle", place.library(), keys=no_keys).found.hits) == 1


def test_a_folder_that_is_no_recording_does_not_stop_the_search(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.type("needle")
    desk.close()
    (place.folder / THIRD).mkdir()
    (place.folder / "notes").mkdir()
    (place.folder / "notes.txt").write_text("x")
    outcome = search_library("needle", place.library(), keys=place.keys)
    assert len(outcome.found.hits) == 1
    assert [missed.session_id for missed in outcome.refreshed.not_searched] == [THIRD]


def test_two_programs_indexing_at_once_do_not_double_anything(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ROWS_A_BATCH", 1)
    desk = place.desk(FIRST)
    for number in range(6):
        desk.window(f"window {number}")
        desk.seal()
    desk.close()
    library = place.library()
    with Index.open(library.index_path) as one, Index.open(library.index_path) as other:
        interleaved: list[int] = []

        def other_reads_too(_progress) -> None:
            interleaved.append(1)
            if len(interleaved) == 2:
                refresh_index(other, library, keys=place.keys)

        refresh_index(one, library, keys=place.keys, progress=other_reads_too)
        texts = [row.text for row in one.rows(FIRST) if row.kind == "window"]
    assert len(interleaved) >= 2
    assert texts == [f"window {number}" for number in range(6)]


def test_progress_tells_which_recording_of_how_many(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ROWS_A_BATCH", 1)
    for session in (FIRST, SECOND):
        desk = place.desk(session)
        desk.type("x")
        desk.seal()
        desk.close()
    seen: list[search.Progress] = []
    search_library("x", place.library(), keys=place.keys, progress=seen.append)
    assert {(step.session_id, step.number, step.total) for step in seen} == {(SECOND, 1, 2), (FIRST, 2, 2)}
    assert all(step.read_bytes > 0 for step in seen)


@pytest.mark.parametrize("query", ["", "  ", "\u3000\t"])
def test_a_query_of_nothing_visible_is_refused_in_words(place: Place, query: str) -> None:
    with pytest.raises(EmptyQueryError, match="at least one character"):
        search_library(query, place.library(), keys=place.keys)


def test_a_missing_library_is_named(place: Place, tmp_path) -> None:
    with pytest.raises(StorageError, match="no library or recording"):
        search_library("x", Library(tmp_path / "nowhere", devices=place.library().devices), keys=place.keys)


# --- in one recording -------------------------------------------------------------------------------------------------


def typed(text: str, at_s: int, *, continues: bool = False) -> LogRow:
    times = tuple(at_s * S + number * S // 10 for number in range(len(text)))
    return LogRow(times[0], times[-1], "text", text, text_at_ns=times, continues=continues)


def test_rows_in_memory_are_searched_as_the_library_is() -> None:
    found = RowSearch()
    found.add([typed("rm -rf /v", 1), LogRow(5 * S, 5 * S, "process", "cron", also="/usr/sbin/daily")])
    found.add([typed("ar 設定", 10, continues=True)])
    assert [(hit.row.kind, hit.at_ns) for hit in found.find("/VAR").hits] == [("text", 1 * S + 7 * S // 10)]
    assert found.find("設").times_ns == (10 * S + 3 * S // 10,)
    assert [(hit.row.kind, hit.at_ns) for hit in found.find("sbin/").hits] == [("process", 5 * S)]
    assert found.find(" ") == found.find("") == found.find("nowhere") == RowHits((), ())
    assert len(found) == 3


def test_what_was_found_is_known_in_the_context_that_is_shown() -> None:
    found = RowSearch()
    found.add([typed(60 * "x" + " 台帳を更新 " + 60 * "y", 1), LogRow(0, 0, "process", "cron", also="/usr/sbin/daily")])
    for query in ("更新", "sbin"):
        [hit] = found.find(query).hits
        start, end = hit.found_in_context
        assert hit.context[start:end] == query
    assert hit.context == "cron — /usr/sbin/daily"


def test_after_the_first_hits_only_their_moments_are_told() -> None:
    found = RowSearch()
    found.add(LogRow(second * S, second * S, "process", "cron") for second in range(30))
    some = found.find("CRO", first=10, whole=5)
    assert [hit.at_ns // S for hit in some.hits] == [10, 11, 12, 13, 14]
    assert [at_ns // S for at_ns in some.times_ns] == list(range(10, 30))
