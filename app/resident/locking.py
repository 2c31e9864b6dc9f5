"""Lock the screen, or end the desktop session, by the first way that is seen to work; which one is said."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recorder.logrow import inert

LIMIT_S = 5.0
SEEN_WITHIN_S = 3.0
_LOOK_EVERY_S = 0.2
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class Way:
    """A command that locks or ends; `name` is how the outcome calls it."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`way` is the one that worked, None if none did; `said` tells every one that was tried."""

    way: str | None
    said: str


Run = Callable[[Sequence[str]], str]


def locking_ways(environment: Mapping[str, str]) -> tuple[Way, ...]:
    """How a screen is locked here, the surest first."""
    session = environment.get("XDG_SESSION_ID", "")
    login = ("loginctl", "lock-session", *((session,) if session else ()))
    return (Way("loginctl lock-session", login), Way("xdg-screensaver lock", ("xdg-screensaver", "lock")))


def ending_ways(environment: Mapping[str, str]) -> tuple[Way, ...]:
    """How a desktop session is ended here: as the desktop does it, else by the login manager."""
    session = environment.get("XDG_SESSION_ID", "")
    ways = [
        Way("gnome-session-quit", ("gnome-session-quit", "--logout", "--no-prompt", "--force")),
        Way("xfce4-session-logout", ("xfce4-session-logout", "--logout", "--fast")),
        Way("mate-session-save", ("mate-session-save", "--force-logout")),
        Way("openbox", ("openbox", "--exit")),
    ]
    desktops = environment.get("XDG_CURRENT_DESKTOP", "").lower()
    own = [way for way in ways if way.name.partition("-")[0].removesuffix("4") in desktops]
    login = [Way("loginctl terminate-session", ("loginctl", "terminate-session", session))] if session else []
    return (*login, *own)


def lock_screen(
    ways: Sequence[Way],
    *,
    is_locked: Callable[[], bool],
    run: Run | None = None,
    wait: Callable[[float], object] | None = None,
    within_s: float = SEEN_WITHIN_S,
) -> Outcome:
    """Lock the screen.

    That a command ended well proves nothing: a way has worked once the screen is seen to be locked.
    """
    started, pause = run or run_command, wait or threading.Event().wait
    tried: list[str] = []
    for way in ways:
        problem = started(way.command)
        if problem:
            tried.append(f"{way.name}: {problem}")
            continue
        if _comes_true(is_locked, pause, within_s):
            return Outcome(way.name, "; ".join((*tried, f"{way.name}: locked")))
        tried.append(f"{way.name}: nothing was locked within {within_s:g} s")
    return Outcome(None, "; ".join(tried))


def end_session(ways: Sequence[Way], *, run: Run | None = None) -> Outcome:
    """End the desktop session; who asked for it ends with it, so that a way is over at all is as much as is known."""
    started = run or run_command
    tried: list[str] = []
    for way in ways:
        problem = started(way.command)
        if not problem:
            return Outcome(way.name, "; ".join((*tried, f"{way.name}: asked")))
        tried.append(f"{way.name}: {problem}")
    return Outcome(None, "; ".join(tried) or "this desktop names no way to end its session")


def run_command(command: Sequence[str]) -> str:
    """Run it to its end; what went wrong, "" if nothing did."""
    done = _done(command)
    if isinstance(done, str):
        return done
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return inert(lines[-1])[:_LONGEST_PROBLEM] if lines else f"exit status {done.returncode}"


def answer_of(command: Sequence[str]) -> str:
    """What it prints; "" if it cannot be asked."""
    done = _done(command)
    return "" if isinstance(done, str) else done.stdout.decode("utf-8", "replace").strip()


def _done(command: Sequence[str]) -> "subprocess.CompletedProcess[bytes] | str":
    """The command at its end; in words why it did not get there."""
    program = shutil.which(command[0])
    if program is None:
        return "not installed"
    try:
        return subprocess.run(
            [program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"did not answer within {LIMIT_S:g} s"
    except OSError as error:
        return str(error.strerror or error)


def _comes_true(is_so: Callable[[], bool], wait: Callable[[float], object], within_s: float) -> bool:
    for _ in range(max(1, round(within_s / _LOOK_EVERY_S))):
        if is_so():
            return True
        wait(_LOOK_EVERY_S)
    return is_so()
