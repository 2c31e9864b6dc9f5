"""Where the display does not answer, the key gate keeps nobody else waiting."""

import threading

from recorder.capture.hidden_places import ECHO_OFF, Place
from recorder.events import Click
from tests.unit.recorder.test_key_gate import MS, Desk


class HeldDesk(Desk):
    """A desk whose display does not answer while it is held."""

    def __init__(self) -> None:
        self.is_free, self.is_asked = threading.Event(), threading.Event()
        self.is_free.set()
        super().__init__()

    def _look(self) -> Place:
        self.is_asked.set()
        self.is_free.wait()
        return super()._look()

    def hold_and_type(self, text: str) -> threading.Thread:
        """As the keyboard's thread does it, which is then kept waiting."""
        self._pass(10 * MS)
        self.is_free.clear()
        self.is_asked.clear()
        typing = threading.Thread(target=self.type, args=(text,), daemon=True)
        typing.start()
        assert self.is_asked.wait(10)
        return typing


def test_while_a_look_has_no_answer_what_is_not_typed_is_put_all_the_same() -> None:
    desk = HeldDesk()
    desk.place = Place(may_turn_silent=False)  # of which the gate's own thread does not ask before it judges
    desk._pass(10 * MS)
    desk.type("a")
    typing = desk.hold_and_type("b")
    desk._pass(300 * MS)  # by then the key before it is to be judged
    click = Click(desk.clock.now_ns(), 1, 1, "left", pressed=True)
    clicking = threading.Thread(target=desk.gate.put, args=(click,), daemon=True)
    clicking.start()
    clicking.join(10)
    is_put = not clicking.is_alive()
    desk.is_free.set()
    typing.join()
    desk.gate.stop()
    assert is_put
    assert click in desk.heard


def test_a_look_without_an_answer_does_not_keep_the_end_waiting_and_the_key_that_waits_is_hidden() -> None:
    desk = HeldDesk()
    desk.type("a")
    typing = desk.hold_and_type("b")
    ending = threading.Thread(target=desk.gate.stop, daemon=True)
    ending.start()
    ending.join(10)
    has_ended = not ending.is_alive()
    told, hidden = desk.typed, list(desk.hidden)
    desk.is_free.set()
    typing.join()
    ending.join()
    assert has_ended
    assert (told, [one.why for one in hidden]) == ("", [ECHO_OFF])
