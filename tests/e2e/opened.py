"""A recording's events, opened with the keys of the person who made it."""

from recorder.events import Event
from recorder.evidence.key_folder import load_key_ring, trusted_devices
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.format.payload import decode_events
from tests.e2e.programs import RunningRecording, Site


def events_of(recording: RunningRecording, site: Site) -> list[Event]:
    keys = site.home / "tachiai" / "keys"
    reader = RecordingReader.open(recording.folder, keys=load_key_ring(keys), devices=trusted_devices(keys))
    return [
        event
        for segment in reader.segments
        for chunk in reader.chunks(segment.number)
        if chunk.kind is ChunkKind.EVENTS
        for event in decode_events(chunk.body)
    ]
