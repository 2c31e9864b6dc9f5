"""From what a scan met to findings: with the session's time that each touches."""

from collections.abc import Iterator
from itertools import pairwise

from recorder.clock import Instant
from recorder.evidence.chain import Entry
from recorder.evidence.findings import Code, Finding, Severity
from recorder.evidence.scan import SegmentScan

# A heartbeat may come late on a busy machine; three missed in a row are a silence.
_MISSED_HEARTBEATS = 3
_WALL_STEP_NS = 2 * 10**9


def damage_findings(scan: SegmentScan, *, started_boot_ns: int | None, until: Instant | None) -> list[Finding]:
    """The damaged places of a segment; `until` is where the next segment begins, if there is one."""
    return [
        _damage_finding(
            scan, damage.offset_bytes, damage.sequence, damage.code, damage.sentence, started_boot_ns, until
        )
        for damage in scan.damages
    ]


def _damage_finding(
    scan: SegmentScan,
    offset_bytes: int,
    sequence: int | None,
    code: str,
    sentence: str,
    started_boot_ns: int | None,
    until: Instant | None,
) -> Finding:
    before = [entry.instant for entry in scan.entries if entry.offset_bytes < offset_bytes]
    after = [entry.instant for entry in scan.entries if entry.offset_bytes > offset_bytes]
    end = min(after, key=lambda instant: instant.boot_ns) if after else until
    return Finding(
        code=code,
        segment=scan.number,
        sequence=sequence,
        offset_bytes=offset_bytes,
        at_ns=relative_ns(max(before, key=lambda instant: instant.boot_ns) if before else None, started_boot_ns),
        end_ns=relative_ns(end, started_boot_ns),
        sentence=sentence,
        severity=Severity.ALTERED,
    )


def relative_ns(instant: Instant | None, started_boot_ns: int | None) -> int | None:
    """An instant in the session's time, None if either is not known."""
    return None if instant is None or started_boot_ns is None else instant.boot_ns - started_boot_ns


def time_findings(
    numbered: Iterator[tuple[int, Entry]], *, started_boot_ns: int, heartbeat_ns: int
) -> Iterator[Finding]:
    """Silences, and clocks that were set, between each sound record of a recording and the next."""
    for (_, before), (segment, entry) in pairwise(numbered):
        boot_ns = entry.instant.boot_ns - before.instant.boot_ns
        if boot_ns < 0:
            yield _between(before, segment, entry, started_boot_ns, Code.TIME_BACK, "The clock went back.")
        elif boot_ns > _MISSED_HEARTBEATS * heartbeat_ns:
            sentence = _silence(before, entry)
            yield _between(before, segment, entry, started_boot_ns, Code.HEARTBEAT_GAP, sentence)
        step_ns = entry.instant.wall_ns - before.instant.wall_ns - boot_ns
        if abs(step_ns) > _WALL_STEP_NS:
            sentence = f"The machine's wall clock was set by {step_ns / 1e9:+.1f} s."
            yield _between(before, segment, entry, started_boot_ns, Code.TIME_STEP, sentence)


def _silence(before: Entry, entry: Entry) -> str:
    boot_ns = entry.instant.boot_ns - before.instant.boot_ns
    asleep_ns = boot_ns - (entry.instant.monotonic_ns - before.instant.monotonic_ns)
    said = f"For {boot_ns / 1e9:.1f} s nothing was signed, not even a heartbeat"
    return f"{said}; the machine slept for {asleep_ns / 1e9:.1f} s of them." if asleep_ns > 10**9 else f"{said}."


def _between(before: Entry, segment: int, entry: Entry, started_boot_ns: int, code: Code, sentence: str) -> Finding:
    return Finding(
        code=code,
        segment=segment,
        sequence=entry.sequence,
        offset_bytes=entry.offset_bytes,
        at_ns=before.instant.boot_ns - started_boot_ns,
        end_ns=entry.instant.boot_ns - started_boot_ns,
        sentence=sentence,
        severity=Severity.NOTE if code is Code.TIME_STEP else Severity.PARTIAL,
    )
