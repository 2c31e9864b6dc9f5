"""A recording from elsewhere comes into the library whole, or not at all, and in nothing's place."""

import os
import shutil
from pathlib import Path

import pytest

from player import importing
from player.importing import ImportProgress, ImportRefusedError, import_recording
from player.persons import this_person
from player.review.entries import Content, Note
from player.review.places import beside, file_name
from player.review.state import read_review
from player.review.writing import write_entries
from recorder.errors import StorageError
from recorder.evidence.findings import Status
from recorder.evidence.keys import DeviceTrust
from tests.player_place import Place, told
from tests.recordings import SESSION_ID, Desk, tampered, whole


def unheard(_progress: ImportProgress) -> None:
    pass


class EnoughError(Exception):
    pass


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.seg")}


def take(made, library: Path, source: Path | None = None, told=unheard):
    return import_recording(made.folder if source is None else source, library, devices=made.devices, told=told)


def test_every_byte_is_copied_and_the_copy_is_judged(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    steps: list[ImportProgress] = []
    done = take(made, library, told=steps.append)
    assert done.folder == library / SESSION_ID
    assert (done.verdict.status, done.was_there) == (Status.SOUND, False)
    assert bytes_of(done.folder) == bytes_of(made.folder)
    assert {step.step for step in steps} == {"copying", "verifying"}
    assert steps[-1].done_bytes == steps[-1].total_bytes == done.size_bytes
    assert [path.name for path in library.iterdir()] == [SESSION_ID]
    assert {path.stat().st_mode & 0o077 for path in done.folder.iterdir()} == {0}


def test_it_goes_by_its_own_id_whatever_its_folder_is_called(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    other = made.folder.rename(tmp_path / "usb" / "20260101T000000Z-ffffffff")
    assert take(made, library, other).folder.name == SESSION_ID


def test_an_altered_recording_is_taken_as_it_is_and_said_to_be_so(tmp_path, library):
    _, made, _ = tampered(tmp_path / "usb")
    assert take(made, library).verdict.status is Status.ALTERED


def test_the_same_again_changes_nothing_and_other_bytes_are_refused(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    done = take(made, library)
    before = {path: path.stat().st_mtime_ns for path in done.folder.iterdir()}
    assert take(made, library).was_there
    with (made.folder / "0002.seg").open("ab") as file:
        file.write(b"more")
    with pytest.raises(ImportRefusedError, match="is there already and holds other bytes"):
        take(made, library)
    assert {path: path.stat().st_mtime_ns for path in done.folder.iterdir()} == before


def test_what_is_no_recording_is_refused_in_words(tmp_path, library):
    (tmp_path / "photos").mkdir()
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "0001.seg").write_bytes(os.urandom(5000))
    whole(tmp_path / "usb")
    refused = {
        "photos": "no segment",
        "note.txt": "a package that ends in .zip",
        "fake": "not a recording",
        "usb": "a library with 1",
    }
    for name, words in refused.items():
        with pytest.raises(ImportRefusedError, match=words):
            import_recording(tmp_path / name, library, devices=DeviceTrust({}), told=unheard)
    with pytest.raises(StorageError, match="could not be read"):
        import_recording(tmp_path / "nowhere", library, devices=DeviceTrust({}), told=unheard)
    assert not library.exists()


def test_what_is_still_being_recorded_is_refused(tmp_path, library):
    desk = Desk(tmp_path / "usb")
    desk.seal()
    with pytest.raises(ImportRefusedError, match="still being recorded"):
        take(desk.made(), library)
    desk.close()


@pytest.mark.parametrize("step", ["copying", "verifying"])
def test_ended_half_way_nothing_of_it_is_left(tmp_path, library, step):
    _, made = whole(tmp_path / "usb")

    def enough(progress: ImportProgress) -> None:
        if progress.step == step:
            raise EnoughError

    with pytest.raises(EnoughError):
        take(made, library, told=enough)
    assert list(library.iterdir()) == []


def test_a_link_in_place_of_a_segment_is_not_followed(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    (tmp_path / "secret").write_bytes(b"x" * 1000)
    (made.folder / "0003.seg").symlink_to(tmp_path / "secret")
    with pytest.raises(StorageError, match="could not be read"):
        take(made, library)
    assert not library.exists()


def test_a_copy_that_does_not_read_back_is_not_kept(tmp_path, library, monkeypatch):
    _, made = whole(tmp_path / "usb")
    monkeypatch.setattr(importing, "_digest", lambda _path: b"something else")
    with pytest.raises(StorageError, match="does not hold what was written"):
        take(made, library)
    assert list(library.iterdir()) == []


def test_what_came_to_its_place_in_the_meantime_stays(tmp_path, library):
    _, made = whole(tmp_path / "usb")

    def meanwhile(progress: ImportProgress) -> None:
        if progress.step == "verifying" and not (library / SESSION_ID).exists():
            shutil.copytree(made.folder, library / SESSION_ID)

    with pytest.raises(ImportRefusedError, match="nothing was written over"):
        take(made, library, told=meanwhile)
    assert bytes_of(library / SESSION_ID) == bytes_of(made.folder)


def test_the_command_says_where_it_lies_and_what_it_is_worth(capsys, tmp_path):
    place = Place(capsys)
    _, made = whole(tmp_path / "usb")
    answer = place.run("import", str(made.folder))
    assert answer.out.strip() == str(place.folder / SESSION_ID)
    assert "CANNOT JUDGE" in told(answer)
    assert place.run("import", str(made.folder), "--json").objects[0]["was_there"] is True
    assert place.run("import", str(tmp_path)).status == 3


def reviewed(folder: Path) -> Path:
    """A recording with a note of this person beside it; gives that file."""
    write_entries(folder, [Note(Content(0, None, "who stopped billing?"))])
    return beside(folder) / file_name(this_person().person.public_bytes)


def test_what_reviewers_wrote_comes_along_and_is_checked_where_it_is_now(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    written = reviewed(made.folder)
    stray = written.with_name("run.sh")
    stray.write_text("rm -rf /")
    done = take(made, library)
    brought = beside(done.folder)
    assert [path.name for path in brought.iterdir()] == [written.name]
    assert (brought / written.name).read_bytes() == written.read_bytes()
    assert ["came along" in notice for notice in done.notices] == [True]
    assert [note.content.text for note in read_review(done.folder).notes] == ["who stopped billing?"]


def test_reviews_are_never_written_over_and_that_is_said(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    written = reviewed(made.folder)
    done = take(made, library)
    assert take(made, library).notices == ()
    here = beside(done.folder) / written.name
    here.write_bytes(b"mine\n")
    (other,) = take(made, library).notices
    assert "were left where they are" in other
    assert here.read_bytes() == b"mine\n"


def test_a_link_in_the_place_of_reviews_leads_nowhere(tmp_path, library):
    _, made = whole(tmp_path / "usb")
    written = reviewed(made.folder)
    away = beside(made.folder).rename(tmp_path / "away")
    beside(made.folder).symlink_to(away)
    assert take(made, library).notices == ()
    beside(made.folder).unlink()
    beside(made.folder).mkdir()
    (beside(made.folder) / written.name).symlink_to(away / written.name)
    (notice,) = take(made, library).notices
    assert "did not all come along" in notice
    assert not beside(library / SESSION_ID).exists()
