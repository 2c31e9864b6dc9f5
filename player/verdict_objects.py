"""A verdict for programs: one form for `verify --json` and for an evidence package."""

from collections import Counter
from collections.abc import Iterator

from player.moments import in_s
from recorder.evidence.findings import Verdict

Object = dict[str, object]


def verdict_objects(session_id: str, verdict: Verdict) -> Iterator[Object]:
    """Findings first, the verdict last, with stable names."""
    for finding in verdict.findings:
        yield {
            "type": "finding",
            "code": finding.code,
            "severity": finding.severity.name.lower(),
            "segment": finding.segment,
            "sequence": finding.sequence,
            "offset_bytes": finding.offset_bytes,
            "at_s": None if finding.at_ns is None else in_s(finding.at_ns),
            "end_s": None if finding.end_ns is None else in_s(finding.end_ns),
            "sentence": finding.sentence,
        }
    yield {
        "type": "verdict",
        "recording": session_id,
        "verdict": verdict.status.name.lower(),
        "exit_status": verdict.exit_status,
        "segments": verdict.segments,
        "chunks": verdict.chunks,
        "size_bytes": verdict.size_bytes,
        "duration_s": None if verdict.duration_ns is None else in_s(verdict.duration_ns),
        "content_checked": verdict.content_checked,
        "findings": dict(Counter(finding.severity.name.lower() for finding in verdict.findings)),
    }
