"""`tachiai-agent channels`: how the ways out stand, and whether they work."""

import json

import pytest

from app.agent.alerting import outbox_path
from app.agent.channel_commands import NO_CHANNEL
from app.agent.cli import main
from app.channels.message import Origin, message_of
from app.channels.outbox import Outbox
from recorder.events import Alert
from tests.receivers import HOST, make_certificate, silent_server, web

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


def test_what_waits_is_told(policy, capsys):
    outbox = Outbox(outbox_path())
    origin = Origin(recording="r", operator="o", host="h", started_wall_ns=0)
    outbox.put(message_of(Alert(0, "rule", "1", "Alert", "high", ""), origin), ["audit"], wall_ns=10**18)
    outbox.set_failed(outbox.waiting("audit"), "It is away.")
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
