"""Start the reference work on a display."""

import subprocess
import sys

from tests.xserver import XServer


def start_work(server: XServer, seconds: float) -> subprocess.Popen[bytes]:
    """The work as a process of its own, once its programs stand on the display.

    Raises:
        RuntimeError: it did not start.
    """
    command = (sys.executable, "-m", "benchmarks.work", "--display", server.display, "--seconds", str(seconds))
    work = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert work.stdout is not None
    if work.stdout.readline().strip() != b"ready":
        message = "the reference work did not start"
        raise RuntimeError(message)
    return work
