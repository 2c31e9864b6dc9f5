"""Each way out of the machine, against a real receiver of its kind."""

import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import re
import socket
import subprocess
import threading
import time

import msgspec
import pytest
from jeepney import HeaderFields, MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from app.channels.desktop import DesktopChannel
from app.channels.mail import MailChannel
from app.channels.message import Origin, message_of
from app.channels.sending import (
    ANSWER_S,
    BadAnswerError,
    MessageRefusedError,
    ServerAwayError,
    TimeLimit,
    secret_in,
    trusting,
)
from app.channels.syslog import SyslogChannel, formatted
from app.channels.webhook import WebhookChannel
from recorder.clock import SystemClock
from recorder.events import Alert, FiredBy
from recorder.evidence.keys import DeviceKey
from recorder.evidence.signature import is_signed_by
from recorder.policy.sections import Transport
from tests.receivers import HOST, mailbox, make_certificate, rsyslog, silent_server, web
from tests.xserver import stop_process, wait_until

ORIGIN = Origin(
    recording="20261122T101112Z-0badcafe", operator="alice", host="db1", started_wall_ns=1_795_000_000_000_000_000
)
FIRED = Alert(
    12_500_000_000,
    "stop-billing",
    "3",
    'Billing "stopped" [twice]',
    "high",
    "課金は 9 時まで止めない",
    (FiredBy(12_000_000_000, "text", "systemctl stop billing\x1b[2J"),),
    "warn",
)
MESSAGE = message_of(FIRED, ORIGIN)
DEVICE = DeviceKey.generate()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def send(channel, *messages, limit=None):
    with (limit := limit or TimeLimit()).running():
        channel.send(messages or (MESSAGE,), limit)


def test_the_same_alert_is_the_same_message_and_another_is_another():
    assert message_of(FIRED, ORIGIN).id == MESSAGE.id
    assert message_of(msgspec.structs.replace(FIRED, at_ns=1), ORIGIN).id != MESSAGE.id
    assert MESSAGE.rows == ("systemctl stop billing\u241b[2J",)
    assert MESSAGE.link == "tachiai://20261122T101112Z-0badcafe?t=12.500"


def test_rsyslog_understands_every_field(certificate, tmp_path):
    with rsyslog(tmp_path / "rsyslog", certificate) as server:
        channel = SyslogChannel(HOST, server.port, ca_file=str(certificate.certificate))
        send(channel, *[MESSAGE] * 50)
        wait_until(lambda: len(server.messages()) == 50, what="all messages")
    priority, at, host, name, kind, data, said = server.messages()[-1]
    assert (priority, host, name, kind) == (str(13 * 8 + 3), "db1", "tachiai", "alert")
    assert at.startswith("2026-11-18T")
    assert f'id="{MESSAGE.id}"' in data
    assert 'rule="stop-billing"' in data
    assert "課金は 9 時まで止めない" in said
    assert "\x1b" not in said


def test_a_syslog_server_that_is_not_trusted_gets_nothing(certificate, tmp_path):
    with rsyslog(tmp_path / "rsyslog", certificate) as server:
        with pytest.raises(ServerAwayError, match="certificate that is not trusted"):
            send(SyslogChannel(HOST, server.port))
        assert server.messages() == []


def close_at_once(secured, _released):
    secured.close()


def end_at_once(secured, released):
    socket.socket.shutdown(secured, socket.SHUT_WR)
    released.wait(10)


def say_farewell_at_once(secured, _released):
    with contextlib.suppress(OSError):
        secured.unwrap()


def read_a_little(secured, _released):
    secured.recv(10)


def read_everything_and_end(secured, released):
    """It has read it, as far as its kernel knows, and what it read went nowhere."""
    while secured.pending() or secured.recv(4096).count(b"tachiai") == 0:
        pass
    end_at_once(secured, released)


def read_nothing_until_the_farewell(secured, released):
    socket.socket.settimeout(secured, None)
    released.wait(0.6)  # what is sent lies in the kernel
    socket.socket.shutdown(secured, socket.SHUT_WR)
    released.wait(0.1)  # and is thrown away when this is closed


@contextlib.contextmanager
def tls_server(certificate, serve):
    """A syslog server whose program does this with each connection, and then closes it."""
    released = threading.Event()

    def answer(listening):
        while True:
            try:
                connection, _ = listening.accept()
                with certificate.server_context().wrap_socket(connection, server_side=True) as secured:
                    serve(secured, released)
            except OSError:
                if released.is_set():
                    return

    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            released.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    "serve",
    [
        close_at_once,
        end_at_once,
        say_farewell_at_once,
        read_a_little,
        read_everything_and_end,
        read_nothing_until_the_farewell,
    ],
)
@pytest.mark.parametrize("number", [1, 2000])
def test_a_syslog_server_that_closes_by_itself_has_not_taken_it(serve, number, certificate, monkeypatch):
    monkeypatch.setattr("app.channels.syslog.STANDS_S", 0.4)
    with tls_server(certificate, serve) as port:
        channel = SyslogChannel(HOST, port, ca_file=str(certificate.certificate))
        with pytest.raises(BadAnswerError, match="closed the connection without reading everything"):
            send(channel, *[MESSAGE] * number)


def test_a_datagram_is_short_and_whole():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((HOST, 0))
        receiver.settimeout(10)
        long = msgspec.structs.replace(MESSAGE, reason="長い" * 2000)
        send(SyslogChannel(HOST, receiver.getsockname()[1], Transport.UDP), long)
        datagram = receiver.recv(65_536)
    assert len(datagram) <= 2048
    assert datagram.decode().startswith("<107>1 2026-11-18T")


def test_structured_data_cannot_be_broken_out_of():
    line = formatted(msgspec.structs.replace(MESSAGE, operator='x"] [evil@1 a="b\\')).decode()
    assert re.search(r'operator="x\\"\\\] \[evil@1 a=\\"b\\\\"', line)


def test_a_webhook_gets_json_that_this_machine_signed(certificate, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + base64.b64encode(b"very secret").decode() + "\n")
    with web(certificate) as server:
        url = f"https://{HOST}:{server.port}/alerts?team=audit"
        send(WebhookChannel(url, DEVICE.sign, SystemClock(), str(certificate.certificate), str(secret)))
    ((headers, body),) = server.posted
    assert msgspec.json.decode(body)["title"] == 'Billing "stopped" [twice]'
    assert headers["webhook-id"] == MESSAGE.id
    signed = b".".join((MESSAGE.id.encode(), headers["webhook-timestamp"].encode(), body))
    by_key, by_secret = headers["webhook-signature"].split(" ")
    assert is_signed_by(DEVICE.public_bytes, base64.b64decode(by_key.removeprefix("v1a,")), signed)
    expected = hmac.new(b"very secret", signed, hashlib.sha256).digest()
    assert base64.b64decode(by_secret.removeprefix("v1,")) == expected


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, MessageRefusedError),
        (413, MessageRefusedError),
        (302, ServerAwayError),
        (404, ServerAwayError),
        (429, ServerAwayError),
        (503, ServerAwayError),
    ],
)
def test_a_webhook_that_refuses_is_told_from_one_that_is_away(status, error):
    with web() as server:
        server.answers.append(status)
        with pytest.raises(error, match=f"HTTP {status}"):
            send(WebhookChannel(f"http://{HOST}:{server.port}/", DEVICE.sign, SystemClock()))
    assert len(server.posted) == 1  # a redirection is not followed


@pytest.mark.parametrize("transport", [Transport.TLS, Transport.STARTTLS])
def test_a_mail_arrives_with_its_own_id_and_harmless_texts(transport, certificate, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    hostile = msgspec.structs.replace(MESSAGE, title="Stopped␍␊Bcc: everybody@example.com")
    options = ("--starttls",) if transport is Transport.STARTTLS else ()
    with mailbox(tmp_path / "mails", certificate, "--password", "open sesame", *options) as box:
        channel = MailChannel(
            HOST,
            "agent@example.com",
            ("audit@example.com",),
            box.port,
            transport,
            "agent",
            str(secret),
            str(certificate.certificate),
        )
        send(channel, hostile)
    mail = email.message_from_bytes(box.mails()[0], policy=email.policy.default)
    assert mail["Message-ID"] == f"<{MESSAGE.id}@tachiai.invalid>"
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("[high] Stopped␍␊Bcc")
    assert "課金は 9 時まで止めない" in mail.get_content()
    assert "See it: tachiai://20261122T101112Z-0badcafe?t=12.500" in mail.get_content()


@pytest.mark.parametrize(("answer", "error"), [("554 no", MessageRefusedError), ("451 later", ServerAwayError)])
def test_a_mail_that_is_refused_is_told_from_a_server_that_is_away(answer, error, certificate, tmp_path):
    with mailbox(tmp_path / "mails", certificate, "--answer", answer) as box:
        channel = MailChannel(
            HOST, "a@example.com", ("b@example.com",), box.port, Transport.TLS, ca_file=str(certificate.certificate)
        )
        with pytest.raises(error, match=answer):
            send(channel)
        assert box.mails() == []


def test_a_wrong_mail_password_is_said(certificate, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("guess")
    with mailbox(tmp_path / "mails", certificate, "--starttls", "--password", "open sesame") as box:
        channel = MailChannel(
            HOST,
            "a@example.com",
            ("b@example.com",),
            box.port,
            Transport.STARTTLS,
            "agent",
            str(secret),
            str(certificate.certificate),
        )
        with pytest.raises(ServerAwayError, match="535"):
            send(channel)


@pytest.mark.parametrize("kind", ["syslog", "webhook", "webhook over TLS", "mail", "mail over TLS"])
def test_a_server_that_never_answers_is_left_when_the_time_is_over(kind):
    with silent_server() as port:
        channel = {
            "syslog": SyslogChannel(HOST, port),
            "webhook": WebhookChannel(f"http://{HOST}:{port}/", DEVICE.sign, SystemClock()),
            "webhook over TLS": WebhookChannel(f"https://{HOST}:{port}/", DEVICE.sign, SystemClock()),
            "mail": MailChannel(HOST, "a@example.com", ("b@example.com",), port, Transport.PLAIN),
            "mail over TLS": MailChannel(HOST, "a@example.com", ("b@example.com",), port, Transport.TLS),
        }[kind]
        began_s = time.monotonic()
        with pytest.raises(ServerAwayError):
            send(channel, limit=TimeLimit(0.3))
        assert time.monotonic() - began_s < ANSWER_S, "its own time, not that of one step"


def test_a_mail_server_that_is_too_slow_in_one_step_is_said_to_be(monkeypatch):
    monkeypatch.setattr("app.channels.mail.ANSWER_S", 0.1)
    with silent_server() as port, pytest.raises(ServerAwayError, match="does not answer in time"):
        send(MailChannel(HOST, "a@example.com", ("b@example.com",), port, Transport.PLAIN))


def test_nobody_there_is_one_sentence():
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ServerAwayError, match=r"The syslog server 127\.0\.0\.1 cannot be reached"):
        send(SyslogChannel(HOST, port))


def test_a_secret_that_cannot_be_read_names_its_file(tmp_path):
    channel = WebhookChannel("http://127.0.0.1:1/", DEVICE.sign, SystemClock(), secret_file=str(tmp_path / "none"))
    with pytest.raises(ServerAwayError, match="none cannot be read"):
        send(channel)


@contextlib.contextmanager
def session_bus(folder):
    address = f"--address=unix:dir={folder}"
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1", address]
    bus = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert bus.stdout is not None
        yield bus.stdout.readline().decode().strip()
    finally:
        stop_process(bus)


def show_one(desktop, shown):
    while not shown:
        call = desktop.receive(timeout=10)
        if call.header.message_type is MessageType.method_call:
            assert call.header.fields[HeaderFields.member] == "Notify"
            shown.append(call.body)
            desktop.send(new_method_return(call, "u", (1,)))


def test_a_notification_is_shown_by_the_desktop_with_its_markup_taken_away(monkeypatch, tmp_path):
    with session_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(ServerAwayError, match="shows no notifications"):
            send(DesktopChannel())
        shown: list[tuple] = []
        with open_dbus_connection(bus=address) as desktop:
            desktop.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))
            thread = threading.Thread(target=show_one, args=(desktop, shown))
            thread.start()
            send(DesktopChannel(), msgspec.structs.replace(MESSAGE, reason="<b>&</b>"))
            thread.join()
    (body,) = shown
    assert body[3] == 'Billing "stopped" [twice]'
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in body[4]
    assert body[6]["urgency"] == ("y", 2)


@pytest.mark.parametrize(("address", "why"), [(None, "has no message bus"), ("unix path", "cannot be read")])
def test_without_a_bus_the_desktop_is_away(monkeypatch, address, why):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    if address is not None:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with pytest.raises(ServerAwayError, match=rf"shows no notifications \([^)]*{why}\)"):
        send(DesktopChannel())


def test_files_of_channels_may_lie_in_the_operators_home_folder(monkeypatch, certificate, tmp_path):
    monkeypatch.setenv("HOME", str(certificate.certificate.parent))
    assert secret_in("~/certificate.pem").startswith("-----BEGIN")
    assert len(trusting("~/certificate.pem", TimeLimit()).get_ca_certs()) == 1
