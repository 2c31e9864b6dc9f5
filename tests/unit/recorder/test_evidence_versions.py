"""A recording of each format version that ever was is still read, and still proved."""

from pathlib import Path

import pytest

from recorder.events import Key
from recorder.evidence.findings import Status
from recorder.evidence.keys import AuditorKey, DeviceTrust, KeyRing, import_device
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.evidence.verify import verify
from recorder.format.payload import decode_events
from tests.evidence_kit import judged

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"


@pytest.mark.parametrize("version", ["1.0"])
def test_a_recording_of_an_older_version_is_read_and_sound(version):
    folder = RECORDINGS / f"format-{version}"
    devices = DeviceTrust({})
    import_device(folder / "device.json", devices)
    auditor = AuditorKey.load(folder / "auditor.json", None)
    officer = AuditorKey.load(folder / "officer.json", lambda: "two persons")
    keys = KeyRing((auditor, officer))
    assert judged(folder / "recording", devices=devices).status is Status.SOUND
    verdict = verify(folder / "recording", devices=devices, keys=keys)
    assert (verdict.status, verdict.content_checked) == (Status.SOUND, True)
    reader = RecordingReader.open(folder / "recording", keys=keys, devices=devices)
    chunks = [chunk for segment in reader.segments for chunk in reader.chunks(segment.number)]
    events = [event for chunk in chunks for event in decode_events(chunk.body)]
    assert events == [Key(at_ns=5, text="立"), Key(at_ns=9, text="会")]
    assert [chunk.kind for chunk in chunks].count(ChunkKind.HEARTBEAT) == 1
    assert reader.header.operator == "立会人"
