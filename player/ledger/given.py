"""Reason and second person as they were given on the command line: nobody is asked again."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from player.ledger.policy import Occasion, Policy
from player.ledger.second import SecondPerson, by_key
from player.ledger.two_persons import use_response
from player.persons import Persons, this_person
from recorder.clock import SystemClock
from recorder.errors import KeyMissingError
from recorder.evidence.key_folder import home_folder
from recorder.evidence.keys import AuditorKey
from recorder.evidence.opening import GroupsLackingError

SECOND_PASSPHRASE_VARIABLE = "TACHIAI_SECOND_PASSPHRASE"


@dataclass(frozen=True, slots=True)
class Given:
    """Why content is wanted, and who opens it too: a key file, or a response to a request."""

    reason: str = ""
    second: Path | None = None
    response: Path | None = None
    second_passphrase: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, asked: argparse.Namespace) -> "Given":
        """As the command line says; the second person's passphrase is taken out of the environment."""
        return cls(
            getattr(asked, "reason", None) or "",
            getattr(asked, "second", None),
            getattr(asked, "response", None),
            os.environ.pop(SECOND_PASSPHRASE_VARIABLE, None),
        )


class GivenAsker:
    """Answers with what was given."""

    hint = " Give it with --reason."

    def __init__(self, given: Given, note: Callable[[str], None]) -> None:
        self._given = given
        self._note = note

    def reason(self, policy: Policy, occasion: Occasion, recording: str, problem: str) -> str | None:
        """What --reason said; None once that will not do."""
        del policy, occasion, recording
        return None if problem else self._given.reason

    def second(self, lacking: GroupsLackingError, folder: Path, problem: str) -> SecondPerson | None:
        """What --response or --second brings; None if there is neither, or it is not enough."""
        del folder
        if problem:
            self._note(problem)
            return None
        if self._given.response is not None:
            return use_response(
                self._given.response,
                me=this_person().person,
                home=home_folder(),
                now_wall_ns=SystemClock().read().wall_ns,
                name_of=Persons.load().name_of,
            )
        if self._given.second is not None:
            return by_key(AuditorKey.load(self._given.second, lambda: self._second_passphrase(lacking)))
        return None

    def _second_passphrase(self, lacking: GroupsLackingError) -> str:
        given = self._given.second_passphrase
        return given if given is not None else _ask_passphrase(lacking)


def _ask_passphrase(lacking: GroupsLackingError) -> str:
    if not (sys.stdin is not None and sys.stdin.isatty()):
        msg = (
            "The second person's key is locked by a passphrase and there is no terminal to ask on; set "
            f"{SECOND_PASSPHRASE_VARIABLE}."
        )
        raise KeyMissingError(msg)
    return getpass.getpass(f"Passphrase of the second person's key ({', '.join(lacking.lacking)}): ")
