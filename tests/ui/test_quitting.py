"""What ends the window from outside ends it as a person does."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from player.ledger.ledger import ledger_folder
from tests.player_place import Place
from tests.recordings import SESSION_ID

LIMIT_S = 60.0


def kinds() -> list[str]:
    lines = [line for path in ledger_folder().glob("*.jsonl") for line in path.read_bytes().splitlines()]
    return [json.loads(line)["entry"]["kind"] for line in lines]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_the_window_and_that_is_entered(capsys, number):
    place = Place(capsys)
    desk = place.desk()
    desk.paint()
    desk.wait(2)
    desk.close()
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "player", "open", SESSION_ID]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
        until_s = time.monotonic() + LIMIT_S
        while "verified" not in kinds() and program.poll() is None and time.monotonic() < until_s:
            os.sched_yield()
        program.send_signal(number)
        said, _ = program.communicate(timeout=LIMIT_S)
    assert program.returncode == 0, said
    assert b"Traceback" not in said
    assert "closed" in kinds()
