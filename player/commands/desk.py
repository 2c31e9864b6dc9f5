"""What every command works with: the library, keys, and where words go."""

import getpass
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from player.ledger.gate import Doing, Gate
from player.ledger.given import Given, GivenAsker
from player.ledger.ledger import Ledger
from player.library import Library
from recorder.errors import KeyMissingError
from recorder.evidence.key_folder import keys_folder, load_key_ring, trusted_devices
from recorder.evidence.keys import KeyRing
from recorder.evidence.library_folder import library_folder
from recorder.evidence.reader import RecordingReader
from recorder.logrow import inert
from recorder.streams import said_or_refused

if TYPE_CHECKING:
    from player.ledger.attended import AttendedRecording

PASSPHRASE_VARIABLE = "TACHIAI_PASSPHRASE"
QUIET_S = 1.0  # work that takes no longer than this says nothing while it goes on
BETWEEN_S = 0.2
BETWEEN_LINES_S = 10.0
PROGRAM = "tachiai-player"

Json = Mapping[str, object]
# What JSON leaves as it is and a terminal would obey: C1 controls, and characters that turn the text around them.
_ACTING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Desk:
    """The library and the keys of whoever asks. Keys are looked for only when they are needed."""

    library: Library
    keys_folder: Path
    out: TextIO
    notes: TextIO
    given_passphrase: str | None = field(default=None, repr=False)
    given: Given = field(default_factory=Given, repr=False)

    @classmethod
    def of_this_user(cls, library: Path | None, *, out: TextIO, notes: TextIO, given: Given | None = None) -> "Desk":
        """As the environment says; `library` if it was given. The passphrase is taken out of the environment."""
        passphrase = os.environ.pop(PASSPHRASE_VARIABLE, None)  # no program that is started from here inherits it
        folder = keys_folder()
        shown = Library(library_folder(library), devices=trusted_devices(folder))
        return cls(shown, folder, out, notes, passphrase, given or Given())

    # --- content: every way to it is here, and is entered into the ledger ---------------------------------------------

    @property
    def gate(self) -> Gate:
        """The door to what recordings hold.

        Raises:
            KeyMissingError: there is a policy, and it cannot be used.
        """
        return Gate(Ledger.of_this_user(notify=self.note), GivenAsker(self.given, self.note))

    def play(self, folder: Path, doing: Doing) -> "AttendedRecording":
        """Open a recording, with every picture in it; raises as `Gate.recording` says."""
        return self.gate.recording(folder, doing, keys=self.needed_keys(), devices=self.library.devices)

    def read(self, folder: Path, doing: Doing) -> RecordingReader:
        """Open a recording, chunk by chunk; raises as `Gate.reader` says."""
        return self.gate.reader(folder, doing, keys=self.needed_keys(), devices=self.library.devices)

    def keys(self) -> KeyRing:
        """The auditor keys at hand, as far as they can be opened.

        Raises:
            KeyMissingError: a key that was named cannot be used.
        """
        return self.gate.attended(load_key_ring(self.keys_folder, self.passphrase))

    def needed_keys(self) -> KeyRing:
        """The auditor keys at hand, where nothing can be done without.

        Raises:
            KeyMissingError: a key that was named, or every key there is, cannot be used.
        """
        return self.gate.attended(load_key_ring(self.keys_folder, self.passphrase, is_needed=True))

    @property
    def passphrase(self) -> "Passphrase":
        """The passphrase of the keys, which is asked for when it is first needed."""
        return Passphrase(self.notes, self.given_passphrase)

    def note(self, sentence: str) -> None:
        """Say something beside the answer; names in it come from anywhere."""
        print(f"{PROGRAM}: {inert(sentence)}", file=self.notes)

    def say(self, line: str) -> None:
        """A line of the answer, for a person; names in it come from anywhere."""
        self.say_exactly(inert(line))

    def say_exactly(self, line: str) -> None:
        """A line of the answer, for a program."""
        with said_or_refused(self.out):
            print(line, file=self.out)

    def say_json(self, thing: Json) -> None:
        """An object of the answer, on a line of its own."""
        self.say_exactly(_ACTING.sub(_escape, json.dumps(thing, ensure_ascii=False)))

    def tell_json(self, thing: Json) -> None:
        """An object that says how far a long piece of work is: said now, not once many of them are together."""
        self.say_json(thing)
        with said_or_refused(self.out):
            self.out.flush()

    def say_table(self, rows: Iterable[tuple[str, ...]], *, heads: tuple[str, ...]) -> None:
        """Columns as wide as what is in them; the last is as long as it is."""
        lines = [heads, *rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads) - 1)]
        for line in lines:
            cells = [cell.ljust(width) for cell, width in zip(line, (*widths, 0), strict=True)]
            self.say("  ".join(cells).rstrip())


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


class Passphrase:
    """Asked once, and then remembered for the other keys: the one that was given, else on the terminal."""

    def __init__(self, notes: TextIO, given: str | None) -> None:
        self._notes = notes
        self._given = given or None

    def __call__(self) -> str:
        """The passphrase.

        Raises:
            KeyMissingError: there is nobody to ask.
        """
        if self._given is None:
            self._given = self._from_person()
        return self._given

    def _from_person(self) -> str:
        if not (sys.stdin is not None and sys.stdin.isatty()):
            msg = f"The key is locked by a passphrase and there is no terminal to ask on; set {PASSPHRASE_VARIABLE}."
            raise KeyMissingError(msg)
        return getpass.getpass("Passphrase of the auditor's key: ", stream=self._notes)


def new_passphrase(notes: TextIO, given: str | None) -> str | None:
    """A passphrase for a new key: the one that was given, else asked for; None if there is nobody to ask."""
    if given is not None:
        return given
    if not (sys.stdin is not None and sys.stdin.isatty()):
        return None
    first = getpass.getpass("Passphrase for the new key (empty: none): ", stream=notes)
    if first and getpass.getpass("The same again: ", stream=notes) != first:
        msg = "The two passphrases differ; no key was made."
        raise KeyMissingError(msg)
    return first


class ProgressLine:
    """How far long work is, on standard error: nothing while it is quick, one line that changes on a terminal."""

    def __init__(self, notes: TextIO, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._notes = notes
        self._now_s = now_s
        self._is_terminal = notes.isatty()
        self._next_s = now_s() + QUIET_S
        self._width = 0

    def show(self, words: str) -> None:
        """This is how far it is now."""
        if self._now_s() < self._next_s:
            return
        self._next_s = self._now_s() + (BETWEEN_S if self._is_terminal else BETWEEN_LINES_S)
        if self._is_terminal:
            self._notes.write("\r" + words.ljust(self._width))
            self._width = len(words)
        else:
            self._notes.write(f"{PROGRAM}: {words}\n")
        self._notes.flush()

    def clear(self) -> None:
        """The work is done: the line goes."""
        if self._width:
            self._notes.write("\r" + " " * self._width + "\r")
            self._notes.flush()
            self._width = 0
