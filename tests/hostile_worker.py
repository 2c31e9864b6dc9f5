"""A picture worker with the real walls whose decoder does what a hostile picture could make it do.

`python -m tests.hostile_worker DEED [FILE NUMBER OF THE SHARED MEMORY]`: a patch that begins with MARK does the deed.
"""

import os
import sys
from pathlib import Path

import numpy as np

from player.worker import serving
from player.worker.track import TrackState
from player.worker.wire import Answer, Do, Step, write_answer

MARK = b"\x01hostile"  # what a patch begins with that does it


class Hostile(TrackState):
    """Decodes as the real one, but for marked patches."""

    def do(self, request: Do, step: Step) -> None:
        patch = self._patches.get(step.place)
        if patch is not None and patch.data.startswith(MARK):
            DEEDS[sys.argv[1]]()
        super().do(request, step)

    @property
    def picture(self):
        true = super().picture
        return np.full_like(true, 7) if sys.argv[1] == "lie" else true


def loop() -> None:
    while True:
        pass


def take_memory() -> None:
    taken = []
    while True:
        taken.append(np.empty(64 << 20, np.uint8))


def crash() -> None:
    os._exit(3)


def babble() -> None:
    os.write(1, b"\xff" * 4096)


def claim_much() -> None:
    os.write(1, b"\x02" + b"\xff\xff\xff\x7f")


def say_nothing_known() -> None:
    os.write(1, write_answer(Answer.DAMAGED, b"a sheet is <b>damaged</b>\n"))


def open_files() -> None:
    Path("/etc/passwd").read_bytes()
    os.write(1, write_answer(Answer.DONE))


DEEDS = {
    "loop": loop,
    "take_memory": take_memory,
    "crash": crash,
    "babble": babble,
    "claim_much": claim_much,
    "say_nothing_known": say_nothing_known,
    "open_files": open_files,
}

if __name__ == "__main__":
    sys.exit(serving.run(sys.argv[2:], Hostile))
