"""Alerts that wait on disk: never lost, never sent twice, and no server holds up another."""

import os
import signal
import socket
import subprocess
import sys
import threading

import msgspec
import pytest

from app.channels.courier import Courier
from app.channels.desktop import DesktopChannel
from app.channels.mail import MailChannel
from app.channels.message import Origin, message_of
from app.channels.opening import channels_for, open_channels
from app.channels.outbox import Outbox
from app.channels.sending import BadAnswerError
from app.channels.syslog import SyslogChannel
from app.channels.webhook import WebhookChannel
from recorder.clock import SystemClock
from recorder.errors import StorageError
from recorder.events import Alert, AlertSeverity
from recorder.evidence.keys import DeviceKey
from recorder.policy.sections import ChannelKind, ChannelPolicy
from tests.receivers import HOST, mailbox, make_certificate, silent_server, web
from tests.xserver import wait_until

ORIGIN = Origin(recording="20261122T101112Z-0badcafe", operator="alice", host="db1", started_wall_ns=10**18)
CLOCK = SystemClock()
DEVICE = DeviceKey.generate()


def message(number):
    return message_of(Alert(number, "rule", "1", f"Alert {number}", "high", ""), ORIGIN)


def webhook(port):
    return WebhookChannel(f"http://{HOST}:{port}/", DEVICE.sign, CLOCK)


@pytest.fixture
def outbox(tmp_path):
    made = Outbox(tmp_path / "outbox.db")
    yield made
    made.close()


@pytest.fixture
def carry(outbox):
    couriers = []

    def begin(**channels):
        couriers.append(Courier(outbox, channels, clock=CLOCK))
        couriers[-1].start()
        return couriers[-1]

    yield begin
    for courier in couriers:
        courier.stop()


def put(outbox, *numbers, channels=("audit",)):
    for number in numbers:
        outbox.put(message(number), channels, wall_ns=number)


def test_what_waited_goes_out_in_order_and_what_comes_later_behind_it(outbox, carry):
    put(outbox, *range(5))
    with web() as server:
        carry(audit=webhook(server.port))
        wait_until(lambda: len(server.posted) == 5, what="five alerts")
        put(outbox, 5)
        wait_until(lambda: outbox.state("audit").delivered == 6, what="the sixth", limit_s=3)
    assert server.ids == [message(number).id for number in range(6)]
    assert outbox.waiting("audit") == []


def test_an_alert_that_is_told_again_is_not_sent_again(outbox, carry):
    put(outbox, 1, 1)
    with web() as server:
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 1, what="the alert")
        put(outbox, 1, 2)
        wait_until(lambda: outbox.state("audit").delivered == 2, what="the second alert")
    assert server.ids == [message(1).id, message(2).id]


def test_a_server_that_was_away_gets_everything_when_it_is_back(outbox, carry):
    put(outbox, *range(3))
    with web() as server:
        server.answers += [503]
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 3, what="all alerts")
        assert server.ids == [message(number).id for number in (0, 0, 1, 2)]
    assert outbox.state("audit").problem == ""


def test_a_server_that_hangs_holds_up_nobody_else_and_is_left_when_the_agent_ends(outbox, carry):
    put(outbox, 1, channels=("hangs", "audit"))
    with silent_server() as port, web() as server:
        courier = carry(hangs=SyslogChannel(HOST, port), audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 1, what="the other channel", limit_s=3)
        courier.stop()
    assert outbox.state("hangs").waiting == 1


def test_a_message_that_is_refused_lets_the_others_go_and_stays(outbox, carry):
    put(outbox, *range(3))
    with web() as server:
        server.answers += [400]
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 2, what="the other two")
    state = outbox.state("audit")
    assert (state.waiting, state.problem) == (1, "The webhook at 127.0.0.1 refuses this alert (HTTP 400).")


def test_an_alert_that_the_server_fails_on_again_and_again_is_passed_by_the_later_ones(outbox, carry, monkeypatch):
    monkeypatch.setattr("app.channels.courier.FIRST_PAUSE_S", 0.05)
    put(outbox, *range(4))
    with web() as server:
        server.poison = b'"Alert 0"'
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 3, what="the other three")
        state = outbox.state("audit")
        assert (state.waiting, state.problem) == (
            1,
            "The webhook at 127.0.0.1 answers HTTP 500; it is tried again. Later alerts pass this one.",
        )
        server.poison = b"\0"
        wait_until(lambda: outbox.state("audit").delivered == 4, what="the one that was passed")
    assert server.ids[:6] == [message(number).id for number in (0, 0, 0, 1, 2, 3)]


def test_a_server_that_answers_badly_to_everything_is_not_asked_for_each_alert(outbox, carry, monkeypatch):
    monkeypatch.setattr("app.channels.courier.FIRST_PAUSE_S", 0.01)
    put(outbox, *range(100))
    with web() as server:
        server.answers += [503] * 12
        carry(audit=webhook(server.port))
        wait_until(lambda: not server.answers, what="bad answers")
        assert server.ids[:3] == [message(0).id] * 3
        assert set(server.ids[:12]) <= {message(number).id for number in range(11)}
        wait_until(lambda: outbox.state("audit").delivered == 100, what="all alerts")
    assert len(server.ids) == 112


class HangsUp:
    """A syslog server that hangs up as long as one alert is among those it is sent."""

    most_at_once = SyslogChannel(HOST).most_at_once

    def __init__(self):
        self.taken = []

    def send(self, messages, _limit):
        if any(one.title == "Alert 1" for one in messages):
            raise BadAnswerError("closed")
        self.taken += [one.title for one in messages]


def test_one_of_several_at_which_the_server_hangs_up_is_found_and_passed(outbox, carry, monkeypatch):
    monkeypatch.setattr("app.channels.courier.FIRST_PAUSE_S", 0.02)
    put(outbox, *range(4))
    carry(audit=(server := HangsUp()))
    wait_until(lambda: outbox.state("audit").delivered == 3, what="the other three")
    assert server.taken == ["Alert 0", "Alert 2", "Alert 3"]
    assert outbox.state("audit").problem == "closed Later alerts pass this one."


class Shows:
    """A desktop that fails once, at the second alert."""

    def __init__(self):
        self.shown = []
        self.fails = [2]

    most_at_once = DesktopChannel().most_at_once

    def send(self, messages, _limit):
        for one in messages:
            if one.title == "Alert 1" and self.fails:
                self.fails.pop()
                raise BadAnswerError("busy")
            self.shown.append(one.title)


def test_a_notification_that_is_refused_does_not_show_the_ones_before_it_again(outbox, carry):
    put(outbox, *range(3))
    carry(audit=(desktop := Shows()))
    wait_until(lambda: outbox.state("audit").delivered == 3, what="all three")
    assert desktop.shown == ["Alert 0", "Alert 1", "Alert 2"]


def test_a_mail_goes_again_to_those_alone_who_did_not_get_it(outbox, carry, monkeypatch, tmp_path):
    monkeypatch.setattr("app.channels.courier.FIRST_PAUSE_S", 0.02)
    put(outbox, 1)
    certificate = make_certificate(tmp_path)
    with mailbox(tmp_path / "mails", certificate, "--later", "b@e.com", "--never", "c@e.com") as box:
        people = ("a@e.com", "b@e.com", "c@e.com")
        carry(audit=MailChannel(HOST, "t@e.com", people, box.port, ca_file=str(certificate.certificate)))
        wait_until(lambda: len(box.mails()) == 2, what="the second mail")
        assert [mail.splitlines()[0] for mail in box.mails()] == [b"X-For: a@e.com", b"X-For: b@e.com"]
        wait_until(lambda: "(c@e.com: 550)" in outbox.state("audit").problem, what="the refusal")
    assert (outbox.state("audit").waiting, outbox.state("audit").delivered) == (1, 0)
    assert outbox.takers("audit", outbox.waiting("audit")[0]) == {"a@e.com", "b@e.com"}


HOLDS = """
import sys
from pathlib import Path
from app.channels.outbox import Outbox
with Outbox(Path(sys.argv[1])).sending("audit") as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


def test_only_one_process_sends_from_a_queue_and_another_goes_on_when_it_dies(outbox, carry):
    command = [sys.executable, "-c", HOLDS, str(outbox.path)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdin is not None
    try:
        assert holder.stdout.readline() == b"True\n"
        put(outbox, 1, channels=("audit", "other"))
        with web() as server, web() as other:
            carry(audit=webhook(server.port), other=webhook(other.port))
            wait_until(lambda: other.posted, what="the channel that nobody holds")
            with outbox.sending("audit") as is_ours:
                assert not is_ours
            assert server.posted == []
            os.kill(holder.pid, signal.SIGKILL)
            wait_until(lambda: outbox.state("audit").delivered == 1, what="the alert")
        assert server.ids == [message(1).id]
    finally:
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()


def test_two_agents_of_one_user_send_an_alert_once(outbox, carry):
    slow, sent = threading.Event(), []

    class Slow:
        most_at_once = 1

        def send(self, messages, _limit):
            sent.append(messages[0].title)
            slow.wait(2.5)

    put(outbox, 1)
    carry(audit=Slow())
    wait_until(lambda: sent, what="the first agent")
    second = Outbox(outbox.path)
    courier = Courier(second, {"audit": Slow()}, clock=CLOCK)
    courier.start()
    wait_until(lambda: outbox.state("audit").delivered == 1, what="the alert")
    courier.stop()
    second.close()
    assert sent == ["Alert 1"]


def test_a_dead_server_is_one_sentence_in_the_state(outbox, carry):
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    put(outbox, 1)
    carry(audit=webhook(port))
    state = wait_until(lambda: (now := outbox.state("audit")).problem and now, what="a problem")
    assert state.problem.startswith("The webhook at 127.0.0.1 cannot be reached (Connection refused)")
    assert (state.waiting, state.oldest_wall_ns, state.last_delivered_wall_ns) == (1, 1, None)


PUTS_FOR_EVER = """
import itertools, sys
from pathlib import Path
from app.channels.message import Origin, message_of
from app.channels.outbox import Outbox
from recorder.events import Alert, AlertSeverity
origin = Origin(recording="r", operator="o", host="h", started_wall_ns=0)
outbox = Outbox(Path(sys.argv[1]))
for number in itertools.count():
    outbox.put(message_of(Alert(number, "rule", "1", str(number), "high", ""), origin), ["audit"], wall_ns=number)
    print(number, flush=True)
"""


def test_what_was_put_before_a_kill_is_there_after_it(tmp_path):
    path = tmp_path / "outbox.db"
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", PUTS_FOR_EVER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(20):
            last = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        process.wait()
        process.stdout.close()
        last = int(rest[-1]) if rest else last
        outbox = Outbox(path)
        titles = [one.message.title for one in outbox.waiting("audit", at_most=10**6)]
        outbox.close()
        assert titles[: last + 1] == [str(number) for number in range(last + 1)]
        assert len(titles) <= max(len(titles), last + 2)


def test_a_damaged_queue_is_set_aside_and_says_so(tmp_path):
    path = tmp_path / "outbox.db"
    path.write_bytes(b"not a database, whatever its name says" * 100)
    told: list[str] = []
    outbox = Outbox(path, tell=told.append)
    assert [f"{path}.damaged-1" in sentence for sentence in told] == [True]
    put(outbox, 1)
    assert len(outbox.waiting("audit")) == 1
    outbox.close()


@pytest.mark.parametrize("how", ["removed", "renamed", "overwritten"])
def test_a_queue_that_is_taken_away_meanwhile_is_left_for_the_new_one(outbox, carry, how):
    """The agent has the file open; the recorder that starts then makes another."""
    with web() as server:
        server.answers += [400]
        put(outbox, 0, 1)
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 1, what="the alert behind one that is refused")
        if how == "overwritten":
            outbox.path.write_bytes(b"garbage" * 4096)
        else:
            for path in outbox.path.parent.glob("outbox.db*"):
                path.unlink() if how == "removed" else path.rename(path.with_name(f"old-{path.name}"))
        recorders = Outbox(outbox.path)
        put(recorders, 2)
        wait_until(lambda: server.ids[-1] == message(2).id, what="the alert in the new queue")
        put(outbox, 3)
        wait_until(lambda: server.ids[-1] == message(3).id, what="what was put by who had the old one")
        if how != "overwritten":
            put(recorders, 0, 1)
            waiting = [one.message.title for one in wait_until(lambda: recorders.waiting("audit"), what="the refused")]
            assert waiting == ["Alert 0"], "it came along, and what was delivered is known"
        recorders.close()
    assert server.ids == [message(number).id for number in (0, 1, 2, 3)]


def test_what_is_put_aside_stays_so_when_the_agent_starts_anew(outbox, carry):
    put(outbox, 1)
    with web() as server:
        server.answers += [400]
        first = carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").problem, what="a refusal")
        first.stop()
        put(outbox, 2)
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 1, what="the other alert")
    assert server.ids == [message(1).id, message(2).id]
    (aside,) = outbox.waiting("audit")
    assert aside.tries == 1


def test_a_clock_that_is_put_back_does_not_keep_an_alert_aside(outbox, carry):
    put(outbox, 1)
    (one,) = outbox.waiting("audit")
    outbox.set_aside("audit", one, "refused", until_wall_ns=CLOCK.read().wall_ns + 10**15)
    with web() as server:
        carry(audit=webhook(server.port))
        wait_until(lambda: outbox.state("audit").delivered == 1, what="the alert")


def test_a_queue_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        Outbox(tmp_path / "file" / "outbox.db")


def test_alerts_go_to_the_channels_that_want_them():
    policies = [
        ChannelPolicy(name="all", least_severity=AlertSeverity.INFORMATIONAL),
        ChannelPolicy(name="grave", least_severity=AlertSeverity.HIGH, kind=ChannelKind.SYSLOG, host="loghost"),
    ]
    assert channels_for("medium", policies) == ["all"]
    assert channels_for("critical", policies) == ["all", "grave"]
    assert channels_for("of a newer kind", policies) == ["all", "grave"]
    opened = open_channels(policies, sign=DEVICE.sign, clock=CLOCK)
    assert opened["grave"] == SyslogChannel("loghost")


def test_a_message_survives_its_journey_through_the_queue(outbox):
    put(outbox, 7)
    (waiting,) = outbox.waiting("audit")
    assert waiting.message == message(7)
    assert msgspec.json.decode(msgspec.json.encode(waiting.message), type=type(waiting.message)) == message(7)
