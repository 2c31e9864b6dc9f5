"""`ledger` and `policy` on the command line: what is listed, judged, handed out, and refused in words."""

import json

import pytest

from player.ledger.entry import Kind
from player.ledger.ledger import Ledger, ledger_folder
from player.package.ledgers import ledger_files
from recorder.evidence.key_folder import keys_folder, pin_organisation
from recorder.evidence.keys import RootKey
from tests.player_place import told
from tests.recordings import SESSION_ID
from tests.unit.player.test_ledger import a_ledger


@pytest.fixture
def used(place):
    desk = place.desk()
    desk.paint()
    desk.type("stop billing", seconds_each=0.01)
    desk.close()
    assert place.run("log", SESSION_ID, "--reason", "CHG-1").status == 0
    assert place.run("search", "billing").status == 0
    return place


def own_ledger():
    (path,) = ledger_folder().glob("*.jsonl")
    return path


def test_list_filters_by_recording_kind_person_and_day(used):
    listed = used.run("ledger", "list", "--json").objects
    assert [one["kind"] for one in listed] == ["begun", "key_used", "log", "search", "key_used"]
    assert {one["standing"] for one in listed} == {"me"}
    of_it = used.run("ledger", "list", "--json", "--recording", SESSION_ID, "--kind", "log").objects
    assert [(one["reason"], one["recording"]) for one in of_it] == [("CHG-1", SESSION_ID)]
    day = listed[0]["utc"][:10]
    assert len(used.run("ledger", "list", "--json", "--from-date", day, "--to-date", day).objects) == 5
    assert used.run("ledger", "list", "--json", "--to-date", "2020-01-01").objects == []
    assert used.run("ledger", "list", "--json", "--person", listed[0]["person"][:3]).objects == listed
    assert used.run("ledger", "list", "--json", "--person", "nobody-of-that-name").objects == []
    assert "stop billing" not in used.run("ledger", "list").out
    assert "CHG-1" in used.run("ledger", "list").out


def test_verify_says_sound_partial_and_altered_by_its_exit_status(used):
    sound = used.run("ledger", "verify", "--json")
    assert (sound.status, sound.objects[0]["verdict"]) == (0, "sound")
    head = sound.objects[0]["head"]
    whole = own_ledger().read_bytes()
    own_ledger().write_bytes(whole[:-10])
    assert used.run("ledger", "verify").status == 1
    own_ledger().write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert used.run("ledger", "verify").status == 0
    cut = used.run("ledger", "verify", "--head", head)
    assert (cut.status, "was cut" in cut.out) == (2, True)
    own_ledger().write_bytes(whole.replace(b"CHG-1", b"CHG-2"))
    assert used.run("ledger", "verify").status == 2


def test_what_is_no_ledger_is_said_in_a_sentence(place, tmp_path):
    assert "There is no ledger in" in told(place.run("ledger", "verify"))
    assert place.run("ledger", "verify").status == 3
    other = tmp_path / "other.jsonl"
    other.write_bytes(b'{"x": 1}\n' + b"\xff\x00" * 100)
    assert place.run("ledger", "verify", "--file", str(other)).status == 3
    assert place.run("ledger", "verify", "--file", str(tmp_path)).status == 3
    assert "names no shared folder" in told(place.run("ledger", "list", "--shared"))


def test_an_extract_of_one_recording_is_checked_without_the_ledger(used, tmp_path):
    out = tmp_path / "extract.json"
    assert used.run("ledger", "export", "--recording", SESSION_ID, "--out", str(out)).status == 0
    assert b'"words"' not in out.read_bytes()  # the search is not of this recording
    answer = used.run("ledger", "verify", "--file", str(out), "--json")
    assert (answer.status, answer.objects[0]["verdict"]) == (0, "sound")
    (packed,) = ledger_files(Ledger.of_this_user(), SESSION_ID)
    packed.write(tmp_path / "packed.json")
    assert packed.name == f"ledger/{own_ledger().stem}.json"
    assert (tmp_path / "packed.json").read_bytes() == out.read_bytes()
    assert ledger_files(Ledger.of_this_user(), "another") == ()
    told_ = json.loads(out.read_bytes())
    told_["items"][2]["entry"]["reason"] = "other"
    out.write_text(json.dumps(told_))
    assert used.run("ledger", "verify", "--file", str(out)).status == 2


def test_a_policy_of_another_root_an_altered_one_and_an_older_one_are_refused(place, tmp_path):
    root, other = RootKey.generate(), RootKey.generate()
    root.save(tmp_path / "root.key")
    other.save(tmp_path / "other.key")
    keys_folder().mkdir(parents=True, exist_ok=True)
    pin_organisation(keys_folder(), root.public_bytes)

    def make(name, version, *more):
        path = tmp_path / name
        asked = ("policy", "make", str(path), "--version", str(version), "--reason-for", "opening", *more)
        assert place.run(*asked).status == 0
        return str(path)

    assert "is signed by the root key" in told(
        place.run("policy", "use", make("a", 1, "--root", str(tmp_path / "other.key")))
    )
    assert "is not signed" in told(place.run("policy", "use", make("b", 1, "--unsigned")))
    good = make("c", 2, "--root", str(tmp_path / "root.key"), "--least-length", "9")
    assert place.run("policy", "use", good).status == 0
    assert place.run("policy", "show", "--json").objects[0]["rules"]["least_length"] == 9
    old = make("d", 1, "--root", str(tmp_path / "root.key"))
    assert "is older" in told(place.run("policy", "use", old))
    held = keys_folder() / "policy.json"
    held.write_bytes(held.read_bytes().replace(b'"least_length":9', b'"least_length":0'))
    desk = place.desk()
    desk.close()
    answer = place.run("log", SESSION_ID)
    assert (answer.status, answer.out) == (3, "")
    assert "was altered after it was signed" in told(answer)


def test_an_organisations_policy_cannot_be_taken_away_nor_put_back_to_an_older_one(used, tmp_path):
    root, held = RootKey.generate(), keys_folder() / "policy.json"
    root.save(tmp_path / "root.key")
    pin_organisation(keys_folder(), root.public_bytes)
    for version, more in ((1, ("--if-not-entered", "show")), (2, ("--reason-for", "opening"))):
        path = str(tmp_path / f"{version}.json")
        made = ("policy", "make", path, "--version", str(version), "--root", str(tmp_path / "root.key"), *more)
        assert used.run(*made).status == 0
    assert used.run("policy", "use", str(tmp_path / "2.json")).status == 0
    assert used.run("log", SESSION_ID).status == 3
    assert used.run("log", SESSION_ID, "--reason", "CHG-2").status == 0
    for instead in (None, (tmp_path / "1.json").read_bytes()):
        held.unlink(missing_ok=True)
        if instead is not None:
            held.write_bytes(instead)
        answer = used.run("log", SESSION_ID)
        assert (answer.status, answer.out) == (3, "")
        assert "Version 2 of the policy held here" in told(answer)
        assert used.run("search", "billing").out == ""
    assert used.run("policy", "use", str(tmp_path / "2.json")).status == 0
    assert used.run("log", SESSION_ID, "--reason", "CHG-2").status == 0


def test_another_persons_ledger_in_the_place_of_ones_own_is_noticed(used, tmp_path):
    other = a_ledger(tmp_path)
    other.enter(Kind.OPENED)
    own_ledger().write_bytes(other.path.read_bytes())
    answer = used.run("ledger", "verify", "--json")
    assert (answer.status, answer.objects[0]["flaws"][0]["code"]) == (2, "OTHER_LEDGER")


def test_a_shared_copy_is_kept_and_compared(used, tmp_path):
    policy = tmp_path / "policy.json"
    shared = tmp_path / "shared"
    made = used.run("policy", "make", str(policy), "--version", "1", "--unsigned", "--shared", str(shared))
    assert made.status == 0
    assert used.run("policy", "use", str(policy)).status == 0
    (copy,) = shared.glob("*.jsonl")
    assert copy.read_bytes() == own_ledger().read_bytes()
    assert used.run("ledger", "verify").status == 0
    assert used.run("ledger", "list", "--shared", "--json").objects != []
    copy.write_bytes(copy.read_bytes().replace(b"CHG-1", b"CHG-2"))
    assert used.run("ledger", "verify").status == 2
    assert "holds entries that your ledger" in told(used.run("log", SESSION_ID))


def test_importing_and_reviewing_are_entered(used, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    assert used.run("import", str(used.folder / SESSION_ID), "--library", str(library)).status == 0
    assert used.run("review", "add", SESSION_ID, "--at", "0.05", "--text", "look").status == 0
    kinds = [one["kind"] for one in used.run("ledger", "list", "--json", "--recording", SESSION_ID).objects]
    assert {"imported", "reviewed"} <= set(kinds)
