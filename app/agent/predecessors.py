"""Earlier recordings that were never closed: the next start says so, once, and in the new recording too."""

import sys
from collections.abc import Iterator
from pathlib import Path

from recorder.errors import WorldError
from recorder.events import PredecessorInterrupted
from recorder.evidence.key_folder import keys_folder, trusted_devices
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.summary import RecordingState, summarize
from recorder.streams import say_soon

MENTIONED = "mentioned-interruptions.txt"


def mention_interrupted(library: Path, home: Path, *, besides: Path) -> list[PredecessorInterrupted]:
    """The recordings in the library that have no end and that no start has mentioned yet, as events of this one."""
    mentioned_path = home / MENTIONED
    try:
        found = list(_interruptions(library, _read_lines(mentioned_path), besides))
        for event in found:
            say_soon(sys.stderr, _sentence(library / event.session_id))
        if found:
            with mentioned_path.open("a", encoding="utf-8") as out:
                out.writelines(f"{event.session_id}\n" for event in found)
    except OSError as error:  # a library to put into and not to look into, say: no reason not to record
        say_soon(sys.stderr, f"tachiai-agent: Earlier recordings could not be looked at ({error}).\n")
        return []
    return found


def _interruptions(library: Path, mentioned: frozenset[str], besides: Path) -> Iterator[PredecessorInterrupted]:
    devices = trusted_devices(keys_folder())
    for folder in sorted(library.iterdir()):
        if folder != besides and folder.name not in mentioned and folder.is_dir():
            event = _interruption(folder, devices)
            if event is not None:
                yield event


def _interruption(folder: Path, devices: DeviceTrust) -> PredecessorInterrupted | None:
    try:
        summary = summarize(folder, devices)
    except WorldError:  # not a recording, or one that `list` will complain about
        return None
    # Anybody may put a folder here, with any name: only what a known device wrote, where it was written, is repeated.
    if summary.state is not RecordingState.INTERRUPTED or not summary.device_known:
        return None
    if folder.name != summary.header.session_id:
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
        return frozenset(path.read_text(encoding="utf-8", errors="replace").split())
    except FileNotFoundError:
        return frozenset()
