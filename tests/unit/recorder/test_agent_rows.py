"""What the resident agent says, as rows of the operation log."""

import pytest

from recorder.agent_events import (
    Covered,
    DeviceChanged,
    EvasionSign,
    HiddenInput,
    MaskChanged,
    MaskedArea,
    NoticeAcknowledged,
    NoticeShown,
    PolicyInForce,
    ResponseGiven,
    StorageState,
)
from recorder.event import Event
from recorder.events import Gap, SessionEnded
from recorder.geometry import Rect
from recorder.oplog import OperationLog

S = 1_000_000_000

SAID: list[tuple[Event, str, str]] = [
    (SessionEnded(0, "logged_out"), "session", "the operator logged out"),
    (Gap(0, 4 * S, "everything", "recorder_frozen"), "gap", "Not recorded for 4.0 s: everything"),
    (PolicyInForce(0, 7, "Example Bank", b"\x02" * 32), "policy", "Policy version 7 of Example Bank holds"),
    (PolicyInForce(0, 0, "", b""), "policy", "No policy was given"),
    (NoticeShown(0, "en", "You are recorded."), "policy", "told what is recorded"),
    (NoticeAcknowledged(4 * S, 0, "T-1 patch day"), "policy", "confirmed the notice"),
    (MaskChanged(0, (MaskedArea(Rect(0, 0, 9, 9), "mail"),)), "mask", "1 area is masked"),
    (MaskChanged(0, ()), "mask", "Nothing is masked any more"),
    (HiddenInput(0, 2 * S, 16, "echo_off", "sudo"), "hidden", "at most 16 keys"),
    (EvasionSign(0, "tunnel", "ngrok", 7, "/usr/bin/ngrok"), "evasion", "A tunnelling program runs"),
    (EvasionSign(0, "of a newer kind", ""), "evasion", "of a newer kind"),
    (DeviceChanged(0, "added", "usb", "Stick", "0781:5567"), "device", "Stick"),
    (StorageState(0, "low", 900_000_000, "warn"), "storage", "Storage is low: 900 MB free"),
    (ResponseGiven(4 * S, 0, "r1", "demand_reason", "answered", "ticket 7"), "response", "Response: demand_reason"),
]


@pytest.mark.parametrize(("event", "kind", "words"), SAID, ids=lambda value: str(value)[:30])
def test_everything_that_the_agent_says_reads_as_a_row(event: Event, kind: str, words: str) -> None:
    log = OperationLog()
    rows = log.feed(event) + log.finish()
    assert [row.kind for row in rows] == [kind]
    assert words in rows[0].text


def test_the_account_of_the_session_makes_no_rows_beside_those_of_its_gaps_and_masks() -> None:
    log = OperationLog()
    assert log.feed(Covered(0, 60 * S, "masked", "mail")) + log.finish() == []


def test_a_purpose_can_be_searched_and_cannot_act() -> None:
    (row,) = OperationLog().feed(NoticeAcknowledged(S, 0, "T-1\x1b[2J"))
    assert row.also == "T-1\u241b[2J"
    assert row.detail.isprintable()


def test_what_was_said_again_to_another_recorder_is_one_row_also_if_it_is_read_on_later() -> None:
    answered = ResponseGiven(4 * S, 0, "r1", "demand_reason", "answered", "ticket 7")
    log = OperationLog()
    assert len(log.feed(answered)) == 1
    assert log.feed(answered) == []
    log = OperationLog.resumed(log.state())
    assert log.feed(answered) == []
    assert len(log.feed(ResponseGiven(4 * S, 1, "r1", "demand_reason", "answered", "ticket 7"))) == 1
