"""Where `run` cannot record: it is said on the screen, and tried again until it can or the session ends.

The program starts itself anew for that, so that a second try finds everything as the first did.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping

from app.agent.supervision.peer import agent_command
from app.installation.starting import become
from recorder.clock import NS_PER_S, Clock

AGAIN_AFTER_S = 60.0
REMINDED_AFTER_S = 900
_BEFORE = "TACHIAI_FAILED_BEFORE"  # "shown", or the second of the machine's uptime at which the window was put away
_SHOWN = "shown"


def failed_before() -> str:
    """What the last try said; it is said once, so that no other process inherits it."""
    return os.environ.pop(_BEFORE, "")


def is_told_on_screen(asked: argparse.Namespace, environment: Mapping[str, str]) -> bool:
    """Whether there is a screen to say it on. Not by who takes over a recorder: that starts another one."""
    if asked.no_window or asked.adopt is not None:
        return False
    from app.ui.display import why_no_window

    return not why_no_window(environment)


def tell_and_try_again(sentence: str, before: str, clock: Clock) -> None:
    """Say it, and begin anew; returns only if a person in a terminal put the window away."""
    now_s = clock.boot_ns() // NS_PER_S
    if before.isdigit() and 0 <= now_s - int(before) < REMINDED_AFTER_S:
        threading.Event().wait(AGAIN_AFTER_S)
        _begin_anew(before)
    from app.ui.failure_window import Leaving, show_failure

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would not let Python hear of it
    leaving = show_failure(sentence, stands_s=AGAIN_AFTER_S, takes_keys=before != _SHOWN)
    if leaving is Leaving.CLOSED:
        if sys.stderr is not None and sys.stderr.isatty():
            return
        threading.Event().wait(AGAIN_AFTER_S)
        _begin_anew(str(clock.boot_ns() // NS_PER_S))
    _begin_anew("" if leaving is Leaving.AGAIN else _SHOWN)


def _begin_anew(before: str) -> None:
    if before:
        os.environ[_BEFORE] = before
    become([*agent_command(), *sys.argv[1:]])
