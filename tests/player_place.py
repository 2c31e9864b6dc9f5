"""Real recordings in a library that the player's own keys and trust open."""

import json
from dataclasses import dataclass

import pytest

from player.cli import main
from player.library import Library
from recorder.evidence.key_folder import auditor_key_path, keys_folder, load_key_ring, trusted_devices
from recorder.evidence.keys import KeyRing
from recorder.evidence.library_folder import library_folder
from tests.recordings import Desk


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    notes: str

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


class Place:
    """The library and the keys of the test's home."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = library_folder(None)
        self._capsys = capsys

    def desk(self, session_id: str = "20260301T140509Z-0123abcd", *, is_mine: bool = True, **options) -> Desk:
        """A session that begins; what it records can be opened here if it `is_mine`."""
        desk = Desk(self.folder, session_id=session_id, **options)
        if is_mine:
            desk.auditor.save(auditor_key_path(keys_folder(), session_id), None)
        trusted_devices(keys_folder()).add(desk.device.public_bytes, "desk")
        return desk

    def library(self) -> Library:
        return Library(self.folder, devices=trusted_devices(keys_folder()))

    def keys(self) -> KeyRing:
        return load_key_ring(keys_folder())

    def run(self, *arguments: str) -> Answer:
        """The program, in this process."""
        self._capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        said = self._capsys.readouterr()
        return Answer(status, said.out, said.err)


def told(answer: Answer) -> str:
    """The one sentence that an error is."""
    assert "Traceback" not in answer.notes
    lines = answer.notes.splitlines()
    assert len(lines) == 1, answer.notes
    return lines[0].removeprefix("tachiai-player: ")
