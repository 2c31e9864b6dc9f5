"""Read a recording, finished or growing: nothing is decrypted before its signature is verified."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from recorder.clock import Instant
from recorder.errors import BugError, StorageError, UnreadableError
from recorder.evidence import seal
from recorder.evidence.chain import Entry
from recorder.evidence.files import is_locked
from recorder.evidence.findings import Code, Finding, Severity, in_order
from recorder.evidence.keys import DeviceTrust, KeyRing, fingerprint
from recorder.evidence.known_segment import KnownSegment
from recorder.evidence.linking import finding
from recorder.evidence.opening import open_entry, open_ratchet
from recorder.evidence.reading_back import payloads_back
from recorder.evidence.reporting import damage_findings
from recorder.evidence.resuming import RESUMED
from recorder.evidence.segment_file import SegmentFile, segment_files
from recorder.evidence.session_header import SessionHeader, session_header
from recorder.evidence.writer import LOCK_FILE, segment_name
from recorder.format.header import PreviousSegment, SegmentHeader
from recorder.format.record import RecordType

# What stands for the content of records that have none: an empty list of events.
NO_EVENTS = b"\x90"


class ChunkKind(Enum):
    """What a record is."""

    HEADER = "header"
    EVENTS = "events"
    HEARTBEAT = "heartbeat"
    END = "end"


_KINDS = {
    RecordType.HEADER: ChunkKind.HEADER,
    RecordType.EVENTS: ChunkKind.EVENTS,
    RecordType.HEARTBEAT: ChunkKind.HEARTBEAT,
    RecordType.END: ChunkKind.END,
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A sound record, opened. `body` is always a payload of events: an empty list for a header and an end."""

    segment: int
    sequence: int
    offset_bytes: int
    instant: Instant
    kind: ChunkKind
    body: bytes


@dataclass(frozen=True, slots=True)
class ChunkMark:
    """Where and when a sound record is, without opening it."""

    sequence: int
    offset_bytes: int
    size_bytes: int
    instant: Instant
    kind: ChunkKind


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """One segment: `start` is signed; `end` of a segment that is not closed is a claim until its chunks are read.

    `is_resumed`: it goes on where a recorder that was killed or stopped left the segment before without an end.
    `follows` is the segment that it names as the one before it, 0 for none: numbers between the two were given up.
    """

    number: int
    start: Instant
    end: Instant
    size_bytes: int
    is_closed: bool
    is_resumed: bool = False
    follows: int = 0


class RecordingReader:
    """A recording to read. Not thread-safe. `open` makes it."""

    def __init__(self, folder: Path, keys: KeyRing, devices: DeviceTrust) -> None:
        self.folder = folder
        self._keys = keys
        self._devices = devices
        self._segments: dict[int, KnownSegment] = {}
        self._folder_mtime_ns = -1
        self._first: SegmentHeader | None = None
        self.is_being_recorded = False

    @classmethod
    def open(cls, folder: Path, *, keys: KeyRing, devices: DeviceTrust) -> "RecordingReader":
        """Look at the headers of a recording and make sure that the keys open it.

        Raises:
            UnreadableError: it is not a recording, of a newer version, damaged from the start, or of an unknown device.
            KeyMissingError: the keys do not open it.
            StorageError: it could not be read.
        """
        reader = cls(folder, keys, devices)
        reader.refresh()
        first = next((segment for segment in reader._segments.values() if segment.scan.header is not None), None)
        if first is None or first.scan.header is None:
            raise UnreadableError(reader._why_unreadable())
        if not devices.accepts(first.scan.device_bytes):
            msg = (
                f"{folder} is signed by a device that is not known here ({fingerprint(first.scan.device_bytes)}); if "
                "it is one of yours, trust it with `tachiai-player keys trust`."
            )
            raise UnreadableError(msg)
        reader._first = first.scan.header
        first.ratchet = open_ratchet(first.scan.header, keys)
        return reader

    def again(self) -> "RecordingReader":
        """The same recording opened once more, with the same keys; it shares nothing that changes with this one."""
        return RecordingReader.open(self.folder, keys=self._keys, devices=self._devices)

    @property
    def header(self) -> SessionHeader:
        """Who, where, when and why."""
        return session_header(self._signed_header())

    @property
    def device_bytes(self) -> bytes:
        """The public key of the device that recorded it."""
        return bytes.fromhex(self._signed_header().device)

    @property
    def is_closed(self) -> bool:
        """Whether the recording has its final end."""
        return any(segment.is_final for segment in self._segments.values())

    @property
    def segments(self) -> tuple[SegmentInfo, ...]:
        """The segments that can be read, in order; how far the last reaches is read again, which may fail."""
        try:
            infos = [_info(segment) for segment in self._segments.values() if self._belongs(segment)]
        except OSError as error:
            raise self._folder_unreadable(error) from error
        return tuple(info for info in infos if info is not None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was met so far while reading; `verify` looks at everything."""
        return in_order(one for segment in self._segments.values() for one in {*segment.findings, *segment.unopened})

    def refresh(self) -> bool:
        """Look for what has come since; True if there is something new. Two system calls when there is not."""
        try:
            mtime_ns = self.folder.stat().st_mtime_ns
            # The folder's time moves in ticks of some milliseconds, so the next segment is asked for by name too.
            is_new = mtime_ns != self._folder_mtime_ns or self._has_next_segment()
            if is_new:
                self._look_for_segments()
                self._folder_mtime_ns = mtime_ns
            elif self._newest is not None and self._newest.look():
                is_new = True
        except OSError as error:
            raise self._folder_unreadable(error) from error
        was, self.is_being_recorded = self.is_being_recorded, is_locked(self.folder / LOCK_FILE)
        return is_new or was != self.is_being_recorded

    def marks(self, segment: int) -> tuple[ChunkMark, ...]:
        """Every sound record of a segment, its signature verified, nothing decrypted: for finding a moment."""
        known = self._known(segment)
        if known is None:
            return ()
        try:
            with SegmentFile(known.path) as file:
                entries = list(self._entries(known, file, -1))
        except OSError as error:
            raise self._unreadable(known, error) from error
        return tuple(
            ChunkMark(entry.sequence, entry.offset_bytes, entry.size_bytes, entry.instant, _KINDS[entry.kind])
            for entry in entries
            if entry.kind is not None
        )

    def chunks(self, segment: int, *, after_sequence: int = -1) -> Iterator[Chunk]:
        """The sound chunks of a segment after this sequence, in order, as far as there are any now.

        Altered records are in `findings` and are never among them; a torn tail ends them.
        """
        known = self._known(segment)
        if known is None:
            return
        try:
            ratchet = self._ratchet(known)
            with SegmentFile(known.path) as file:
                for entry in self._entries(known, file, after_sequence):
                    chunk = self._opened(known, file, entry, ratchet)
                    if chunk is not None:
                        yield chunk
        except OSError as error:
            raise self._unreadable(known, error) from error

    def events_back(self, segment: int, *, until_ns: int) -> Iterator[bytes]:
        """The payloads of sound chunks that were sealed up to this boot time, the last first, as far as known so far.

        Of a closed segment all are known. A hint of what `chunks` will give, which alone finds what is amiss.
        """
        known = self._known(segment)
        if known is None:
            return
        try:
            yield from payloads_back(known, self._ratchet(known), until_ns=until_ns)
        except OSError as error:
            raise self._unreadable(known, error) from error

    def clock_marks(self) -> tuple[tuple[int, int], ...]:
        """Pairs of session time and UTC, in nanoseconds, wherever the two moved apart, as record headers claim."""
        started_boot_ns = self._signed_header().started.boot_ns
        marks: list[tuple[int, int]] = []
        for segment in self._segments.values():
            if self._belongs(segment):
                marks += [(boot_ns - started_boot_ns, wall_ns) for boot_ns, wall_ns in segment.clock_marks()]
        return tuple(marks)

    def at_ns(self, instant: Instant) -> int:
        """A chunk's instant in the session's time."""
        return instant.boot_ns - self._signed_header().started.boot_ns

    @property
    def _newest(self) -> KnownSegment | None:
        return next(reversed(self._segments.values()), None)

    def _has_next_segment(self) -> bool:
        number = self._newest.number + 1 if self._newest is not None else 1
        return (self.folder / segment_name(number)).exists()

    def _look_for_segments(self) -> None:
        for number, path in segment_files(self.folder).items():
            if number not in self._segments:
                self._segments[number] = KnownSegment(path, number)
        self._segments = dict(sorted(self._segments.items()))
        for segment in self._segments.values():
            if segment.end is None:
                segment.look()

    def _why_unreadable(self) -> str:
        for segment in self._segments.values():
            if segment.scan.newer is not None:
                return f"{self.folder} cannot be read: {segment.scan.newer}"
        if not self._segments:
            return f"{self.folder} is not a recording: no segment (0001.seg, …) lies in it."
        return (
            f"{self.folder} cannot be opened: not one of its segments begins with a sound header; `verify` says more."
        )

    def _signed_header(self) -> SegmentHeader:
        if self._first is None:
            msg = "a reader is made by `open`"
            raise BugError(msg)
        return self._first

    def _belongs(self, segment: KnownSegment) -> bool:
        header, first = segment.scan.header, self._signed_header()
        return (
            header is not None
            and header.segment == segment.number
            and (header.session_id, header.device, header.started) == (first.session_id, first.device, first.started)
        )

    def _known(self, number: int) -> KnownSegment | None:
        segment = self._segments.get(number)
        if segment is None:
            return None
        if self._belongs(segment):
            return segment
        if segment.scan.header is None:
            self._note_damage(segment)
        else:
            sentence = f"Segment {number} is of another recording or another place in this one."
            segment.findings = [_altered(Code.SPLICED, number, None, None, sentence)]
        return None

    def _link_to(self, number: int) -> PreviousSegment | None:
        """What the next segment says of this one, once there is one."""
        for other in self._segments.values():
            if other.number > number and self._belongs(other) and other.scan.header is not None:
                previous = other.scan.header.previous
                return previous if previous is not None and previous.segment == number else None
        return None

    def _entries(self, known: KnownSegment, file: SegmentFile, after: int) -> Iterator[Entry]:
        link = self._link_to(known.number)
        if known.end is not None:
            known.scan.take_vouched(file)
        while True:
            place = known.scan.after(after)
            if place < len(known.scan.entries):
                entry = known.scan.entries[place]
                # A record after the last acknowledged one was written again in the next segment.
                if link is not None and entry.sequence >= link.records:
                    return
                after = entry.sequence
                yield entry
            elif not self._one_more(known, file, link):
                if not known.scan.is_lost:
                    known.findings = list(self._at_the_end(known, file, link))
                return

    def _one_more(self, known: KnownSegment, file: SegmentFile, link: PreviousSegment | None) -> bool:
        if known.scan.step(file) is not None:
            return True
        state = (link, self.is_being_recorded)
        if not known.scan.is_lost or known.settled_for == state:
            return False
        before = len(known.scan.entries)
        known.scan.settle(file, link)
        known.settled_for = state
        self._note_damage(known)
        return len(known.scan.entries) != before

    def _at_the_end(self, known: KnownSegment, file: SegmentFile, link: PreviousSegment | None) -> Iterator[Finding]:
        """What a segment without damage has too much or too little, as far as reading it shows."""
        entries = known.scan.entries
        last = entries[-1]
        tail = known.scan.tail(file)
        if tail is not None and tail.code not in (Code.TORN_TAIL, Code.TORN_TAIL_ZEROS):
            where = {"offset_bytes": tail.offset_bytes, "at_ns": self.at_ns(last.instant)}
            yield finding(tail.code, Severity.ALTERED, tail.sentence, known.number, **where)
        if link is not None and (len(entries) < link.records or entries[link.records - 1].digest.hex() != link.tip):
            sentence = f"Record {link.records - 1}, after which the next segment was begun, is not there."
            where = {"at_ns": self.at_ns(last.instant)}
            yield finding(Code.SEGMENT_LINK_BREAK, Severity.ALTERED, sentence, known.number, **where)

    def _note_damage(self, known: KnownSegment) -> None:
        started_boot_ns = self._signed_header().started.boot_ns
        later = (other.start for number, other in self._segments.items() if number > known.number)
        known.findings = damage_findings(known.scan, started_boot_ns=started_boot_ns, until=next(later, None))

    def _ratchet(self, known: KnownSegment) -> seal.Ratchet:
        if known.ratchet is None:
            if known.scan.header is None:
                msg = "a segment without a header was to be opened"
                raise BugError(msg)
            known.ratchet = open_ratchet(known.scan.header, self._keys)
        return known.ratchet

    def _opened(self, known: KnownSegment, file: SegmentFile, entry: Entry, ratchet: seal.Ratchet) -> Chunk | None:
        if entry.kind is None:
            return None
        body = NO_EVENTS
        if entry.kind in (RecordType.EVENTS, RecordType.HEARTBEAT):
            opened = open_entry(file, entry, ratchet)
            if isinstance(opened, Code):
                at_ns = self.at_ns(entry.instant)
                sentence = _NOT_OPENED[opened]
                known.unopened.add(_altered(opened, known.number, entry, at_ns, sentence))
                return None
            body = opened
        return Chunk(known.number, entry.sequence, entry.offset_bytes, entry.instant, _KINDS[entry.kind], body)

    def _folder_unreadable(self, error: OSError) -> StorageError:
        msg = f"{self.folder} could not be read ({error.strerror or error}); check its path and who may read it."
        return StorageError(msg)

    def _unreadable(self, known: KnownSegment, error: OSError) -> StorageError:
        msg = f"{known.path} could not be read ({error.strerror or error}); check the disk and who may read it."
        return StorageError(msg)


_NOT_OPENED = {
    Code.CHANGED_SINCE: "This record was changed after it was verified.",
    Code.DECRYPT_FAIL: "This record is signed, but its content does not open with the recording's key.",
}


def _info(segment: KnownSegment) -> SegmentInfo | None:
    start, last, header = segment.start, segment.last, segment.scan.header
    if start is None or header is None:
        return None
    return SegmentInfo(
        number=segment.number,
        start=start,
        end=last if last is not None else start,
        size_bytes=segment.size_bytes,
        is_closed=segment.end is not None,
        is_resumed=header.reason in RESUMED,
        follows=header.previous.segment if header.previous is not None else 0,
    )


def _altered(code: Code, segment: int, entry: Entry | None, at_ns: int | None, sentence: str) -> Finding:
    sequence, offset = (entry.sequence, entry.offset_bytes) if entry is not None else (None, None)
    return Finding(code, segment, sequence, offset, at_ns, at_ns, sentence, Severity.ALTERED)
