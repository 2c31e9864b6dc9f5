"""A source that gives nothing here, and says so."""

from recorder.capture.source import Emit
from recorder.clock import SessionClock
from recorder.events import Gap, GapReason, SourceStatus


class SilentSource:
    """Says once why there will be nothing. By policy that is no gap; for want of a way to listen it is one."""

    def __init__(self, name: str, sentence: str, *, by_policy: bool = False) -> None:
        self.name = name
        self._sentence = sentence
        self._by_policy = by_policy

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Say it."""
        now_ns = clock.now_ns()
        emit(SourceStatus(now_ns, self.name, working=False, detail=self._sentence))
        if not self._by_policy:
            emit(Gap(now_ns, now_ns, self.name, GapReason.SOURCE_FAILED, self._sentence))

    def stop(self) -> None:
        """Nothing runs."""
