"""The recorder's part of what counts and sequences of rules stand at: taken over, kept, and told to the resident."""

from collections.abc import Callable, Sequence

from app.agent.judging import Counts
from app.agent.supervision.kept_counts import KeptCounts
from app.agent.supervision.messages import Begin, CountsSaid
from recorder.detect.counted import Counted


class Counting:
    """For any thread. `say` brings a message to the resident, if there is one."""

    def __init__(self, begin: Begin, *, say: Callable[[CountsSaid], None]) -> None:
        self._before = Counts(begin.counted, begin.counted_left_out)
        self._say = say
        self._session_id = ""
        self._kept = KeptCounts()

    def begin(self, session_id: str, *, goes_on: bool) -> Counts:
        """What the judge of this recording goes on with."""
        counts = self._before if goes_on else Counts()
        self._session_id = session_id
        self._kept.add(counts.counted or (), left_out=counts.left_out)
        return counts

    def counted(self, counted: Sequence[Counted]) -> None:
        """Keep it, and tell the resident: whichever is killed, the other knows."""
        self._kept.add(counted)
        self._say(CountsSaid(self._session_id, tuple(counted)))

    def again(self) -> tuple[CountsSaid, ...]:
        """What another resident has to be told, if there is a recording."""
        return (CountsSaid(self._session_id, self._kept.all, self._kept.left_out),) if self._session_id else ()
