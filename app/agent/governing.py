"""What is recorded and how: as asked on the command line, as far as the policy leaves it open."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recorder.errors import PolicyError
from recorder.policy.in_force import policy_in_force
from recorder.policy.paths import path_here
from recorder.policy.policy_file import PolicyFile
from recorder.policy.purpose import purpose_problem

_OPTIONS = {
    "keys": "recording.keys",
    "fps": "recording.frames_per_s",
    "clipboard_text": "recording.clipboard_text",
    "library": "recording.library",
    "recipients": "recording.recipients",
}


@dataclass(frozen=True, slots=True)
class Governed:
    """`asked` is what holds: every option has its value, and what the policy fixes is as it says."""

    asked: argparse.Namespace
    policy: PolicyFile


def govern(
    asked: argparse.Namespace, keys: Path, tell: Callable[[str], None], *, held: PolicyFile | None = None
) -> Governed:
    """Bring what was asked under the policy that is in force here, or is `held` to; what it overrules is told.

    Raises:
        PolicyError: the policy is faulty, refused, or cannot be followed here.
        KeyMissingError: the policy was altered after it was signed.
        StorageError: that the policy holds cannot be kept in mind.
    """
    file = held or policy_in_force(keys, given=asked.policy)
    options = dict(vars(asked))
    for option, key in _OPTIONS.items():
        given, said = options[option], _said(file, key)
        if key in file.policy.fixed and given is not None and given != said:
            tell(f"{_flag(option)} is overruled: the policy sets `{key}`.")
        options[option] = said if given is None or key in file.policy.fixed else given
    for option in _plain_files(options):
        if not file.policy.recording.plain_files:
            tell(f"{_flag(option)} is overruled: the policy allows no ordinary files beside a recording.")
            options[option] = None
    return Governed(argparse.Namespace(**options), file)


def require_purpose(governed: Governed) -> None:
    """Where no notice asks for a purpose, the command line must have it, if the policy wants one.

    Raises:
        PolicyError: it has none, or not such a one.
    """
    problem = purpose_problem(governed.policy.policy.notice, governed.asked.purpose)
    if problem:
        msg = f"{problem.rstrip('.')} (--purpose TEXT)."
        raise PolicyError(msg)


def _said(file: PolicyFile, key: str) -> object:
    recording = file.policy.recording
    match key:
        case "recording.library":
            return path_here(key, recording.library)
        case "recording.recipients":
            return path_here(key, recording.recipients)
        case "recording.keys":
            return str(recording.keys)
        case _:
            return getattr(recording, key.partition(".")[2])


def _plain_files(options: dict[str, object]) -> Iterator[str]:
    yield from (option for option in ("video", "log") if options.get(option) is not None)


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
