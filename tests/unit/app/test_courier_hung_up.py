"""A server that hangs up at one alert, whenever it gets it, is not asked for that one alone for ever."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.courier import Courier
from app.channels.mail import MailChannel
from app.channels.message import Origin, message_of
from app.channels.outbox import Outbox
from app.channels.sending import Channel
from app.channels.webhook import WebhookChannel
from recorder.clock import SystemClock
from recorder.events import Alert
from recorder.evidence.keys import DeviceKey
from tests.receivers import HOST, mailbox, make_certificate, web
from tests.xserver import wait_until

ORIGIN = Origin(recording="20261122T101112Z-0badcafe", operator="alice", host="db1", started_wall_ns=10**18)


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    """Three alerts that wait, the server's first the one at which it hangs up."""
    monkeypatch.setattr("app.channels.courier.FIRST_PAUSE_S", 0.02)
    made = Outbox(tmp_path / "outbox.db")
    for number in range(3):
        alert = Alert(number, "rule", "1", f"Alert {number}", "high", "")
        made.put(message_of(alert, ORIGIN), ("audit",), wall_ns=number)
    yield made
    made.close()


@contextlib.contextmanager
def carried(outbox: Outbox, channel: Channel) -> Iterator[None]:
    courier = Courier(outbox, {"audit": channel}, clock=SystemClock())
    courier.start()
    try:
        yield
    finally:
        courier.stop()


def test_a_web_server_that_hangs_up_at_one_alert_gets_the_later_ones(outbox: Outbox) -> None:
    with web() as server:
        server.silencing = b'"Alert 0"'
        channel = WebhookChannel(f"http://{HOST}:{server.port}/", DeviceKey.generate().sign, SystemClock())
        with carried(outbox, channel):
            wait_until(lambda: outbox.state("audit").delivered == 2, what="the other two")
    assert outbox.state("audit").problem.endswith("Later alerts pass this one.")


def test_a_mail_server_that_hangs_up_at_one_alert_gets_the_later_ones(outbox: Outbox, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with mailbox(tmp_path / "mails", certificate, "--hangs-up-at", "Alert 0") as box:
        channel = MailChannel(HOST, "t@e.com", ("a@e.com",), box.port, ca_file=str(certificate.certificate))
        with carried(outbox, channel):
            wait_until(lambda: outbox.state("audit").delivered == 2, what="the other two")
    said = "The mail server 127.0.0.1 hung up before it took this alert; it is tried again. Later alerts pass this one."
    assert outbox.state("audit").problem == said
