"""Asks the person in the window for a reason or a second person, from whichever thread wants to know."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from player.ledger.given import Given, GivenAsker
from player.ledger.policy import Occasion, Policy
from player.ledger.second import SecondPerson
from player.ui.background import Home
from recorder.evidence.opening import GroupsLackingError
from recorder.streams import say

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ReasonWanted:
    """Why somebody looks at a recording. `problem`: why what they gave before will not do, in a sentence."""

    policy: Policy
    occasion: Occasion
    recording: str
    problem: str


@dataclass(frozen=True, slots=True)
class SecondWanted:
    """Who opens the groups that are lacking."""

    lacking: GroupsLackingError
    folder: Path
    problem: str


class Dialogues(Protocol):
    """Shows the questions; called at home, and returns when the person has answered."""

    def ask_reason(self, wanted: ReasonWanted) -> str | None:
        """The reason; None: they gave up."""
        ...

    def ask_second(self, wanted: SecondWanted) -> SecondPerson | None:
        """The second person; None: nobody."""
        ...


class WindowAsker:
    """What was given on the command line is taken first; the dialogues are asked after that, if there are any."""

    hint = ""

    def __init__(self, given: Given | None = None) -> None:
        self._given = GivenAsker(given or Given(), self.note)
        self._dialogues: Dialogues | None = None
        self._home: Home | None = None
        self._open: _Answer[object] | None = None
        self._is_closed = False
        self._search_reason = ""

    def attach(self, dialogues: Dialogues, *, home: Home) -> None:
        """From now on these are asked, at home."""
        self._dialogues, self._home = dialogues, home

    def close(self) -> None:
        """Nobody is there to answer any more."""
        self._is_closed = True
        if self._open is not None:
            self._open.give(None)

    def reason(self, policy: Policy, occasion: Occasion, recording: str, problem: str) -> str | None:
        """Why: as said on the command line, else as the person says; of searches asked once."""
        if not policy.asks_reason(occasion):
            return self._given.reason(policy, occasion, recording, "")
        said = self._given.reason(policy, occasion, recording, problem)
        if said:
            return said
        if occasion is Occasion.SEARCH and self._search_reason and not problem:
            return self._search_reason
        wanted = ReasonWanted(policy, occasion, recording, problem)
        answer = self._ask(lambda dialogues: dialogues.ask_reason(wanted))
        if occasion is Occasion.SEARCH:
            self._search_reason = answer or ""
        return answer

    def second(self, lacking: GroupsLackingError, folder: Path, problem: str) -> SecondPerson | None:
        """Whoever is here or has answered."""
        if not problem and (found := self._given.second(lacking, folder, problem)) is not None:
            return found
        wanted = SecondWanted(lacking, folder, problem)
        return self._ask(lambda dialogues: dialogues.ask_second(wanted))

    def note(self, sentence: str) -> None:
        """Say something to whoever looks at the terminal."""
        say(sys.stderr, f"tachiai-player: {sentence}\n")

    def _ask(self, show: Callable[[Dialogues], _T | None]) -> _T | None:
        dialogues, home = self._dialogues, self._home
        if dialogues is None or home is None or self._is_closed:
            return None
        if threading.current_thread() is threading.main_thread():
            return show(dialogues)
        answer: _Answer[_T] = _Answer()
        self._open = answer  # type: ignore[assignment]  # only ever given None from elsewhere
        home(lambda: answer.give(None if self._is_closed else show(dialogues)))
        return answer.wait()


class _Answer(Generic[_T]):
    """One answer, carried from the window to the thread that waits for it; the first one counts."""

    def __init__(self) -> None:
        self._given = threading.Event()
        self._value: _T | None = None

    def give(self, value: _T | None) -> None:
        if not self._given.is_set():
            self._value = value
            self._given.set()

    def wait(self) -> _T | None:
        self._given.wait()
        return self._value
