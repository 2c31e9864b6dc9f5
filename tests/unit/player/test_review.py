"""Reviews beside a recording: signed, bound to it, chained; altered ones are named, strangers never count."""

import json
import os
import shutil
import stat
import sys
import threading

import pytest

from player.library import Library, fingerprint
from player.persons import Persons, call_this_person, this_person
from player.review.entries import Content, Edit, Judged, Note, Remove, Verdict, Watched
from player.review.places import beside, file_name, own_folder
from player.review.state import ReviewState, read_review, review_state_of
from player.review.writing import write_entries
from recorder.errors import StorageError, UnreadableError
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.verify import verify
from tests.recordings import S, whole

CLEARED = Verdict(Judged.CLEARED, "", 30 * S)
VIOLATION = Verdict(Judged.VIOLATION, "It was not in the change.", 30 * S)


def note(text, at_s=1, end_s=None, tags=()):
    return Note(Content(at_s * S, None if end_s is None else end_s * S, text, tags))


@pytest.fixture
def made(tmp_path):
    return whole(tmp_path / "library")[1]


@pytest.fixture
def folder(made):
    return made.folder


@pytest.fixture
def me(tmp_path):
    home = {"TACHIAI_HOME": str(tmp_path / "me")}
    call_this_person("Hanako", home)
    this_person(home)
    return home


@pytest.fixture
def ken(tmp_path):
    home = {"TACHIAI_HOME": str(tmp_path / "ken")}
    call_this_person("Ken", home)
    this_person(home)
    return home


def trust(home, other):
    Persons.load(home).trust(this_person(other).person)


def shared_file(folder, home):
    return beside(folder) / file_name(this_person(home).person.public_bytes)


def own_file(folder, home):
    return own_folder(folder.name, home) / file_name(this_person(home).person.public_bytes)


def lose_own(folder, home):
    shutil.rmtree(own_folder(folder.name, home))


def test_what_was_written_is_read_back_and_the_recording_is_untouched(made, folder, me):
    before, files = fingerprint(folder), sorted(path.name for path in folder.iterdir())
    written = write_entries(folder, [note("stopped billing", 3, 9, ("billing",)), CLEARED], environment=me)
    assert written.notice == ""
    review = read_review(folder, environment=me)
    (one,) = review.notes
    assert (one.content.text, one.content.at_ns, one.content.end_ns) == ("stopped billing", 3 * S, 9 * S)
    assert (one.person.name, one.number) == ("Hanako", 1)
    assert review.state is ReviewState.CLEARED
    assert review.problems == review.notices == ()
    assert fingerprint(folder) == before
    assert sorted(path.name for path in folder.iterdir()) == files
    assert verify(folder, devices=made.devices, keys=made.keys).exit_status == 0


def test_reviews_are_no_recordings_for_the_library(folder, me):
    write_entries(folder, [CLEARED], environment=me)
    assert Library(folder.parent, devices=DeviceTrust({})).folders() == [folder]


def test_edits_removals_and_returns_say_what_holds_now_and_nothing_is_lost(folder, me):
    write_entries(folder, [note("first"), note("second")], environment=me)
    write_entries(folder, [Edit(1, Content(2 * S, None, "first, better")), Remove(2)], environment=me)
    assert [(one.number, one.content.text) for one in read_review(folder, environment=me).notes] == [
        (1, "first, better")
    ]
    write_entries(folder, [Edit(2, Content(S, None, "second"))], environment=me)
    assert {one.content.text for one in read_review(folder, environment=me).notes} == {"first, better", "second"}
    assert len(shared_file(folder, me).read_bytes().splitlines()) == 5


def test_the_gravest_verdict_that_counts_is_the_state_and_one_taken_back_counts_no_more(folder, me, ken):
    trust(me, ken)
    write_entries(folder, [CLEARED], environment=me)
    write_entries(folder, [VIOLATION], environment=ken)
    summary = review_state_of(folder, environment=me)
    assert summary.state is ReviewState.VIOLATION
    assert set(summary.reviewers) == {"Hanako", "Ken"}
    write_entries(folder, [Verdict(Judged.WITHDRAWN, "", 30 * S)], environment=ken)
    assert review_state_of(folder, environment=me).state is ReviewState.CLEARED


def test_a_stranger_is_shown_as_such_and_never_makes_a_recording_reviewed(folder, me, ken):
    write_entries(folder, [CLEARED, note("fine")], environment=ken)
    review = read_review(folder, environment=me)
    assert review.state is ReviewState.NONE
    assert [one.standing.value for one in review.notes] == ["stranger"]
    assert review_state_of(folder, environment=me).reviewers == ()
    with shared_file(folder, ken).open("ab") as file:
        file.write(b"rubbish\n")
    assert read_review(folder, environment=me).state is ReviewState.NONE


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"second", b"SECOND"), lines[2]], "Line 2 was altered"),
        (lambda lines: [lines[0], lines[2]], "Before line 2 something was taken out"),
        (lambda lines: lines[1:], "Before line 1 something was taken out"),
        (lambda lines: [lines[0], lines[2], lines[1]], "stands there once more, or in another's place"),
        (lambda lines: [*lines, b"\xff{}"], "Line 4 was altered"),
        (lambda lines: [*lines, lines[0]], "Line 4 stands there once more"),
        (lambda lines: [lines[0] + b" ", *lines[1:]], "Line 1 was altered"),
        (lambda lines: [b'{"entry":1,"entry":' + lines[0][9:], *lines[1:]], "Line 1 was altered"),
    ],
)
def test_what_was_altered_is_named_and_a_clearance_is_doubtful_then(folder, me, ken, harm, says):
    trust(me, ken)
    write_entries(folder, [CLEARED, note("second"), note("third")], environment=ken)
    path = shared_file(folder, ken)
    path.write_bytes(b"\n".join(harm(path.read_bytes().splitlines())) + b"\n")
    review = read_review(folder, environment=me)
    assert any(says in problem for problem in review.problems), review.problems
    assert all("Ken" in problem for problem in review.problems)
    assert review.state is ReviewState.DOUBTFUL


def test_a_review_laid_beside_another_recording_is_not_of_it(tmp_path, folder, me, ken):
    trust(me, ken)
    write_entries(folder, [CLEARED], environment=ken)
    other = whole(tmp_path / "other", session_id="20260301T150000Z-0123abcd", seed=2)[1].folder
    same_name = whole(tmp_path / "again", seed=3)[1].folder
    for target in (other, same_name):
        shutil.copytree(beside(folder), beside(target))
        review = read_review(target, environment=me)
        assert review.state is ReviewState.DOUBTFUL
        assert "is about another recording" in review.problems[0]


def test_lines_signed_by_another_do_not_count_in_a_persons_file(folder, me, ken):
    trust(me, ken)
    write_entries(folder, [CLEARED], environment=ken)
    shared_file(folder, ken).rename(shared_file(folder, me))
    review = read_review(folder, environment=me)
    assert review.verdicts == ()
    assert "was altered, or was never signed by this person" in review.problems[0]


def test_what_was_taken_out_beside_the_recording_is_still_in_the_own_folder_and_put_back(folder, me):
    write_entries(folder, [note("first"), note("second")], environment=me)
    path = shared_file(folder, me)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    review = read_review(folder, environment=me)
    assert len(review.notes) == 2
    assert "1 of your entries is in your own folder only" in review.notices[0]
    write_entries(folder, [note("third")], environment=me)
    assert path.read_bytes() == own_file(folder, me).read_bytes()
    assert read_review(folder, environment=me).notices == ()


def test_an_altered_file_of_my_own_is_set_aside_and_never_written_over(folder, me):
    write_entries(folder, [note("first")], environment=me)
    path = shared_file(folder, me)
    altered = path.read_bytes().replace(b"first", b"FIRST")
    path.write_bytes(altered)
    assert "was altered" in read_review(folder, environment=me).problems[0]
    write_entries(folder, [note("second")], environment=me)
    review = read_review(folder, environment=me)
    assert [one.content.text for one in review.notes] == ["first", "second"]
    assert review.problems == ()
    (aside,) = beside(folder).glob("*.altered")
    assert aside.read_bytes() == altered


def test_a_new_machine_goes_on_from_what_lies_beside_the_recording(folder, me):
    write_entries(folder, [note("first")], environment=me)
    lose_own(folder, me)
    assert write_entries(folder, [note("second")], environment=me).numbers == (2,)
    assert len(read_review(folder, environment=me).notes) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="folders have other rights there")
def test_a_library_that_cannot_be_written_leaves_the_review_in_the_own_folder(folder, me, monkeypatch):
    def refuse(_folder, _name, _data):
        raise StorageError("It is read-only.")

    monkeypatch.setattr("player.review.writing.publish", refuse)
    assert write_entries(folder, [CLEARED], environment=me).notice == "It is read-only."
    review = read_review(folder, environment=me)
    assert review.state is ReviewState.CLEARED
    assert "in your own folder only" in review.notices[0]
    assert review_state_of(folder, environment=me).state is ReviewState.CLEARED


def test_two_persons_and_two_windows_writing_at_once_lose_nothing(folder, me, ken):
    trust(me, ken)

    def write(home, name):
        for number in range(5):
            write_entries(folder, [note(f"{name} {number}")], environment=home)

    threads = [threading.Thread(target=write, args=(home, name)) for home, name in ((me, "a"), (me, "b"), (ken, "c"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    review = read_review(folder, environment=me)
    assert len({one.content.text for one in review.notes}) == 15
    assert review.problems == ()


@pytest.mark.skipif(sys.platform == "win32", reason="files have other rights there")
def test_others_may_read_a_review_exactly_where_they_may_look_into_the_library(folder, me):
    folder.parent.chmod(0o750)
    write_entries(folder, [CLEARED], environment=me)
    assert stat.S_IMODE(shared_file(folder, me).stat().st_mode) == 0o640
    assert stat.S_IMODE(own_file(folder, me).stat().st_mode) == 0o600


def test_a_recording_without_a_sound_header_takes_no_review(tmp_path, me):
    folder = tmp_path / "20260301T140509Z-00000001"
    folder.mkdir()
    with pytest.raises(UnreadableError, match="no sound header"):
        write_entries(folder, [CLEARED], environment=me)
    assert review_state_of(folder, environment=me).state is ReviewState.NONE


def test_ranges_that_were_watched_add_up(folder, me):
    write_entries(folder, [Watched(((0, 2 * S), (5 * S, 6 * S)), (), 8)], environment=me)
    write_entries(folder, [Watched(((S, 3 * S),), ((6 * S, 9 * S),), 8)], environment=me)
    (watched,) = read_review(folder, environment=me).watched
    assert watched.ranges == ((0, 3 * S), (5 * S, 6 * S))
    assert watched.idle == ((6 * S, 9 * S),)
    assert read_review(folder, environment=me).state is ReviewState.STARTED


def test_an_entry_of_a_newer_version_is_said_to_be_one(folder, me):
    from player.review.entries import PURPOSE
    from recorder.format.header import canonical

    write_entries(folder, [CLEARED], environment=me)
    entry = json.loads(shared_file(folder, me).read_bytes())["entry"] | {"version": 2, "more": True}
    body = canonical(entry)
    signature = this_person(me).sign(body, purpose=PURPOSE).hex().encode()
    lose_own(folder, me)
    shared_file(folder, me).write_bytes(b'{"entry":' + body + b',"signature":"' + signature + b'"}\n')
    assert "newer version" in read_review(folder, environment=me).problems[0]


@pytest.mark.parametrize("spoil", ["a folder", "a link", "too large"])
def test_a_verdict_is_not_forgotten_because_the_file_beside_the_recording_cannot_be_read(folder, me, spoil):
    write_entries(folder, [VIOLATION], signer=this_person(me), environment=me)
    path = shared_file(folder, me)
    path.unlink()
    if spoil == "a folder":
        path.mkdir()
    elif spoil == "a link":
        path.symlink_to("/etc/passwd")
    else:
        path.touch()
        os.truncate(path, 40_000_000)
    review = read_review(folder, environment=me)
    assert review.state is ReviewState.VIOLATION
    assert len(review.problems) == 1
    assert "could not be read" in review.problems[0]


def test_many_strangers_keep_nobody_who_counts_from_being_read(folder, me, ken):
    trust(me, ken)
    write_entries(folder, [VIOLATION], signer=this_person(ken), environment=ken)
    for number in range(230):
        (beside(folder) / f"{number:064x}.jsonl").write_bytes(b"x")
    review = read_review(folder, environment=me)
    assert review.state is ReviewState.VIOLATION
    assert [one for one in review.notices if "30 more reviews by strangers" in one]
