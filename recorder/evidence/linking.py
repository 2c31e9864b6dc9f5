"""Whether the segments of a recording are all of one session, all there, and each where the next one left it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from recorder.evidence.findings import Code, Finding, Severity
from recorder.evidence.keys import DeviceTrust, fingerprint
from recorder.evidence.resuming import RESUMED
from recorder.evidence.scan import SegmentScan, Tail
from recorder.format.header import PreviousSegment, SegmentHeader

# Why a recorder leaves a segment without an end and begins another.
_FAILURES = frozenset({"io_error", "disk_full"})


@dataclass(frozen=True, slots=True)
class Scanned:
    """A segment after its scan: what lies after its last sound record, and whether it is a recording's at all."""

    scan: SegmentScan
    tail: Tail | None
    is_something_else: bool


def finding(code: str, severity: Severity, sentence: str, segment: int | None = None, **where: int | None) -> Finding:
    """A finding about a segment, or about the whole."""
    return Finding(
        code=code,
        segment=segment,
        sequence=where.get("sequence"),
        offset_bytes=where.get("offset_bytes"),
        at_ns=where.get("at_ns"),
        end_ns=where.get("end_ns"),
        sentence=sentence,
        severity=severity,
    )


def links_of(scans: Iterable[SegmentScan]) -> dict[int, PreviousSegment]:
    """What the first later segment that names another as the one before it says of that: by the number of the other."""
    links: dict[int, PreviousSegment] = {}
    for scan in scans:
        previous = scan.header.previous if scan.header is not None else None
        if previous is not None and scan.number > previous.segment:
            links.setdefault(previous.segment, previous)
    return links


class Linking:
    """The segments of one recording, by number. At least one of them has a sound header."""

    def __init__(self, scanned: Mapping[int, Scanned], *, unread: Set[int], is_being_recorded: bool) -> None:
        self._scanned = scanned
        self._unread = unread
        self._is_being_recorded = is_being_recorded
        self.first = next(one.scan.header for one in scanned.values() if one.scan.header is not None)
        self.belonging = [one.scan for one in scanned.values() if self._belongs(one.scan)]
        self.abandoned = {number for scan in self.belonging for number in _between(scan)}

    @property
    def last(self) -> SegmentScan | None:
        """The newest segment that belongs to this recording."""
        return self.belonging[-1] if self.belonging else None

    def findings(self, devices: DeviceTrust) -> Iterator[Finding]:
        """All that is wrong between segments, and with their heads and tails."""
        yield from self._strangers(devices)
        for scan in self.belonging:
            if scan.number not in self.abandoned:
                yield from self._look_back(scan)
        for number, one in self._scanned.items():
            yield from self._headless(number, one) if one.scan.header is None else self._tail_of(one)
        yield from self._missing_numbers()
        yield from self._ending()

    def _belongs(self, scan: SegmentScan) -> bool:
        header = scan.header
        return header is not None and header.segment == scan.number and _identity(header) == _identity(self.first)

    def _strangers(self, devices: DeviceTrust) -> Iterator[Finding]:
        seen: set[bytes] = set()
        for number, one in self._scanned.items():
            if one.scan.header is None:
                continue
            if not self._belongs(one.scan):
                sentence = f"Segment {number} is of another recording, or of another place in this one."
                yield finding(Code.SPLICED, Severity.ALTERED, sentence, number)
            device = one.scan.device_bytes
            if not devices.accepts(device) and device not in seen:
                seen.add(device)
                sentence = (
                    f"The device that signed this ({fingerprint(device)}) is not known here, so who made it is not."
                )
                yield finding(Code.UNKNOWN_DEVICE, Severity.CANNOT_JUDGE, sentence, number)

    def _look_back(self, scan: SegmentScan) -> Iterator[Finding]:
        header = scan.header
        if header is None:
            return
        for number in _between(scan):
            yield self._abandoned(number, by=scan.number)
        if header.previous is None:
            return
        before = self._scanned.get(header.previous.segment)
        if before is None and header.previous.segment not in self._unread:
            sentence = f"Segment {header.previous.segment}, which segment {scan.number} follows, is not there."
            yield finding(Code.SEGMENT_MISSING, Severity.ALTERED, sentence, header.previous.segment)
        elif before is not None and before.scan.header is not None:
            yield from self._tip(before.scan, header, header.previous)

    def _abandoned(self, number: int, *, by: int) -> Finding:
        one = self._scanned.get(number)
        if one is not None and (len(one.scan.entries) > 1 or one.scan.damages):
            sentence = f"Segment {number} has content, and segment {by} says that it was never begun."
            return finding(Code.SEGMENT_LINK_BREAK, Severity.ALTERED, sentence, number)
        sentence = f"Segment {number} could not be begun when it was tried; segment {by} took its place."
        return finding(Code.SEGMENT_ABANDONED, Severity.PARTIAL, sentence, number)

    def _tip(self, before: SegmentScan, header: SegmentHeader, link: PreviousSegment) -> Iterator[Finding]:
        number, by = before.number, header.segment
        tip = next((entry for entry in before.entries if entry.sequence == link.records - 1), None)
        if (tip is None and not before.damages) or (tip is not None and tip.digest.hex() != link.tip):
            sentence = (
                f"Segment {by} was begun after record {link.records - 1} of segment {number}, and that record is not "
                "there: what followed was cut off or exchanged."
            )
            yield finding(Code.SEGMENT_LINK_BREAK, Severity.ALTERED, sentence, number)
        beyond = [entry for entry in before.entries if entry.sequence >= link.records]
        failed = header.reason in _FAILURES
        if len(beyond) > 1 or (beyond and not failed):
            sentence = f"Segment {number} goes on after the record that segment {by} names as its last."
            yield finding(Code.SEGMENT_LINK_BREAK, Severity.ALTERED, sentence, number)
        elif beyond:
            sentence = "The last record's way to the disk failed, so it was never acknowledged; it is not used."
            yield finding(Code.UNACKNOWLEDGED, Severity.PARTIAL, sentence, number, sequence=beyond[0].sequence)
        elif before.end is None and failed:
            sentence = f"Segment {number} was left without an end after a storage failure, as segment {by} says."
            yield finding(Code.OPEN_NO_END, Severity.PARTIAL, sentence, number)
        elif before.end is None and header.reason in RESUMED:
            sentence = f"Segment {number} was left without an end by force; segment {by} goes on after it."
            yield finding(Code.OPEN_NO_END, Severity.PARTIAL, sentence, number)
        if before.end is not None and before.end.final and not beyond:
            sentence = f"Segment {by} follows, though segment {number} ended the recording."
            yield finding(Code.TRAILING_DATA, Severity.ALTERED, sentence, by)

    def _headless(self, number: int, one: Scanned) -> Iterator[Finding]:
        """A segment without a sound header, beside others that have one."""
        scan = one.scan
        if scan.newer is not None:
            sentence = "This segment is of another format than the others."
            yield finding(Code.VERSION_CHANGED, Severity.ALTERED, sentence, number)
        elif scan.damages:
            return  # the damage itself is reported
        elif number in self.abandoned:
            return
        elif one.tail is not None and one.tail.code not in (Code.TORN_TAIL, Code.TORN_TAIL_ZEROS):
            yield finding(one.tail.code, Severity.ALTERED, one.tail.sentence, number, offset_bytes=0)
        else:
            can_be = self.last is not None and number > self.last.number and not _is_final(self.last)
            severity = Severity.PARTIAL if can_be else Severity.ALTERED
            code, what = (Code.TORN_TAIL, "only the beginning of a header") if scan.size_bytes else _EMPTY
            yield finding(code, severity, f"Segment {number} holds {what}.", number, offset_bytes=0)

    def _tail_of(self, one: Scanned) -> Iterator[Finding]:
        tail, scan = one.tail, one.scan
        if tail is None:
            return
        is_torn = tail.code in (Code.TORN_TAIL, Code.TORN_TAIL_ZEROS)
        if is_torn and self._is_being_recorded and scan is self.last:
            return  # a write on its way
        severity = Severity.PARTIAL if is_torn else Severity.ALTERED
        at_ns = scan.entries[-1].instant.boot_ns - self.first.started.boot_ns
        yield finding(tail.code, severity, tail.sentence, scan.number, offset_bytes=tail.offset_bytes, at_ns=at_ns)

    def _missing_numbers(self) -> Iterator[Finding]:
        named = {scan.header.previous.segment for scan in self.belonging if scan.header and scan.header.previous}
        highest = max(
            (number for number, one in self._scanned.items() if one.scan.header or one.scan.damages), default=0
        )
        explained = {*self._scanned, *self._unread, *self.abandoned, *named}
        missing = [number for number in range(1, highest) if number not in explained]
        for first, last in _ranges(missing):
            which = f"Segment {first} is" if first == last else f"Segments {first} to {last} are"
            sentence = f"{which} not there, and later ones are."
            yield finding(Code.SEGMENT_MISSING, Severity.ALTERED, sentence, first)

    def _ending(self) -> Iterator[Finding]:
        last = self.last
        if last is None or _is_final(last):
            return
        at_ns = last.entries[-1].instant.boot_ns - self.first.started.boot_ns
        if self._is_being_recorded:
            sentence = "It is still being recorded: what is here so far is sound, its end is to come."
            yield finding(Code.OPEN_NO_END, Severity.PARTIAL, sentence, last.number, at_ns=at_ns)
        elif last.end is not None and max([*self._scanned, *self._unread]) == last.number:
            sentence = (
                f"Segment {last.number + 1} should follow and is not there: the recorder was stopped in that moment, "
                "or the rest was taken away."
            )
            yield finding(Code.SEGMENT_MISSING, Severity.PARTIAL, sentence, last.number + 1, at_ns=at_ns)
        else:
            sentence = "The recording has no end: the recorder was stopped by force, or the rest was cut off."
            yield finding(Code.OPEN_NO_END, Severity.PARTIAL, sentence, last.number, at_ns=at_ns)


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers in order, those that follow each other put together: first and last of each."""
    starts = [at for at, number in enumerate(numbers) if at == 0 or numbers[at - 1] != number - 1]
    for start, end in pairwise([*starts, len(numbers)]):
        yield numbers[start], numbers[end - 1]


_EMPTY = (Code.EMPTY_SEGMENT, "nothing")


def _is_final(scan: SegmentScan) -> bool:
    return scan.end is not None and scan.end.final


def _between(scan: SegmentScan) -> range:
    """The numbers that this segment's recorder used and gave up before it."""
    previous = scan.header.previous if scan.header is not None else None
    return range(max(0, previous.segment if previous is not None else 0) + 1, scan.number)


def _identity(header: SegmentHeader) -> tuple[object, ...]:
    return (
        header.session_id,
        header.device,
        header.started,
        header.operator,
        header.host,
        header.purpose,
        header.utc_offset_s,
        header.program,
        header.boot_id,
    )
