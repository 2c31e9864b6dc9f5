"""Asks the person in the window for a reason or a second person, from whichever thread wants to know."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from player.ledger.given import Given, GivenAsker
from player.ledger.ledger import Ledger
from player.ledger.policy import Occasion, Policy
from player.ledger.requesting import write_request
from player.ledger.second import SecondPerson
from player.ui.background import Home
from recorder.errors import WorldError
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
class SecondAnswer:
    """What the dialog was left with: a key file and its passphrase, a response, or where to write a request to."""

    key: Path | None = None
    passphrase: str = field(default="", repr=False)
    response: Path | None = None
    request: Path | None = None


@dataclass(frozen=True, slots=True)
class SecondWanted:
    """Who opens the groups that are lacking. `before`: what was answered the last time, and would not do."""

    lacking: GroupsLackingError
    problem: str = ""
    news: str = ""
    before: SecondAnswer = SecondAnswer()


class Dialogues(Protocol):
    """Shows the questions; called at home, and returns when the person has answered."""

    def ask_reason(self, wanted: ReasonWanted) -> str | None:
        """The reason; None: they gave up."""
        ...

    def ask_second(self, wanted: SecondWanted) -> SecondAnswer | None:
        """What is known of the second person; None: there is nobody."""
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
        self._last_reason = ""
        self._last_second = SecondAnswer()

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
        self._last_reason = answer or ""
        return answer

    def second(self, lacking: GroupsLackingError, folder: Path, problem: str) -> SecondPerson | None:
        """Whoever is here or has answered."""
        if not problem and (found := self._given.second(lacking, folder, problem)) is not None:
            return found
        wanted = SecondWanted(lacking, problem, before=self._last_second if problem else SecondAnswer())
        while (answer := self._ask_second(wanted)) is not None:
            try:
                if answer.request is None:
                    return _second_of(answer, lacking, folder, self.note)
                write_request(folder, answer.request, ledger=Ledger.of_this_user(), reason=self._last_reason)
                wanted = SecondWanted(lacking, news=str(answer.request))
            except WorldError as error:
                wanted = SecondWanted(lacking, str(error), before=self._last_second)
        return None

    def _ask_second(self, wanted: SecondWanted) -> SecondAnswer | None:
        answer = self._ask(lambda dialogues: dialogues.ask_second(wanted))
        self._last_second = SecondAnswer() if answer is None else replace(answer, passphrase="")
        return answer

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


def _second_of(
    answer: SecondAnswer, lacking: GroupsLackingError, folder: Path, note: Callable[[str], None]
) -> SecondPerson | None:
    """Opening the key takes a while: this is done away from the window."""
    given = Given(second=answer.key, response=answer.response, second_passphrase=answer.passphrase)
    return GivenAsker(given, note).second(lacking, folder, "")


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
