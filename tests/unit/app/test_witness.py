"""What happens in the resident's sight is in the recording, whichever recorder is killed before it has sealed it."""

from app.agent.supervision.messages import Message, Witnessed, WitnessKept
from app.agent.supervision.witness import MOST_SIGNS, Witness
from app.agent.supervision.witnessed import WitnessBook
from recorder.agent_events import EvasionSign, NoticeAcknowledged, NoticeShown, ResponseGiven
from tests.watched import Ears, FakeRecorders, notes
from tests.xserver import wait_until

ANSWER = ResponseGiven(500, 40, "rule", "demand_reason", "answered", "A ticket: CHG-2417")


def hears_and_is_killed(fakes: FakeRecorders, channel, heard, closed) -> None:
    """It has what the resident said, and is killed before the next chunk is sealed."""
    fakes.begun(channel)
    wait_until(lambda: any(isinstance(one, Witnessed) for one in heard), what="the answer")
    channel.finish(2)


def a_witness() -> tuple[Witness, list]:
    """One, and what it says."""
    said: list = []

    def say(message: Message) -> bool:
        said.append(message)
        return True

    return Witness(say), said


def test_an_answer_that_a_recorder_heard_and_did_not_seal_is_told_the_next_one_until_it_is_sealed(watch):
    ears: Ears
    watcher, fakes, ears = watch(hears_and_is_killed, hears_and_is_killed, notes)
    wait_until(ears.recording, what="a recording")
    watcher.record(ANSWER)
    wait_until(lambda: fakes.noted, what="the answer in the recording of the third")
    told = len(ears.messages)
    wait_until(lambda: len(ears.messages) > told + 5, what="heartbeats")
    assert [event for event in fakes.noted if isinstance(event, ResponseGiven)] == [ANSWER]


def test_what_is_still_to_be_kept_is_not_told_twice_and_what_is_kept_is_forgotten():
    witness, said = a_witness()
    witness.tell(ANSWER)
    witness.tell(ANSWER)
    witness.tell(NoticeShown(500, "en", "Told"))
    assert [one.event for one in said] == [ANSWER, NoticeShown(500, "en", "Told")]
    witness.keep(WitnessKept((said[0].number,)))
    said.clear()
    witness.tell_again()
    assert [one.event for one in said] == [NoticeShown(500, "en", "Told")]


def test_signs_that_no_recorder_lives_to_note_are_counted_and_no_answer_is_given_up_for_them():
    witness, said = a_witness()
    witness.tell(ANSWER)
    for number in range(MOST_SIGNS + 5):
        witness.tell(EvasionSign(number, "recorder_stopped", f"{number}."))
    said.clear()
    witness.tell_again()
    assert len(said) == MOST_SIGNS + 1
    assert said[0].event == ANSWER
    assert said[-1].event.detail == "204. No recorder lived to note 5 more of these before."


def test_signs_that_were_left_out_once_are_not_counted_again_after_a_recorder_noted_so():
    witness, said = a_witness()
    for first in (0, 1000):
        for number in range(first, first + MOST_SIGNS + 2):
            witness.tell(EvasionSign(number, "recorder_stopped", f"{number}."))
        told = said[-1]
        witness.keep(WitnessKept(tuple(one.number for one in said)))
    assert told.event.detail == "1201. No recorder lived to note 2 more of these before."


def test_it_stands_in_the_recording_by_its_clock_and_is_said_to_be_kept_once_it_is_on_the_disk():
    said: list[object] = []
    put: list[tuple[object, bool]] = []
    book = WitnessBook(said.append)
    book.take(Witnessed(7, NoticeAcknowledged(500, 300, "CHG-1")))
    book.take(Witnessed(7, NoticeAcknowledged(500, 300, "CHG-1")))
    book.begin(lambda event, is_judged: put.append((event, is_judged)), started_boot_ns=100)
    book.take(Witnessed(8, ANSWER, is_judged=True))
    acknowledged = NoticeAcknowledged(400, 200, "CHG-1")
    answered = ResponseGiven(400, 40, "rule", "demand_reason", "answered", "A ticket: CHG-2417")
    assert put == [(acknowledged, False), (answered, True)]
    assert said == []
    book.events_sealed([answered])
    book.events_sealed([acknowledged, acknowledged])
    assert said == [WitnessKept((8,)), WitnessKept((7,))]
