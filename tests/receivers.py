"""Real receivers of alerts on loopback: rsyslogd, a web server, a mail server, a session bus; with certificates."""

import contextlib
import datetime
import ipaddress
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.xserver import stop_process, wait_until

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """A certificate that signed itself, for loopback."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


@dataclass
class Rsyslog:
    """A running rsyslogd; what it understood of each message, field by field."""

    port: int
    out: Path

    def messages(self) -> list[list[str]]:
        if not self.out.exists():
            return []
        return [line.split("|", 6) for line in self.out.read_text(encoding="utf-8").splitlines()]


@contextlib.contextmanager
def rsyslog(folder: Path, certificate: Certificate | None) -> Iterator[Rsyslog]:
    folder.mkdir(exist_ok=True)
    out, port_file = folder / "out", folder / "port"
    driver = 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"' if certificate else ""
    files = (
        f'DefaultNetstreamDriverCAFile="{certificate.certificate}" DefaultNetstreamDriverCertFile='
        f'"{certificate.certificate}" DefaultNetstreamDriverKeyFile="{certificate.key}"'
        if certificate
        else ""
    )
    fields = "%pri%|%timereported:::date-rfc3339%|%hostname%|%app-name%|%msgid%|%structured-data%|%msg%"
    configuration = folder / "rsyslog.conf"
    configuration.write_text(
        f'global(workDirectory="{folder}" {files} maxMessageSize="64k")\n'
        f'module(load="imtcp" {driver})\n'
        f'input(type="imtcp" address="{HOST}" port="0" listenPortFileName="{port_file}")\n'
        f'template(name="fields" type="string" string="{fields}\\n")\n'
        f'action(type="omfile" file="{out}" template="fields")\n',
        encoding="utf-8",
    )
    command = ["rsyslogd", "-n", "-f", str(configuration), "-i", str(folder / "pid")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        port = wait_until(lambda: port_file.exists() and port_file.read_text().strip(), what="rsyslogd's port")
        yield Rsyslog(int(port), out)
    finally:
        stop_process(process)


@dataclass
class Web:
    """A running web server: what was posted, and what it answers next (200 when nothing is left)."""

    port: int
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    poison: bytes = b"\0"  # a body with this in it is answered with 500
    silencing: bytes = b"\0"  # one with this in it is not answered: the server hangs up

    @property
    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for _, body in self.posted]


@contextlib.contextmanager
def web(certificate: Certificate | None = None, *, port: int = 0) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            told.posted.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if told.silencing in body:
                self.close_connection = True
                return
            usual = 500 if told.poison in body else 200
            self.send_response(told.answers.pop(0) if told.answers else usual)
            self.send_header("content-length", "0")
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer((HOST, port), Handler)
    if certificate is not None:
        server.socket = certificate.server_context().wrap_socket(server.socket, server_side=True)
    told = Web(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Mailbox:
    """A running mail server, and what it took."""

    port: int
    folder: Path

    def mails(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]


@contextlib.contextmanager
def mailbox(folder: Path, certificate: Certificate, *options: str) -> Iterator[Mailbox]:
    folder.mkdir()
    files = ("--certificate", str(certificate.certificate), "--key", str(certificate.key), "--out", str(folder))
    command = [sys.executable, "-W", "ignore", "-m", "tests.mail_server", *files, *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield Mailbox(int(process.stdout.readline()), folder)
    finally:
        stop_process(process)


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    import socket

    with socket.create_server((HOST, 0)) as listening:
        yield listening.getsockname()[1]
