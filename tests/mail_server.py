"""A real mail server on loopback, as a program of its own: each mail that it takes becomes a file."""

import argparse
import asyncio
import logging
import ssl
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--answer", default="250 taken", help="to every mail; it is kept only if this begins with 250")
    parser.add_argument("--later", default="", help="a recipient who is answered with 450 the first time")
    parser.add_argument("--never", default="", help="a recipient who is always answered with 550")
    parser.add_argument("--hangs-up-at", default="\0", help="a text: a mail with it is not answered")
    parser.add_argument("--password", default="", help="without it nobody gets in")
    parser.add_argument("--starttls", action="store_true", help="TLS after the greeting, not from the first byte")
    return parser.parse_args()


class Box:
    def __init__(self, out, answer, later, never, hangs_up_at):
        self._out = out
        self._answer = answer
        self._later = later
        self._never = never
        self._hangs_up_at = hangs_up_at.encode()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address == self._later:
            self._later = ""
            return "450 later"
        if address == self._never:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server, _session, envelope):
        if self._hangs_up_at in envelope.content:
            server.transport.close()
            return "451 nobody hears this"
        if self._answer.startswith("250"):
            path = self._out / f"{len(list(self._out.iterdir()))}.part"
            path.write_bytes(f"X-For: {' '.join(envelope.rcpt_tos)}\r\n".encode() + envelope.content)
            path.rename(path.with_suffix(".eml"))
        return self._answer


async def serve(asked):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(asked.certificate, asked.key)

    def check(_server, _session, _envelope, _mechanism, given):
        return AuthResult(success=given.password.decode() == asked.password, handled=False)

    options: dict[str, Any] = {"tls_context": context, "require_starttls": True} if asked.starttls else {}
    if asked.password:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": asked.starttls}
    box = Box(asked.out, asked.answer, asked.later, asked.never, asked.hangs_up_at)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="localhost", **options), "127.0.0.1", 0, ssl=None if asked.starttls else context
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(arguments()))
