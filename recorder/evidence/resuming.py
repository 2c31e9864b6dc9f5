"""Whether a recording whose recorder is gone can go on, and after which record."""

from dataclasses import dataclass
from pathlib import Path

from recorder.clock import Instant
from recorder.errors import UnreadableError
from recorder.evidence.scan import SegmentScan
from recorder.evidence.segment_file import SegmentFile, segment_files
from recorder.format.header import MAX_SEGMENT, PreviousSegment, SegmentHeader
from recorder.format.record import RecordType

# The reasons for which a recorder begins a segment after one that was left without an end by force.
RESUMED = frozenset({"recorder_died", "recorder_frozen"})

_CHUNKS = frozenset({RecordType.EVENTS, RecordType.HEARTBEAT})


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A recording without an end, as its recorder left it.

    `number` is the highest that was used for a segment, `previous` what the next segment says about the one before it.
    `chunk` is when the last chunk was sealed (None: none ever was): what came after it may be lost.
    """

    header: SegmentHeader
    number: int
    previous: PreviousSegment
    chunk: Instant | None


def look_at_interrupted(
    folder: Path, *, device: bytes, boot_id: str, now: Instant, acknowledged: PreviousSegment | None = None
) -> Interrupted:
    """Find the record after which this recording can go on. Its lock must be held.

    `acknowledged` is what a living witness knows was on the disk. If the disk knows less, somebody took it away: the
    next segment then names what is missing, and `verify` finds it altered.

    Raises:
        UnreadableError: it cannot go on: closed, damaged, of another device, or of an earlier start of the machine.
        OSError: it cannot be read.
    """
    scans = _newest(folder)
    if not scans:
        raise _cannot(folder, "not one of its segments begins with a sound header")
    newest = scans[-1]
    header = newest.header
    if header is None:
        raise _cannot(folder, "its newest segment has no sound header")
    if header.session_id != folder.name or bytes.fromhex(header.device) != device:
        raise _cannot(folder, "it is of another session or device")
    if newest.end is not None and newest.end.final:
        raise _cannot(folder, "it was closed")
    if not boot_id or header.boot_id != boot_id or now.boot_ns < newest.entries[-1].instant.boot_ns:
        raise _cannot(folder, "the machine was started anew since, and with it the clock that it is timed by")
    highest = max(segment_files(folder))
    if highest >= MAX_SEGMENT:
        raise _cannot(folder, "it has as many segments as a recording can have")
    previous = _tip(newest)
    if acknowledged is not None and not _holds(scans, acknowledged):
        previous = acknowledged
    elif newest.is_lost and acknowledged is None:
        raise _cannot(folder, "it is damaged")
    return Interrupted(header, max(highest, previous.segment), previous, _last_chunk(scans))


def _newest(folder: Path) -> list[SegmentScan]:
    """The newest segment with a header, and before it those up to one that holds a chunk; oldest first."""
    found: list[SegmentScan] = []
    for number, path in reversed(segment_files(folder).items()):
        scan = SegmentScan(path, number)
        with SegmentFile(path) as file:
            scan.advance(file)
        if scan.header is None and not scan.is_lost:
            continue  # a header that was cut off: it was never begun
        found.insert(0, scan)
        if scan.header is None or any(entry.kind in _CHUNKS for entry in scan.entries):
            break
    return found


def _tip(scan: SegmentScan) -> PreviousSegment:
    return PreviousSegment(segment=scan.number, records=len(scan.entries), tip=scan.entries[-1].digest.hex())


def _holds(scans: list[SegmentScan], known: PreviousSegment) -> bool:
    """Whether what was acknowledged is there; of segments older than those that were looked at, nothing is said."""
    for scan in scans:
        if scan.number == known.segment:
            return len(scan.entries) >= known.records and scan.entries[known.records - 1].digest.hex() == known.tip
    return known.segment < scans[0].number


def _last_chunk(scans: list[SegmentScan]) -> Instant | None:
    instants = [entry.instant for scan in scans for entry in scan.entries if entry.kind in _CHUNKS]
    return instants[-1] if instants else None


def _cannot(folder: Path, why: str) -> UnreadableError:
    return UnreadableError(f"The recording {folder.name} cannot go on: {why}.")
