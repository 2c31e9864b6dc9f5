"""Judge a recording: every finding, with its place, and one verdict. Needs no key for integrity, one for content."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from recorder.errors import KeyMissingError, UnreadableError
from recorder.events import ENDS_A_SOURCE, Event, Gap
from recorder.evidence.chain import Entry
from recorder.evidence.files import is_locked
from recorder.evidence.findings import Code, Finding, Severity, Status, Verdict, in_order, status_of
from recorder.evidence.keys import DeviceTrust, KeyRing
from recorder.evidence.linking import Linking, Scanned, finding, links_of
from recorder.evidence.opening import open_entry, open_ratchet
from recorder.evidence.reader import NO_EVENTS, Chunk, ChunkKind
from recorder.evidence.reporting import damage_findings, time_findings
from recorder.evidence.scan import SegmentScan, is_something_else
from recorder.evidence.segment_file import SegmentFile, segment_files
from recorder.evidence.writer import LOCK_FILE
from recorder.format.header import PreviousSegment
from recorder.format.payload import decode_events
from recorder.format.record import RecordType
from recorder.instant_rows import GAP_WORDS

Progress = Callable[[int, int], None]
EventCheck = Callable[[int, Chunk, list[Event]], Iterable[Finding]]

_SESSION_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_CHUNK_KINDS = {RecordType.EVENTS: ChunkKind.EVENTS, RecordType.HEARTBEAT: ChunkKind.HEARTBEAT}


def verify(
    folder: Path,
    *,
    devices: DeviceTrust,
    keys: KeyRing | None = None,
    progress: Progress | None = None,
    check_events: EventCheck | None = None,
) -> Verdict:
    """Judge the recording in this folder.

    Without keys the verdict is on integrity: nothing altered, nothing missing, who signed it. With keys the content is
    opened too, and `check_events(segment, chunk, events)` may find more. `progress(done, total)` is called in bytes.
    """
    return _Verification(folder, devices, keys, progress, check_events).run()


class _Verification:
    def __init__(
        self,
        folder: Path,
        devices: DeviceTrust,
        keys: KeyRing | None,
        progress: Progress | None,
        check_events: EventCheck | None,
    ) -> None:
        self._folder = folder
        self._devices = devices
        self._keys = keys
        self._progress = progress
        self._check_events = check_events
        self._findings: list[Finding] = []
        self._done_bytes = 0
        self._total_bytes = 0
        self._content_checked = False
        self._unread: set[int] = set()

    def run(self) -> Verdict:
        # Asked first: an end that comes while we read is then seen, not missed.
        is_being_recorded = is_locked(self._folder / LOCK_FILE)
        paths = self._paths()
        scanned = {number: one for number, path in paths.items() if (one := self._scan(path, number)) is not None}
        if any(one.scan.header is not None for one in scanned.values()):
            return self._judge(scanned, is_being_recorded=is_being_recorded)
        for number, one in scanned.items():
            self._findings.append(_nothing_sound(number, one))
        return self._verdict([], segments=len(paths))

    def _paths(self) -> dict[int, Path]:
        try:
            paths = segment_files(self._folder)
            self._total_bytes = sum(path.lstat().st_size for path in paths.values()) * (1 if self._keys is None else 2)
        except NotADirectoryError:
            self._whole(Code.NOT_A_RECORDING, Severity.CANNOT_JUDGE, "This is not a recording: give its folder.")
            return {}
        except OSError as error:
            self._read_error(error, None)
            return {}
        if not paths:
            sentence = "This is not a recording: no segment (0001.seg, …) lies in it."
            self._whole(Code.NOT_A_RECORDING, Severity.CANNOT_JUDGE, sentence)
        return paths

    def _scan(self, path: Path, number: int) -> Scanned | None:
        scan = SegmentScan(path, number)
        try:
            with SegmentFile(path) as file:
                while (entry := scan.step(file)) is not None:
                    self._advance(entry.size_bytes)
                odd = bool(not scan.entries and scan.is_lost) and is_something_else(file)
                return Scanned(scan, scan.tail(file), odd)
        except OSError as error:
            self._read_error(error, number)
            self._unread.add(number)
            return None

    def _judge(self, scanned: dict[int, Scanned], *, is_being_recorded: bool) -> Verdict:
        scans = [one.scan for one in scanned.values()]
        links = links_of(scans)
        for scan in scans:
            if scan.is_lost:
                self._settle(scan, scans, links.get(scan.number))
        linking = Linking(scanned, unread=self._unread, is_being_recorded=is_being_recorded)
        self._judge_name(linking.first.session_id)
        self._findings += linking.findings(self._devices)
        sound = [(scan, entry) for scan in linking.belonging for entry in scan.entries]
        self._findings += time_findings(
            ((scan.number, entry) for scan, entry in sound),
            started_boot_ns=linking.first.started.boot_ns,
            heartbeat_ns=linking.first.heartbeat_ns,
        )
        self._findings += [_unknown_type(scan.number, entry) for scan, entry in sound if entry.kind is None]
        self._judge_content(linking)
        started_boot_ns = linking.first.started.boot_ns
        duration_ns = max((entry.instant.boot_ns for _, entry in sound), default=started_boot_ns) - started_boot_ns
        return self._verdict([entry for _, entry in sound], segments=len(scanned), duration_ns=duration_ns)

    def _judge_name(self, session_id: str) -> None:
        """A recording may be copied under any name but that of another one, in whose place it would then stand."""
        name = self._folder.absolute().name
        if name != session_id and _SESSION_ID.fullmatch(name):
            sentence = f"The folder has the name of another session ({name}): the recording in it is {session_id}."
            self._whole(Code.WRONG_NAME, Severity.ALTERED, sentence)

    def _settle(self, scan: SegmentScan, scans: list[SegmentScan], link: PreviousSegment | None) -> None:
        first = next(one.header for one in scans if one.header is not None)
        later = (one.entries[0].instant for one in scans if one.number > scan.number and one.entries)
        try:
            with SegmentFile(scan.path) as file:
                scan.settle(file, link)
        except OSError as error:
            self._read_error(error, scan.number)
        self._findings += damage_findings(scan, started_boot_ns=first.started.boot_ns, until=next(later, None))

    def _judge_content(self, linking: Linking) -> None:
        if self._keys is None:
            sentence = "Without a key the content was not opened; the verdict is on integrity."
            self._whole(Code.CONTENT_NOT_CHECKED, Severity.NOTE, sentence)
            return
        scans = [scan for scan in linking.belonging if scan.number not in linking.abandoned]
        links = links_of(linking.belonging)
        for scan in scans:
            link = links.get(scan.number)
            try:
                self._judge_segment(scan, linking.first.started.boot_ns, link.records if link is not None else None)
            except KeyMissingError as error:
                self._whole(Code.CONTENT_NOT_CHECKED, Severity.NOTE, f"The content was not opened: {error}")
                return
            except OSError as error:
                self._read_error(error, scan.number)
        self._content_checked = True

    def _judge_segment(self, scan: SegmentScan, started_boot_ns: int, acknowledged: int | None) -> None:
        if scan.header is None:
            return
        ratchet = open_ratchet(scan.header, self._keys or KeyRing())
        with SegmentFile(scan.path) as file:
            for entry in scan.entries:
                if acknowledged is not None and entry.sequence >= acknowledged:
                    break
                self._advance(entry.size_bytes)
                if entry.kind not in _CHUNK_KINDS:
                    continue
                opened = open_entry(file, entry, ratchet)
                self._findings += self._content_findings(scan.number, entry, opened, started_boot_ns)

    def _content_findings(
        self, segment: int, entry: Entry, opened: bytes | Code, started_boot_ns: int
    ) -> Iterator[Finding]:
        at_ns = entry.instant.boot_ns - started_boot_ns
        where = {"sequence": entry.sequence, "offset_bytes": entry.offset_bytes, "at_ns": at_ns, "end_ns": at_ns}
        if isinstance(opened, Code):
            sentence = "This record is signed, but its content does not open with the recording's key."
            yield finding(opened, Severity.ALTERED, sentence, segment, **where)
            return
        try:
            events = decode_events(opened)
        except UnreadableError as error:
            yield finding(Code.UNDECODABLE, Severity.PARTIAL, str(error), segment, **where)
            return
        for event in events:
            if isinstance(event, Gap):
                place = where | {"at_ns": event.at_ns, "end_ns": event.end_ns}
                yield finding(Code.GAP, Severity.PARTIAL, _gap_sentence(event), segment, **place)
        if self._check_events is not None and entry.kind is not None:
            kind = _CHUNK_KINDS[entry.kind]
            chunk = Chunk(segment, entry.sequence, entry.offset_bytes, entry.instant, kind, opened or NO_EVENTS)
            yield from self._check_events(segment, chunk, events)

    def _verdict(self, entries: list[Entry], *, segments: int, duration_ns: int | None = None) -> Verdict:
        findings = in_order(self._findings)
        return Verdict(
            findings=findings,
            status=status_of(findings),
            segments=segments,
            chunks=sum(entry.kind in _CHUNK_KINDS for entry in entries),
            size_bytes=sum(entry.size_bytes for entry in entries),
            duration_ns=duration_ns,
            content_checked=self._content_checked,
        )

    def _advance(self, count: int) -> None:
        self._done_bytes += count
        if self._progress is not None:
            self._progress(self._done_bytes, self._total_bytes)

    def _whole(self, code: Code, severity: Severity, sentence: str) -> None:
        self._findings.append(finding(code, severity, sentence))

    def _read_error(self, error: OSError, segment: int | None) -> None:
        where = self._folder.name if segment is None else f"Segment {segment}"
        sentence = (
            f"{where} could not be read ({error.strerror or error}); check its path, the disk and who may read it."
        )
        self._findings.append(finding(Code.READ_ERROR, Severity.READ_FAILED, sentence, segment))


def _nothing_sound(number: int, one: Scanned) -> Finding:
    """A segment without a sound header, when there is none with one."""
    scan = one.scan
    if scan.newer is not None:
        return finding(scan.newer.code, Severity.CANNOT_JUDGE, str(scan.newer), number, offset_bytes=0)
    if one.is_something_else or (one.tail is not None and one.tail.code == Code.TRAILING_DATA):
        sentence = "This is not a recording, though its name is one's: nothing in it was written by a recorder."
        return finding(Code.NOT_A_RECORDING, Severity.CANNOT_JUDGE, sentence, number)
    if scan.damages:
        damage = scan.damages[0]
        return finding(damage.code, Severity.ALTERED, damage.sentence, number, offset_bytes=0)
    if scan.size_bytes == 0:
        return finding(Code.EMPTY_SEGMENT, Severity.CANNOT_JUDGE, "The segment is empty: nothing to judge.", number)
    sentence = "The segment ends within its header: who made it and when is not there, so nothing can be judged."
    return finding(Code.NO_HEADER, Severity.CANNOT_JUDGE, sentence, number, offset_bytes=0)


def _unknown_type(segment: int, entry: Entry) -> Finding:
    sentence = "A record of a kind that this version does not know; update Tachiai to judge it."
    return finding(
        Code.UNKNOWN_TYPE,
        Severity.CANNOT_JUDGE,
        sentence,
        segment,
        sequence=entry.sequence,
        offset_bytes=entry.offset_bytes,
    )


def verdict_name(status: Status) -> str:
    """The verdict as one word for lists and scripts."""
    return status.name.lower()


def _gap_sentence(gap: Gap) -> str:
    """A source that ends says so at that moment; how long it gave nothing stands in a gap of its own, later."""
    why = GAP_WORDS.get(gap.reason, gap.reason)
    if gap.end_ns <= gap.at_ns and gap.reason in ENDS_A_SOURCE:
        return f"{gap.what} was not recorded from here on: {why}."
    return f"{gap.what} was not recorded for {(gap.end_ns - gap.at_ns) / 1e9:.1f} s: {why}."
