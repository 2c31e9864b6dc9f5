"""Who sits here: a key made once, a name, and whose signatures count."""

import stat
import sys
import threading

import pytest

from player.persons import Person, Persons, Standing, call_this_person, check, person_of_line, this_person
from recorder.errors import BugError, KeyMissingError, StorageError, UnreadableError
from tests.player_place import Place, told


@pytest.fixture
def own_home(tmp_path):
    return {"TACHIAI_HOME": str(tmp_path / "home")}


@pytest.fixture
def ken(tmp_path):
    return this_person({"TACHIAI_HOME": str(tmp_path / "ken")})


def test_the_key_is_made_once_and_readable_by_this_person_alone(own_home, tmp_path):
    assert Persons.load(own_home).me is None
    first, again = this_person(own_home).person, this_person(own_home).person
    assert first.public_bytes == again.public_bytes
    assert Persons.load(own_home).me == first
    if sys.platform != "win32":
        path = tmp_path / "home" / "person" / "signing.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_players_that_start_at_once_agree_on_one_key(own_home):
    keys = []
    threads = [
        threading.Thread(target=lambda: keys.append(this_person(own_home).person.public_bytes)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_signature_holds_for_its_data_its_purpose_and_its_person_only(own_home, ken):
    me = this_person(own_home)
    signature = me.sign(b"cleared", purpose="review")
    mine = me.person.public_bytes
    assert check(mine, b"cleared", signature, purpose="review")
    assert not check(mine, b"Cleared", signature, purpose="review")
    assert not check(mine, b"cleared", signature, purpose="ledger")
    assert not check(ken.person.public_bytes, b"cleared", signature, purpose="review")
    assert not check(b"no key", b"cleared", signature, purpose="review")
    assert not check(mine, b"cleared", b"", purpose="review")
    with pytest.raises(BugError):
        me.sign(b"cleared", purpose="two\x00purposes")


def test_a_person_is_me_trusted_or_a_stranger(own_home, ken):
    mine, his = this_person(own_home).person.public_bytes, ken.person.public_bytes
    persons = Persons.load(own_home)
    assert persons.standing(mine) is Standing.ME
    assert persons.standing(his) is Standing.STRANGER
    assert persons.name_of(his) is None
    persons.trust(Person("Ken", his))
    assert Persons.load(own_home).standing(his) is Standing.TRUSTED
    assert Persons.load(own_home).name_of(his) == "Ken"
    persons.distrust(Person("Ken", his))
    assert persons.standing(his) is Standing.STRANGER
    assert Persons.load(own_home).standing(his) is Standing.STRANGER


def test_a_name_stays_what_was_said_and_a_public_line_is_read_back(own_home):
    assert this_person(own_home).person.name
    call_this_person("佐藤 花子\n:", own_home)
    me = this_person(own_home).person
    assert me.name == "佐藤 花子"
    assert person_of_line(me.line) == me


@pytest.mark.parametrize("line", ["", "Ken", "Ken:77ab", ":" + "0" * 64, " :" + "0" * 64, "a:b:" + "0" * 64])
def test_what_is_no_public_line_is_no_person(line):
    assert person_of_line(line) is None


def test_files_that_are_no_keys_are_named(own_home, tmp_path):
    (tmp_path / "home" / "persons").mkdir(parents=True)
    (tmp_path / "home" / "persons" / "x.pub").write_bytes(b"\xff\x00")
    with pytest.raises(UnreadableError, match=r"x\.pub is not a person's public line"):
        Persons.load(own_home)
    (tmp_path / "home" / "person").mkdir()
    (tmp_path / "home" / "person" / "signing.key").write_text("none")
    with pytest.raises(KeyMissingError, match="is not a signing key"):
        this_person(own_home)


def test_a_home_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        this_person({"TACHIAI_HOME": str(tmp_path / "file")})


def test_the_command_trusts_and_forgets_a_person(capsys, ken):
    place = Place(capsys)
    assert place.run("persons", "list").out == ""
    assert place.run("persons", "name", "Hanako Sato").status == 0
    (me,) = place.run("persons", "show", "--json").objects
    assert (me["name"], me["standing"]) == ("Hanako Sato", "me")
    assert place.run("persons", "show").out == f"Hanako Sato:{me['public']}\n"
    assert place.run("persons", "trust", ken.person.line, "--name", "Ken").status == 0
    assert [(one["name"], one["standing"]) for one in place.run("persons", "list", "--json").objects] == [
        ("Hanako Sato", "me"),
        ("Ken", "trusted"),
    ]
    assert place.run("persons", "distrust", "Ken").status == 0
    assert [one["name"] for one in place.run("persons", "list", "--json").objects] == ["Hanako Sato"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("trust", "nowhere.pub"), "could not be read"),
        (("distrust", "nobody"), "Nobody trusted here"),
        (("distrust", ""), "Nobody trusted here"),
    ],
)
def test_what_the_command_cannot_do_is_one_sentence(capsys, arguments, says):
    answer = Place(capsys).run("persons", *arguments)
    assert answer.status == 3
    assert says in told(answer)
    assert Place(capsys).run("persons", "name", "a:b").status == 64
