"""Folders and files that a policy names and that are not there, or not usable, on this machine."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from recorder.detect.loading import load_rules, rule_files
from recorder.errors import PolicyError
from recorder.evidence.library_folder import library_folder
from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.cautions import Caution
from recorder.policy.paths import path_here
from recorder.policy.toml_lines import Place


def on_places(policy: AgentPolicy) -> Iterator[Caution]:
    """What keeps each of them from being used here, by whoever asks."""
    recording, storage = policy.recording, policy.storage
    yield from _on(("recording", "library"), "recording.library", recording.library, _library)
    yield from _on(("recording", "recipients"), "recording.recipients", recording.recipients, _recipients)
    yield from _on(("storage", "archive"), "storage.archive", storage.archive, _archive)
    yield from _archive_in_library(storage.archive, recording.library)
    for number, folder in enumerate(policy.rules.folders):
        yield from _on(("rules", "folders", number), "rules.folders", folder, _rules)
    for number, channel in enumerate(policy.channels):
        for name in ("ca_file", "secret_file"):
            yield from _on(("channels", number, name), f"channels.{name}", getattr(channel, name), _channel_file)


def _on(place: Place, key: str, text: str, problem: Callable[[Path], str]) -> Iterator[Caution]:
    try:
        path = path_here(key, text)
    except PolicyError as error:
        yield Caution(place, str(error))
        return
    said = problem(path) if path is not None else ""
    if said:
        yield Caution(place, f"`{key}`: {inert(str(path))} {said}")


def _library(path: Path) -> str:
    if path.exists():
        problem = _folder_problem(path)
        if problem or os.access(path, os.W_OK | os.X_OK):
            return f"{problem}: nothing is recorded here." if problem else ""
        return "cannot be written to by you: whoever cannot is not recorded here."
    above = next((one for one in path.parents if one.exists()), None)
    if above is not None and above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return ""  # it is made by the first recording
    return "is not there and cannot be made by you: whoever cannot is not recorded here."


def _recipients(path: Path) -> str:
    problem = _file_problem(path)
    return f"{problem}: nothing is recorded here without it." if problem else ""


def _archive(path: Path) -> str:
    problem = _folder_problem(path)
    return f"{problem}: no recording expires before it is there." if problem else ""


def _archive_in_library(archive: str, library: str) -> Iterator[Caution]:
    """An archive that is the library, or leads there: nothing in it is a copy."""
    try:
        there, here = path_here("storage.archive", archive), path_here("recording.library", library)
        is_same = there is not None and there.samefile(library_folder(here))
    except (PolicyError, OSError):  # said of each by itself
        return
    if is_same:
        yield Caution(("storage", "archive"), "`storage.archive` is the library itself: no recording expires.")


def _channel_file(path: Path) -> str:
    problem = _file_problem(path)
    return f"{problem}: the channel sends nothing here without it." if problem else ""


def _rules(path: Path) -> str:
    if not path.exists():
        return "is not there on this machine: none of its rules judges."
    if not os.access(path, os.R_OK):
        return "cannot be read by you: none of its rules judges where it cannot."
    files = rule_files([path])
    if not files:
        return "has no file of rules (.yml): no rule of it judges."
    faults = load_rules(files).faults
    if faults:
        return f"has {_counted(len(faults), 'rule')} with a fault, which do not judge; see: tachiai-agent rules check."
    return "may be written to by everybody: rules can be taken out of it." if _is_open(path) else ""


def _counted(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"


def _is_open(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:  # gone meanwhile
        return False
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX


def _folder_problem(path: Path) -> str:
    if not path.exists():
        return "is not there on this machine"
    if not path.is_dir():
        return "is no folder"
    return "" if os.access(path, os.R_OK | os.X_OK) else "cannot be read by you"


def _file_problem(path: Path) -> str:
    if not path.exists():
        return "is not there on this machine"
    if not path.is_file():
        return "is no file"
    return "" if os.access(path, os.R_OK) else "cannot be read by you"
