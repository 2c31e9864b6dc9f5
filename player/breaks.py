"""Where chunks are missing between those that are read: nothing may be joined over such a place."""

from collections.abc import Callable, Sequence

from recorder.evidence.findings import Finding, Severity
from recorder.evidence.reader import Chunk


class Breaks:
    """Is shown every chunk in the order of reading. `read` is the last one read before these, by segment and number."""

    def __init__(self, findings: Callable[[], Sequence[Finding]], read: tuple[int, int] = (0, -1)) -> None:
        self._findings = findings
        self._segment, self._sequence = read

    def before(self, chunk: Chunk) -> bool:
        """Whether something is missing between this one and the one before it."""
        segment, sequence = self._segment, self._sequence
        self._segment, self._sequence = chunk.segment, chunk.sequence
        if chunk.segment == segment:
            return chunk.sequence != sequence + 1
        return chunk.segment != segment + 1 or chunk.sequence != 0 or self._lacks_its_end(segment)

    def _lacks_its_end(self, segment: int) -> bool:
        return any(one.segment == segment and one.severity is Severity.ALTERED for one in self._findings())
