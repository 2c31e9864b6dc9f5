"""The options by which `list` and `search` choose recordings."""

import argparse
import re
from dataclasses import replace

from player.commands.day_argument import day
from player.commands.desk import Desk
from player.facets import ALERTS, VERDICTS, Facets
from player.library import Library
from player.review_state import REVIEW_STATES
from player.shelf import SavedSearch, Shelf
from recorder.real_path import real_path

_LENGTH = re.compile(r"([0-9]{1,9})([smh]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def add_facets(one: argparse.ArgumentParser) -> None:
    """Options for everything a recording is found by besides text."""
    group = one.add_argument_group("which recordings")
    group.add_argument("--operator", type=_some, metavar="NAME", help="recorded of whom: any part of the name")
    group.add_argument("--host", type=_some, metavar="NAME", help="on which machine: any part of the name")
    group.add_argument(
        "--application", type=_some, metavar="NAME", help="an application was used: any part of its name"
    )
    group.add_argument(
        "--from-date", type=day, metavar="DAY", help="on this day (2026-11-22) or later, as it was there"
    )
    group.add_argument("--to-date", type=day, metavar="DAY", help="on this day or earlier")
    group.add_argument("--longer-than", type=_length, metavar="T", dest="longer_than_s", help="90 or 90s, 30m, 2h")
    group.add_argument("--shorter-than", type=_length, metavar="T", dest="shorter_than_s", help="the same")
    group.add_argument("--verdict", choices=VERDICTS, metavar="V", help=f"of the last verify: {', '.join(VERDICTS)}")
    group.add_argument(
        "--alert", choices=ALERTS, metavar="A", help=f"an alert of at least this severity: {', '.join(ALERTS)}"
    )
    group.add_argument("--review", choices=REVIEW_STATES, metavar="R", help=f"reviewed: {', '.join(REVIEW_STATES)}")
    group.add_argument("--saved", type=_some, metavar="NAME", help="as a search that was saved under this name")
    group.add_argument(
        "--all-libraries", action="store_true", help="in all libraries that you have used, not only in this one"
    )


def libraries_of(desk: Desk, asked: argparse.Namespace) -> list[Library]:
    """The library that is meant, and with `--all-libraries` the others that this person has used."""
    libraries = [desk.library]
    for folder in Shelf.of_this_user().libraries() if asked.all_libraries else ():
        if all(real_path(folder) != real_path(one.folder) for one in libraries):
            libraries.append(Library(folder, devices=desk.library.devices))
    return libraries


def saved_of(asked: argparse.Namespace) -> SavedSearch | None:
    """The saved search that was named, if one was.

    Raises:
        UnreadableError: there is none of that name.
    """
    return None if asked.saved is None else Shelf.of_this_user().search(asked.saved)


def facets_of(asked: argparse.Namespace) -> Facets:
    """What was asked: the saved search, and over it what stands beside it."""
    saved = saved_of(asked)
    given = {name: value for name in Facets.__dataclass_fields__ if (value := getattr(asked, name)) is not None}
    return replace(Facets() if saved is None else saved.facets, **given)


def _some(text: str) -> str:
    if not text.strip():
        msg = "it is empty"
        raise argparse.ArgumentTypeError(msg)
    return text


def _length(text: str) -> int:
    found = _LENGTH.fullmatch(text)
    if found is None:
        msg = f"{text!r} is not a length; write 90, 30m or 2h"
        raise argparse.ArgumentTypeError(msg)
    return int(found[1]) * _UNITS[found[2]]
