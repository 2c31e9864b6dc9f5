"""`tachiai-agent channels`: how the ways out stand, and whether they work."""

import json

import pytest

from app.agent.alerting import outbox_path, sending
from app.agent.channel_commands import NO_CHANNEL
from app.agent.cli import main
from app.channels.late import LateAlert, late_beside
from app.channels.message import Origin, message_of
from app.channels.opening import addresses_of
from app.channels.outbox import Outbox
from recorder.clock import SystemClock
from recorder.events import Alert
from recorder.policy.sections import ChannelKind, ChannelPolicy
from tests.receivers import HOST, make_certificate, silent_server, web
from tests.xserver import wait_until

POLICY = """
version = 1
organisation = "Example Bank"

[[channels]]
name = "audit"
kind = "webhook"
url = "{url}"
ca_file = "{ca_file}"
"""


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path)


@pytest.fixture
def policy(tmp_path, certificate):
    def write(port):
        path = tmp_path / "policy.toml"
        path.write_text(POLICY.format(url=f"https://{HOST}:{port}/", ca_file=certificate.certificate))
        return ("--policy", str(path))

    return write


def test_without_channels_it_says_that_alerts_stay(capsys):
    assert main(["channels", "status"]) == 0
    assert capsys.readouterr().out == f"{NO_CHANNEL}\n"


def test_a_trial_goes_out_and_says_that_it_is_one(policy, certificate, capsys):
    with web(certificate) as server:
        assert main(["channels", "test", *policy(server.port), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"channel": "audit", "sent": True, "problem": None}
    assert json.loads(server.posted[0][1])["title"] == "A trial of the channel"


def test_a_trial_that_fails_says_why_and_ends_with_4(policy, certificate, capsys):
    with web(certificate) as server:
        server.answers.append(500)
        assert main(["channels", "test", *policy(server.port)]) == 4
    assert capsys.readouterr().out == "audit: The webhook at 127.0.0.1 answers HTTP 500; it is tried again.\n"


def put_under_another_name():
    outbox = Outbox(outbox_path())
    origin = Origin(recording="r", operator="o", host="h", started_wall_ns=0)
    outbox.put(message_of(Alert(0, "rule", "1", "Alert", "high", ""), origin), ["old"], wall_ns=10**18)
    return outbox


NOT_NAMED = (
    "old (the policy does not name it): 1 waiting, and not sent until a policy names a channel of this name again."
)


def test_what_waits_for_a_channel_that_is_not_named_any_more_is_told(policy, capsys):
    put_under_another_name().close()
    assert main(["channels", "status"]) == 0
    assert capsys.readouterr().out == f"{NO_CHANNEL}\n{NOT_NAMED}\n"
    assert main(["channels", "status", *policy(1)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [NOT_NAMED]
    told: list[str] = []
    for policies in ((), (ChannelPolicy(name="new", kind=ChannelKind.SYSLOG, host=HOST, port=1),)):
        with sending(policies, sign=bytes, clock=SystemClock(), tell=told.append):
            pass
    assert told == [NOT_NAMED] * 2


def test_what_waits_for_a_channel_that_is_called_otherwise_now_is_sent_there(capsys):
    with web() as server:
        url = f"http://{HOST}:{server.port}/"
        named = {name: ChannelPolicy(name=name, kind=ChannelKind.WEBHOOK, url=url) for name in ("old", "new")}
        outbox = put_under_another_name()
        outbox.hand_over(addresses_of([named["old"]]))
        told: list[str] = []
        with sending([named["new"]], sign=bytes, clock=SystemClock(), tell=told.append):
            wait_until(lambda: outbox.state("new").delivered == 1, what="the alert by its new name")
        outbox.close()
    assert (len(server.posted), told) == (1, [])


def test_a_queue_that_was_set_aside_is_told(policy, capsys):
    outbox_path().parent.mkdir(parents=True, exist_ok=True)
    outbox_path().write_bytes(b"garbage" * 1000)
    said = f"The queue of alerts {outbox_path()} was damaged and set aside as {outbox_path()}.damaged-1;"
    for _ in range(2):
        assert main(["channels", "status", *policy(1)]) == 0
        assert capsys.readouterr().out.splitlines()[1:] == [f"{said} what it held of sessions before is not sent."]
    assert main(["channels", "status", *policy(1), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1])["problem"].startswith(said)


def test_what_could_not_be_queued_is_told(policy, capsys):
    origin = Origin(recording="r", operator="o", host="h", started_wall_ns=0)
    message = message_of(Alert(0, "rule", "1", "Alert", "high", ""), origin)
    late_beside(outbox_path()).keep(LateAlert(message, ("audit",), 1))
    assert main(["channels", "status", *policy(1)]) == 0
    said = "Alerts that could not be queued yet: 1; the agent does that at its next start, or once it can."
    assert capsys.readouterr().out.splitlines()[1:] == [said]


def test_what_waits_is_told(policy, capsys):
    outbox = Outbox(outbox_path())
    origin = Origin(recording="r", operator="o", host="h", started_wall_ns=0)
    outbox.put(message_of(Alert(0, "rule", "1", "Alert", "high", ""), origin), ["audit"], wall_ns=10**18)
    outbox.set_failed("audit", outbox.waiting("audit"), "It is away.")
    outbox.close()
    with silent_server() as port:
        options = policy(port)
        assert main(["channels", "status", *options]) == 0
        said = capsys.readouterr().out
        assert said == (
            "audit (webhook, from medium on): 1 waiting since 2001-09-09T01:46:40Z, 0 delivered. It is away.\n"
        )
        assert main(["channels", "status", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "channel": "audit",
        "kind": "webhook",
        "least_severity": "medium",
        "waiting": 1,
        "waiting_since": "2001-09-09T01:46:40Z",
        "problem": "It is away.",
        "delivered": 0,
        "last_delivered": None,
    }
