"""What stands for a recording that expired: what it was, its hashes and verdict, when and why it went; signed."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from recorder.errors import StorageError, UnreadableError
from recorder.evidence.files import Files, read_small_file, storage_sentence, write_private_file
from recorder.evidence.keys import DeviceKey, DeviceTrust
from recorder.keeping.places import KeepingPlaces
from recorder.keeping.signed import SignedStatement, read_signed, signed, written

FORMAT = "tachiai-tombstone/1"
_CONTEXT = b"tachiai/tombstone/1\x00"
_MOST_BYTES = 16 << 20


class FileHash(msgspec.Struct, frozen=True):
    """A file of a recording, by its path in the recording's folder."""

    name: str
    size_bytes: int
    sha256: str


class Tombstone(SignedStatement, frozen=True, kw_only=True):
    """What a recording was, as far as its headers told it, and why it went.

    `why` is "age" or "quota", `policy_version` that of the policy that said so. `archive` is where it was found stored
    and verified, "" if none was asked for. `verdict` and `findings` are what `verify` said of it at its end.
    """

    format: str
    session_id: str
    operator: str
    host: str
    purpose: str
    started_wall_ns: int
    utc_offset_s: int
    duration_ns: int
    state: str
    size_bytes: int
    files: tuple[FileHash, ...]
    verdict: str
    findings: tuple[str, ...]
    why: str
    detail: str
    policy_version: int
    expired_wall_ns: int
    archive: str = ""


def raise_tombstone(tombstone: Tombstone, places: KeepingPlaces, *, device: DeviceKey, files: Files) -> Tombstone:
    """Sign it and put it there, whole or not at all.

    Raises:
        StorageError: it could not be written.
    """
    made = signed(tombstone, device, _CONTEXT)
    write_private_file(places.tombstone(made.session_id), written(made), files=files)
    return made


def read_tombstone(path: Path, devices: DeviceTrust) -> Tombstone:
    """What stands for a recording.

    Raises:
        UnreadableError: it is damaged, altered, not signed by a known device, or of another recording.
        StorageError: it could not be read.
    """
    try:
        data = read_small_file(path, most_bytes=_MOST_BYTES)
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error
    found = read_signed(data, Tombstone, devices, _CONTEXT, f"The tombstone {path}")
    if found.format != FORMAT or path.name != f"{found.session_id}.json":
        msg = f"The tombstone {path} is of another recording, or of a newer version."
        raise UnreadableError(msg)
    return found


def tombstone_files(places: KeepingPlaces) -> Iterator[Path]:
    """The tombstones that count: of recordings that do not stand any more, the newest first."""
    try:
        found = sorted((one for one in places.tombstones.iterdir() if one.suffix == ".json"), reverse=True)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(storage_sentence(places.tombstones, error)) from error
    yield from (one for one in found if not (places.library / one.stem).exists())
