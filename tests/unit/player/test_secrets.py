"""What the player does so that a passphrase and what it opens stay in its process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recorder.evidence.key_folder import auditor_key_path, keys_folder
from tests.player_place import Place

FIRST = "20260301T140509Z-00000001"
ROOT = Path(__file__).parents[3]
PR_GET_DUMPABLE = 3
# Runs the program, then says what holds in its process, and what a program that it starts would be given.
PROBE = f"""
import ctypes, json, resource, subprocess, sys
from player.__main__ import main
sys.argv[1:] = ["log", {FIRST!r}]
status = main()
child = [sys.executable, "-c", "import os; print('TACHIAI_PASSPHRASE' in os.environ)"]
print(json.dumps([
    status,
    resource.getrlimit(resource.RLIMIT_CORE),
    ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0),
    subprocess.run(child, capture_output=True, text=True).stdout.strip(),
]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what is asked is Linux's")
def test_the_passphrase_opens_and_neither_a_core_file_nor_a_child_gets_it(place: Place) -> None:
    desk = place.desk(FIRST, is_mine=False)
    desk.auditor.save(auditor_key_path(keys_folder(), "locked"), "open sesame")
    desk.type("needle")
    desk.close()
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=os.environ | {"TACHIAI_PASSPHRASE": "open sesame"},
        capture_output=True,
        text=True,
        check=True,
    )
    *rows, said = done.stdout.splitlines()
    assert any("needle" in row for row in rows)
    assert json.loads(said) == [0, [0, 0], 0, "False"]


def test_the_passphrase_is_not_shown_with_the_desk(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from player.commands.desk import Desk

    monkeypatch.setenv("TACHIAI_PASSPHRASE", "open sesame")
    desk = Desk.of_this_user(None, out=sys.stdout, notes=sys.stderr)
    assert desk.given_passphrase == "open sesame"
    assert "sesame" not in repr(desk)
    assert "TACHIAI_PASSPHRASE" not in os.environ
