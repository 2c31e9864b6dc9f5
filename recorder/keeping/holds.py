"""Recordings that must not expire: who held them back and why, each entry signed and chained to the one before.

The file only ever grows: a release is one more entry. What is damaged or unsigned holds everything: nothing expires
while it cannot be read. What this cannot show is that the last entries were cut off; whoever can do that holds the
device's files, and could delete the recordings as well.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from recorder.errors import StorageError, UnreadableError
from recorder.evidence.files import Files, read_small_file, storage_sentence, write_private_file
from recorder.evidence.keys import DeviceKey, DeviceTrust
from recorder.keeping.signed import SignedStatement, read_signed, signed, written

FORMAT = "tachiai-hold/1"
_CONTEXT = b"tachiai/hold/1\x00"
_MOST_BYTES = 64 << 20
LONGEST_TEXT = 2000


class HoldEntry(SignedStatement, frozen=True, kw_only=True):
    """`action` is "hold" or "release". `previous` is the SHA-256 of the line before, "" for the first."""

    format: str
    number: int
    action: str
    recording: str
    who: str
    why: str
    wall_ns: int
    previous: str


@dataclass(frozen=True, slots=True)
class Holds:
    """The whole file, and what holds now, by recording."""

    entries: tuple[HoldEntry, ...]
    current: dict[str, HoldEntry]
    data: bytes = b""


def read_holds(path: Path, devices: DeviceTrust) -> Holds:
    """What is held.

    Raises:
        UnreadableError: the file is damaged, altered, or not signed by a known device.
        StorageError: it could not be read.
    """
    try:
        data = read_small_file(path, most_bytes=_MOST_BYTES)
    except FileNotFoundError:
        return Holds((), {})
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error
    entries: list[HoldEntry] = []
    current: dict[str, HoldEntry] = {}
    previous = ""
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        entry = read_signed(line, HoldEntry, devices, _CONTEXT, f"Line {number} of {path}")
        if (entry.format, entry.number, entry.previous) != (FORMAT, number, previous):
            msg = f"Line {number} of {path} does not follow from the one before; the file was altered."
            raise UnreadableError(msg)
        previous = hashlib.sha256(line).hexdigest()
        entries.append(entry)
        if entry.action == "hold":
            current[entry.recording] = entry
        else:
            current.pop(entry.recording, None)
    return Holds(tuple(entries), current, data)


@dataclass(frozen=True, slots=True)
class Saying:
    """What a person wants entered, and who and why."""

    action: str
    recording: str
    who: str
    why: str
    wall_ns: int


def enter(path: Path, holds: Holds, saying: Saying, *, device: DeviceKey, files: Files) -> HoldEntry:
    """Put one more entry to the file, whole or not at all.

    Raises:
        StorageError: it could not be written; nothing is held or released by it.
    """
    last = holds.data.splitlines(keepends=True)[-1] if holds.data else b""
    entry = HoldEntry(
        format=FORMAT,
        number=len(holds.entries) + 1,
        action=saying.action,
        recording=saying.recording,
        who=saying.who,
        why=saying.why,
        wall_ns=saying.wall_ns,
        previous=hashlib.sha256(last).hexdigest() if last else "",
    )
    entry = signed(entry, device, _CONTEXT)
    write_private_file(path, holds.data + written(entry), files=files)
    return entry
