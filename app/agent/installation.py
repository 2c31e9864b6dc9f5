"""`tachiai-agent install`, `uninstall` and `start`."""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from app.agent.notes import note
from app.agent.supervision.peer import agent_command
from app.installation.files import InstallationError, Places
from app.installation.installing import Step, install, uninstall
from app.installation.starting import become, reload_manager, started_by_manager
from recorder.logrow import inert
from recorder.streams import said_or_refused

CHANGED_BY_HAND = 4
_DONE = {
    "write": "written",
    "keep": "there already",
    "remove": "removed",
    "leave": "left: it was changed since it was installed; remove it by hand if it is not wanted",
    "gone": "gone already",
}
_WOULD = {"write": "would be written", "remove": "would be removed"}


def run_installation(asked: argparse.Namespace, out: TextIO) -> int:
    """Do what was asked; the exit status."""
    if asked.command == "start":
        return run_start()
    return run_install(asked, out) if asked.command == "install" else run_uninstall(asked, out)


def run_install(asked: argparse.Namespace, out: TextIO) -> int:
    """Install it for this user or for all; what was done is said line by line."""
    steps = install(_places(asked), program(), is_trial=asked.dry_run)
    lines = _lines(steps, is_trial=asked.dry_run)
    if not asked.dry_run:
        if not asked.system:
            reload_manager()
        whose = "every user's" if asked.system else "your"
        lines.append(f"It starts with {whose} next desktop session. To start it in this one: tachiai-agent start")
    _say(lines, out)
    return 0


def run_uninstall(asked: argparse.Namespace, out: TextIO) -> int:
    """Remove what was installed, and nothing else."""
    steps = uninstall(_places(asked), is_trial=asked.dry_run)
    lines = _lines(steps, is_trial=asked.dry_run) or ["Nothing was installed here."]
    if not asked.dry_run and steps:
        if not asked.system:
            reload_manager()
        lines.append("An agent that runs now goes on until the session ends.")
    _say(lines, out)
    return CHANGED_BY_HAND if any(step.action == "leave" for step in steps) else 0


def run_start() -> int:
    """Start it by the service manager, else here."""
    if started_by_manager(os.environ):
        return 0
    note("No service manager starts it, so it runs by itself: if all of it is killed, nothing starts it again.")
    become([str(program()), "run", "--wait"])
    return 0


def program() -> Path:
    """The program that the installed files name.

    Raises:
        InstallationError: there is no program that could be started from anywhere.
    """
    command = agent_command()
    if len(command) == 1:
        return Path(command[0])
    beside = shutil.which("tachiai-agent", path=str(Path(sys.executable).parent))
    if beside is None:
        msg = "There is no program tachiai-agent beside this Python; install the package, then try again."
        raise InstallationError(msg)
    return Path(beside).absolute()


def _places(asked: argparse.Namespace) -> Places:
    if asked.system:
        return Places.of_system(Path("/"))
    return Places.of_user(_folder("XDG_CONFIG_HOME", ".config"), _folder("XDG_DATA_HOME", ".local/share"))


def _folder(variable: str, otherwise: str) -> Path:
    given = os.environ.get(variable, "")
    return Path(given) if given and Path(given).is_absolute() else Path.home() / otherwise


def _lines(steps: tuple[Step, ...], *, is_trial: bool) -> list[str]:
    words = _DONE | _WOULD if is_trial else _DONE
    return [f"{inert(str(step.path))}: {words[step.action]}" for step in steps]


def _say(lines: list[str], out: TextIO) -> None:
    with said_or_refused(out):
        out.write("\n".join(lines) + "\n")
        out.flush()
