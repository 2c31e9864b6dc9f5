"""What happened in the resident's sight, kept until a recorder has it on the disk; the next one is told it again."""

from collections.abc import Callable

from app.agent.supervision.messages import Message, Seen, Witnessed, WitnessKept
from recorder.agent_events import EvasionSign

MOST_SIGNS = 200  # as long as no recorder lives; what comes then is counted


class Witness:
    """For the watcher's thread. `say` says it to the recorder, if there is one."""

    def __init__(self, say: Callable[[Message], bool]) -> None:
        self._say = say
        self._unkept: dict[int, Witnessed] = {}
        self._last_number = 0
        self._left_out = 0

    def tell(self, event: Seen, *, is_judged: bool = False) -> None:
        """This happened: into this recording or the next one. What is still to be kept as it is, is not said twice."""
        if any(one.event == event for one in self._unkept.values()):
            return
        if isinstance(event, EvasionSign):
            event = self._counted(event)
        # Another resident may go on with the same recorder: its numbers have to be others.
        self._last_number = max(self._last_number + 1, event.at_ns)
        message = Witnessed(self._last_number, event, is_judged)
        self._unkept[message.number] = message
        self._say(message)

    def tell_again(self) -> None:
        """To another recorder, in its order."""
        for message in self._unkept.values():
            self._say(message)

    def keep(self, message: WitnessKept) -> None:
        """A recorder has these on the disk."""
        for number in message.numbers:
            self._unkept.pop(number, None)

    def _counted(self, sign: EvasionSign) -> EvasionSign:
        signs = [number for number, one in self._unkept.items() if isinstance(one.event, EvasionSign)]
        if len(signs) < MOST_SIGNS:
            self._left_out = 0  # what was left out before stands in the last one told then
            return sign
        del self._unkept[signs[-1]]
        self._left_out += 1
        left_out = f"No recorder lived to note {self._left_out} more of these before."
        return EvasionSign(sign.at_ns, sign.sign, f"{sign.detail} {left_out}", sign.pid, sign.executable)
