"""`review` on the command line: notes, verdicts, the queue, samples and coverage, for persons and for programs."""

import pytest

from player.persons import this_person
from player.review.entries import Watched
from player.review.writing import write_entries
from recorder.events import Alert
from tests.player_place import Place, told
from tests.recordings import S

FIRST, SECOND = "20260301T140509Z-00000001", "20260302T140509Z-00000002"


@pytest.fixture
def place(capsys):
    place = Place(capsys)
    for session_id in (FIRST, SECOND):
        desk = place.desk(session_id)
        desk.window("root@web1: ~")
        desk.type("systemctl stop billing")
        if session_id == SECOND:
            desk.emit(Alert(desk.now_ns, "rule", "1", "Billing was stopped", "high", "It is not to be."))
        desk.wait(8)
        desk.seal()
        desk.close()
    return place


def test_notes_are_added_edited_removed_and_brought_back(place):
    assert place.run("review", "add", FIRST, "--at", "1.5", "--text", "stops billing", "--tag", "#b").status == 0
    assert place.run("review", "edit", FIRST, "1", "--text", "stops billing, why?", "--json").objects[0]["number"] == 2
    (note, _) = place.run("review", "show", FIRST, "--json").objects
    assert (note["at_s"], note["text"], note["tags"], note["standing"]) == (1.5, "stops billing, why?", ["b"], "me")
    assert place.run("review", "remove", FIRST, "1").status == 0
    assert len(place.run("review", "show", FIRST, "--json").objects) == 1
    assert place.run("review", "edit", FIRST, "1", "--at", "2", "--text", "again").status == 0
    assert "again" in place.run("review", "show", FIRST).out


def test_a_verdict_is_shown_and_filters_the_list(place):
    assert place.run("review", "mark", FIRST, "violation", "--comment", "No change for it.").status == 0
    verdict, whole = place.run("review", "show", FIRST, "--json").objects
    assert (verdict["verdict"], verdict["comment"], whole["state"]) == (
        "violation", "No change for it.", "violation",
    )  # fmt: skip
    found = place.run("list", "--review", "violation", "--json").objects
    assert [one["recording"] for one in found] == [FIRST]


def test_the_queue_tells_reasons_with_their_moments_the_gravest_first(place):
    queue = place.run("review", "queue", "--json").objects
    assert [one["recording"] for one in queue] == [SECOND, FIRST]
    assert [(one["kind"], one["at_s"]) for one in queue[0]["reasons"]][:1] == [("alert_high", pytest.approx(2.2))]
    assert "off_hours" in [one["kind"] for one in queue[1]["reasons"]]  # 14:05 UTC on a Sunday is 23:05 there
    assert "Billing was stopped" in place.run("review", "queue").out
    place.run("review", "mark", SECOND, "cleared")
    assert [one["recording"] for one in place.run("review", "queue", "--json").objects] == [FIRST]
    assert len(place.run("review", "queue", "--all", "--json").objects) == 2


def test_coverage_is_told_by_recording_by_person_and_in_all(place):
    write_entries(place.folder / FIRST, [Watched(((0, 2 * S),), (), 8)], signer=this_person())
    second, first, person, whole = place.run("review", "coverage", "--json").objects
    assert (first["recording"], first["watched_s"], second["watched_s"]) == (FIRST, 2.0, 0.0)
    assert (person["person"], person["watched_s"]) == (this_person().person.name, 2.0)
    assert (whole["recordings"], whole["begun"], whole["watched_s"]) == (2, 1, 2.0)
    only = place.run("review", "coverage", "--from", "2026-03-02", "--json").objects
    assert [one["recording"] for one in only if one["type"] == "recording"] == [SECOND]
    assert f"{FIRST}  19 % of 10 s: 2.0 s watched" in place.run("review", "coverage", FIRST).out


def test_a_sample_says_how_it_was_drawn(place):
    answer = place.run("review", "sample", "--seed", "Q1", "--count", "1", "--json")
    assert answer.objects[-1]["population"] == 2
    again = place.run("review", "sample", "--seed", "Q1", "--count", "1")
    assert again.out.split() == [answer.objects[0]["recording"]]
    assert "SHA-256 of tachiai-sample/1, the seed 'Q1' and the id" in again.notes
    late = place.run("review", "sample", "--seed", "Q1", "--count", "5", "--from", "2026-03-02").out
    assert late.split() == [SECOND]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("add", FIRST, "--at", "3600"), 3, "there is nothing to note at"),
        (("add", FIRST, "--at", "2", "--to", "1"), 3, "give the beginning first"),
        (("edit", FIRST, "9", "--text", "x"), 3, "You have no note 9"),
        (("remove", FIRST, "9"), 3, "You have no note 9"),
        (("mark", "nothing", "cleared"), 3, "There is no recording"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_writes_nothing(place, arguments, status, says):
    answer = place.run("review", *arguments)
    assert answer.status == status
    assert says in told(answer)
    assert not list(place.folder.glob("*.review"))


@pytest.mark.parametrize(
    "arguments",
    [("mark", FIRST, "fine"), ("sample", "--seed", "x"), ("add", FIRST, "--at", "1", "--tag", "a b"), ()],
)
def test_wrong_usage_is_64(place, arguments):
    assert place.run("review", *arguments).status == 64
