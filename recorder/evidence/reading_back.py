"""Look backwards from a moment, at what was verified already: what a seek needs first stands last."""

from bisect import bisect_right
from collections.abc import Iterator

from recorder.evidence import seal
from recorder.evidence.known_segment import KnownSegment
from recorder.evidence.opening import open_entry
from recorder.evidence.segment_file import SegmentFile
from recorder.format.record import RecordType


def payloads_back(known: KnownSegment, ratchet: seal.Ratchet, *, until_ns: int) -> Iterator[bytes]:
    """What the records up to this boot time hold, the last first; those that do not open are left out.

    Raises:
        OSError: the segment cannot be read.
    """
    with SegmentFile(known.path) as file:
        if known.end is not None:
            known.scan.take_vouched(file)
        place = bisect_right(known.scan.entries, until_ns, key=lambda entry: entry.instant.boot_ns)
        for entry in reversed(known.scan.entries[:place]):
            if entry.kind is RecordType.EVENTS:
                opened = open_entry(file, entry, ratchet)
                if isinstance(opened, bytes):
                    yield opened
