"""The made recording kept for the next measurement: making eight hours takes minutes, and a measurement runs often."""

from pathlib import Path

import msgspec

from benchmarks.made_desktop import MadeRecording, make_recording
from recorder.evidence.keys import AuditorKey, DeviceTrust, KeyRing

_FACTS = "made.json"
_KEY = "auditor.key"


class _Facts(msgspec.Struct, frozen=True):
    name: str
    duration_ns: int
    size_bytes: int
    changes: int


def kept_recording(folder: Path, *, hours: float) -> MadeRecording:
    """The recording that was kept in this folder; if there is none, one so long is made and kept."""
    if not (folder / _FACTS).exists():
        _make(folder, hours=hours)
    facts = msgspec.json.decode((folder / _FACTS).read_bytes(), type=_Facts)
    keys = keys_of(folder)
    ring = KeyRing((AuditorKey.load(keys / _KEY, str),))
    devices = DeviceTrust.from_folder(keys)
    return MadeRecording(folder / facts.name, ring, devices, facts.duration_ns, facts.size_bytes, facts.changes)


def opened_with(keys: Path, recording: Path) -> MadeRecording:
    """A recording by its path, and the folder of the keys that open it."""
    ring = KeyRing((AuditorKey.load(keys / _KEY, str),))
    return MadeRecording(recording, ring, DeviceTrust.from_folder(keys), 0, 0, 0)


def keys_of(folder: Path) -> Path:
    """Where the keys are that open the recording kept in this folder."""
    return folder / "keys"


def _make(folder: Path, *, hours: float) -> None:
    keys = keys_of(folder)
    keys.mkdir(parents=True)
    made = make_recording(folder, hours=hours)
    made.keys.keys[0].save(keys / _KEY, None)
    trust = DeviceTrust({}, folder=keys)
    for public_bytes, name in made.devices.devices:
        trust.add(public_bytes, name)
    facts = _Facts(made.folder.name, made.duration_ns, made.size_bytes, made.changes)
    (folder / _FACTS).write_bytes(msgspec.json.encode(facts))
