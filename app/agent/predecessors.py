"""Earlier recordings that were never closed: the next start says so, once, and in the new recording too."""

import sys
from pathlib import Path

from recorder.errors import WorldError
from recorder.events import PredecessorInterrupted
from recorder.evidence.key_folder import keys_folder, trusted_devices
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.summary import RecordingState, summarize

MENTIONED = "mentioned-interruptions.txt"


def mention_interrupted(library: Path, home: Path, *, besides: Path) -> list[PredecessorInterrupted]:
    """The recordings in the library that have no end and that no start has mentioned yet, as events of this one."""
    mentioned_path = home / MENTIONED
    mentioned = _read_lines(mentioned_path)
    devices = trusted_devices(keys_folder())
    found = []
    for folder in sorted(library.iterdir()):
        if folder == besides or folder.name in mentioned or not folder.is_dir():
            continue
        event = _interruption(folder, devices)
        if event is not None:
            found.append(event)
            sys.stderr.write(_sentence(folder))
    if found:
        with mentioned_path.open("a", encoding="utf-8") as out:
            out.writelines(f"{event.session_id}\n" for event in found)
    return found


def _interruption(folder: Path, devices: DeviceTrust) -> PredecessorInterrupted | None:
    try:
        summary = summarize(folder, devices)
    except WorldError:  # not a recording, or one that `list` will complain about
        return None
    if summary.state is not RecordingState.INTERRUPTED:
        return None
    last_wall_ns = summary.header.started.wall_ns + int(summary.duration_s * 1e9)
    return PredecessorInterrupted(at_ns=0, session_id=folder.name, last_wall_ns=last_wall_ns)


def _sentence(folder: Path) -> str:
    return (
        f"tachiai-agent: The recording {folder.name} was interrupted and has no end; what was sealed is kept, "
        f"look at it with: tachiai-player verify {folder}\n"
    )


def _read_lines(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except FileNotFoundError:
        return frozenset()
