"""`list`, `verify`, `log`: what they print, and how they end."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from recorder.events import ProcessStarted
from recorder.evidence.key_folder import auditor_key_path, keys_folder
from tests.player_place import Place, told
from tests.recordings import S

FIRST, SECOND = "20260301T140509Z-00000001", "20260301T140509Z-00000002"
ROOT = Path(__file__).parents[3]


def flip_a_bit(folder: Path) -> None:
    segment = folder / "0001.seg"
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)


# --- list -------------------------------------------------------------------------------------------------------------


def test_list_tells_each_recording_newest_first(place: Place) -> None:
    place.desk(FIRST).close()
    desk = place.desk(SECOND)
    desk.wait(12)
    desk.paint()
    desk.seal()
    answer = place.run("list", "--json")
    assert answer.status == 0
    newest, oldest = answer.objects
    assert newest == {
        "recording": SECOND,
        "path": str(place.folder / SECOND),
        "operator": "hanako",
        "host": "bastion-7",
        "purpose": "patching",
        "started_at": "2026-03-01T14:05:09.000Z",
        "duration_s": 12.0,
        "state": "recording",
        "verdict": None,
        "size_bytes": (place.folder / SECOND / "0001.seg").stat().st_size,
        "problem": None,
        "applications": None,
        "alerts": None,
        "review": "unreviewed",
    }
    assert (oldest["recording"], oldest["state"]) == (FIRST, "closed")
    desk.close()
    assert place.run("list", "--json").objects[0]["state"] == "closed"


def test_list_needs_no_key_and_no_index(place: Place) -> None:
    place.desk(FIRST, is_mine=False).close()
    answer = place.run("list")
    assert answer.status == 0
    assert FIRST in answer.out
    assert "not verified" in answer.out
    assert not place.library().index_path.exists()


def test_list_shows_the_last_verdict_until_the_recording_changes(place: Place) -> None:
    place.desk(FIRST).close()
    assert place.run("verify", FIRST).status == 0
    assert place.run("list", "--json").objects[0]["verdict"] == "sound"
    assert place.run("list", "--json").objects[0]["verdict"] == "sound"
    flip_a_bit(place.folder / FIRST)
    assert place.run("list", "--json").objects[0]["verdict"] is None
    assert place.run("verify", FIRST).status == 2
    assert place.run("list", "--json").objects[0]["verdict"] == "altered"


def test_list_notices_a_change_that_hides_its_time(place: Place) -> None:
    place.desk(FIRST).close()
    place.run("verify", FIRST)
    segment = place.folder / FIRST / "0001.seg"
    before = segment.stat()
    flip_a_bit(place.folder / FIRST)
    os.utime(segment, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert place.run("list", "--json").objects[0]["verdict"] is None


def test_list_shows_what_cannot_be_read_and_why(place: Place) -> None:
    place.desk(FIRST).close()
    (place.folder / SECOND).mkdir()
    (place.folder / SECOND / "0001.seg").write_bytes(b"garbage")
    answer = place.run("list", "--json")
    assert answer.status == 0
    assert (answer.objects[0]["state"], answer.objects[0]["operator"]) == ("unreadable", None)
    assert "not a recording" in answer.objects[0]["problem"]
    assert answer.objects[1]["recording"] == FIRST


def test_list_works_with_an_index_that_is_locked_or_garbage(place: Place) -> None:
    place.desk(FIRST).close()
    path = place.library().index_path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"garbage" * 1000)
    answer = place.run("list", "--json")
    assert answer.status == 0
    assert len(answer.objects) == 1
    assert "set aside" in answer.notes


def test_an_empty_library_is_an_empty_list(place: Place) -> None:
    place.folder.mkdir(parents=True)
    answer = place.run("list", "--json")
    assert (answer.status, answer.out) == (0, "")


def test_a_missing_library_is_one_sentence(place: Place) -> None:
    answer = place.run("list")
    assert answer.status == 4
    assert str(place.folder) in told(answer)


def test_a_hostile_operator_name_cannot_act_on_the_terminal(place: Place) -> None:
    place.desk(FIRST, operator="eve\x1b[2J\n").close()
    assert "\x1b" not in place.run("list").out


# --- verify -----------------------------------------------------------------------------------------------------------


def test_verify_of_a_whole_recording_ends_with_0_and_one_sentence(place: Place) -> None:
    place.desk(FIRST).close()
    answer = place.run("verify", FIRST)
    assert answer.status == 0
    assert answer.out.startswith("SOUND: complete and unaltered")
    assert "content checked" in answer.out


def test_verify_of_a_growing_recording_ends_with_1(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.seal()
    assert place.run("verify", FIRST).status in (0, 1)
    desk.close()
    assert place.run("verify", FIRST).status == 0


def test_verify_of_an_interrupted_recording_ends_with_1(place: Place, tmp_path: Path) -> None:
    made = place.desk(FIRST).interrupt(tmp_path / "elsewhere")
    answer = place.run("verify", str(made.folder), "--json")
    assert answer.status == 1
    assert answer.objects[-1]["verdict"] == "partial"


def test_verify_of_an_altered_recording_ends_with_2_and_names_the_place(place: Place) -> None:
    place.desk(FIRST).close()
    flip_a_bit(place.folder / FIRST)
    answer = place.run("verify", FIRST, "--json")
    assert answer.status == 2
    *findings, verdict = answer.objects
    assert (verdict["type"], verdict["verdict"], verdict["exit_status"]) == ("verdict", "altered", 2)
    altered = next(finding for finding in findings if finding["severity"] == "altered")
    assert altered["segment"] == 1
    assert altered["offset_bytes"] is not None
    assert altered["sentence"]
    assert set(altered) == {
        "type", "code", "severity", "segment", "sequence", "offset_bytes", "at_s", "end_s", "sentence",
    }  # fmt: skip


def test_verify_without_a_key_judges_integrity(place: Place) -> None:
    place.desk(FIRST, is_mine=False).close()
    answer = place.run("verify", FIRST, "--json")
    assert answer.status == 0
    assert answer.objects[-1]["content_checked"] is False
    place.desk(SECOND).close()
    answer = place.run("verify", SECOND, "--integrity-only", "--json")
    assert answer.objects[-1]["content_checked"] is False


def test_verify_compares_pictures_with_their_sealed_hashes(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.paint()
    desk.snapshot()
    desk.start_segment()
    desk.paint()
    desk.snapshot()
    desk.close()
    assert place.run("verify", FIRST, "--pictures").status == 0

    desk = place.desk(SECOND)
    desk.paint()
    good = desk._encoders[0].snapshot(desk.now_ns)
    desk.emit(structs.replace(good, picture_sha256=bytes(32)))
    desk.close()
    assert place.run("verify", SECOND).status == 0
    answer = place.run("verify", SECOND, "--pictures", "--json")
    assert answer.status == 2
    assert [thing["code"] for thing in answer.objects if thing.get("severity") == "altered"] == ["PICTURE_MISMATCH"]


def test_verify_of_what_is_no_recording_ends_with_3(place: Place, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert place.run("verify", str(tmp_path / "empty")).status == 3
    answer = place.run("verify", str(tmp_path / "nowhere"))
    assert answer.status == 3
    assert "no recording" in told(answer)
    (tmp_path / "file").write_text("x")
    answer = place.run("verify", str(tmp_path / "file"))
    assert answer.status == 3
    assert "is a file" in told(answer)


def test_a_named_key_that_is_not_there_is_one_sentence(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.desk(FIRST).close()
    monkeypatch.setenv("TACHIAI_KEY", "/nowhere/key.json")
    for command in ("verify", "log"):
        answer = place.run(command, FIRST)
        assert answer.status == 3
        assert "/nowhere/key.json" in told(answer)


# --- log --------------------------------------------------------------------------------------------------------------


def typed_session(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.window("root@web1: ~")
    desk.wait(2)
    desk.type("ls -l")
    desk.press("enter")
    desk.emit(ProcessStarted(desk.now_ns, 77, 1, "ls", "/usr/bin/ls", ("ls", "-l")))
    desk.wait(10)
    desk.gap(5 * S, 6 * S)
    desk.close()


def test_log_gives_each_row_with_its_names(place: Place) -> None:
    typed_session(place)
    answer = place.run("log", FIRST, "--json")
    assert answer.status == 0
    (row,) = (row for row in answer.objects if row["kind"] == "text")
    assert row == {
        "at_s": 2.0,
        "end_s": 2.5,
        "utc": "2026-03-01T14:05:11.000Z",
        "kind": "text",
        "text": "ls -l",
        "detail": "Enter",
        "application": "xterm",
        "window": "root@web1: ~",
        "x_px": None,
        "y_px": None,
        "severity": "informational",
    }
    times = [row["at_s"] for row in answer.objects]
    assert times == sorted(times)
    assert {"session", "screen", "window", "text", "process", "gap"} == {row["kind"] for row in answer.objects}


def test_log_takes_kinds_and_a_range(place: Place) -> None:
    typed_session(place)

    def kinds(*options: str) -> list[str]:
        return [row["kind"] for row in place.run("log", FIRST, "--json", *options).objects]

    assert kinds("--kind", "text", "--kind", "gap") == ["text", "gap"]
    assert kinds("--from", "2.2", "--to", "2.3") == ["text"]
    assert kinds("--from", "5.5", "--to", "5.6") == ["gap"]
    assert kinds("--from", "100") == []


def test_log_in_words_is_one_line_a_row(place: Place) -> None:
    typed_session(place)
    lines = place.run("log", FIRST, "--kind", "text").out.splitlines()
    assert lines == [" 0:00:02.000  text       xterm     ls -l  [Enter]"]


def test_log_without_a_key_is_one_sentence(place: Place) -> None:
    place.desk(FIRST, is_mine=False).close()
    answer = place.run("log", FIRST)
    assert answer.status == 3
    assert "key" in told(answer)


def test_a_locked_key_takes_its_passphrase_from_the_variable(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = place.desk(FIRST, is_mine=False)
    desk.auditor.save(auditor_key_path(keys_folder(), "locked"), "open sesame")
    desk.close()
    answer = place.run("log", FIRST)
    assert answer.status == 3
    assert "set TACHIAI_PASSPHRASE" in told(answer)
    monkeypatch.setenv("TACHIAI_PASSPHRASE", "wrong")
    answer = place.run("log", FIRST)
    assert answer.status == 3
    assert "This passphrase does not open" in told(answer)
    assert place.run("verify", FIRST).status == 0  # needs no key
    monkeypatch.setenv("TACHIAI_PASSPHRASE", "open sesame")
    assert place.run("log", FIRST).status == 0


def test_log_of_an_altered_recording_shows_what_is_sound_and_says_what_is_not(place: Place) -> None:
    desk = place.desk(FIRST)
    for number in range(6):
        desk.window(f"window {number}")
        desk.paint()
        desk.seal()
    desk.close()
    flip_a_bit(place.folder / FIRST)
    answer = place.run("log", FIRST, "--json")
    titles = [row["text"] for row in answer.objects if row["kind"] == "window"]
    assert 0 < len(titles) < 6
    assert set(titles) <= {f"window {number}" for number in range(6)}
    assert answer.notes


# --- naming a recording -----------------------------------------------------------------------------------------------


def test_a_recording_is_named_by_folder_id_or_beginning(place: Place) -> None:
    typed_session(place)
    for name in (FIRST, FIRST[:8], str(place.folder / FIRST)):
        assert place.run("log", name, "--json").objects == place.run("log", FIRST, "--json").objects != []
    place.desk(SECOND).close()
    answer = place.run("log", FIRST[:8])
    assert answer.status == 3
    assert "2 recordings begin with" in told(answer)
    assert place.run("verify", "").status == 3


@pytest.mark.parametrize("name", ["x" * 10_000, "a\x00b", "/proc/1/fd/nowhere", "-" * 5, "\udcff"])
def test_a_name_that_can_be_nothing_is_one_sentence(place: Place, name: str) -> None:
    answer = place.run("verify", "--", name)
    assert answer.status == 3
    assert len(told(answer)) < 400


def test_a_recording_is_named_by_where_one_stands(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.desk(FIRST).close()
    monkeypatch.chdir(place.folder / FIRST)
    assert place.run("verify", ".", "--json").objects[-1]["recording"] == FIRST


def test_at_the_end_of_the_input_no_passphrase_is_taken(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = place.desk(FIRST, is_mine=False)
    desk.auditor.save(auditor_key_path(keys_folder(), "mine"), "open sesame")
    desk.close()

    def ctrl_d(*_: object, **__: object) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", ctrl_d)
    answer = place.run("log", FIRST)
    assert (answer.status, answer.out, answer.notes) == (130, "", "")
