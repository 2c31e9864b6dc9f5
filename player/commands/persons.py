"""`persons`: who sits here, and whose signatures count."""

import argparse
from pathlib import Path

from player.commands.desk import Desk
from player.persons import Person, Persons, Standing, call_this_person, person_of_line, read_person, this_person
from recorder.errors import KeyMissingError
from recorder.logrow import inert


def run_persons(desk: Desk, asked: argparse.Namespace) -> int:
    """Run the command under `persons`."""
    commands = {"list": _list, "show": _show, "name": _name, "trust": _trust, "distrust": _distrust}
    return commands[asked.persons_command](desk, asked)


def _list(desk: Desk, asked: argparse.Namespace) -> int:
    persons = Persons.load()
    known = [(persons.me, Standing.ME)] if persons.me is not None else []
    known += [(person, Standing.TRUSTED) for person in persons.trusted if person != persons.me]
    if asked.json:
        for person, standing in known:
            desk.say_json(_object(person, standing))
    elif known:
        rows = [(inert(person.name), person.fingerprint, standing.value) for person, standing in known]
        desk.say_table(rows, heads=("name", "fingerprint", "standing"))
    else:
        desk.note("You have signed nothing yet and trust nobody; tachiai-player persons show makes your key.")
    return 0


def _show(desk: Desk, asked: argparse.Namespace) -> int:
    me = this_person().person
    if asked.json:
        desk.say_json(_object(me, Standing.ME))
    else:
        desk.say(me.line)
        desk.note(f"Its fingerprint is {me.fingerprint}; others trust it with tachiai-player persons trust.")
    return 0


def _name(desk: Desk, asked: argparse.Namespace) -> int:
    call_this_person(asked.name)
    me = this_person().person
    desk.say(f"What you sign from now on is signed as {inert(me.name)} ({me.fingerprint}).")
    return 0


def _trust(desk: Desk, asked: argparse.Namespace) -> int:
    person = person_of_line(asked.person) or read_person(Path(asked.person))
    if asked.name:
        person = Person(asked.name.strip(), person.public_bytes)
    persons = Persons.load()
    if persons.standing(person.public_bytes) is Standing.ME:
        msg = "That is your own key; there is nobody to trust. Give the public line of the other person."
        raise KeyMissingError(msg)
    persons.trust(person)
    desk.say(f"What {inert(person.name)} ({person.fingerprint}) signs is trusted here from now on.")
    return 0


def _distrust(desk: Desk, asked: argparse.Namespace) -> int:
    persons = Persons.load()
    wanted = asked.person
    found = [one for one in persons.trusted if one.name == wanted or (wanted and one.fingerprint.startswith(wanted))]
    if len(found) != 1:
        how_many = "Nobody" if not found else "More than one person"
        msg = (
            f"{how_many} trusted here is meant by {wanted!r}; tachiai-player persons list shows names and fingerprints."
        )
        raise KeyMissingError(msg)
    persons.distrust(found[0])
    desk.say(f"What {inert(found[0].name)} ({found[0].fingerprint}) signs is a stranger's from now on.")
    return 0


def _object(person: Person, standing: Standing) -> dict[str, object]:
    return {
        "name": person.name,
        "public": person.public_bytes.hex(),
        "fingerprint": person.fingerprint,
        "standing": standing.value,
    }
