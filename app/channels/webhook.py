"""Alerts to a web address: JSON, signed as Standard Webhooks say (https://www.standardwebhooks.com).

`webhook-id` is the message's own and the same at every try; `webhook-signature` is `v1a,` with the machine's Ed25519
key over `id.timestamp.body`, and `v1,` with HMAC-SHA256 where the policy names a secret. Redirections are not followed.
"""

import base64
import contextlib
import hashlib
import hmac
import http.client
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from app.channels.message import AlertMessage
from app.channels.sending import (
    ANSWER_S,
    BadAnswerError,
    MessageRefusedError,
    ServerAwayError,
    TimeLimit,
    secret_in,
    speaking_to,
    trusting,
)
from recorder.clock import NS_PER_S, Clock
from recorder.release import release

Sign = Callable[[bytes], bytes]
_LATER = frozenset({401, 403, 404, 407, 408, 425, 429})  # what an administrator mends, or time does
_MOST_READ_BYTES = 65_536
_SECRET_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One address. `sign` signs with this machine's key; `clock` tells when."""

    url: str
    sign: Sign
    clock: Clock
    ca_file: str = ""
    secret_file: str = ""
    most_at_once: int = 1

    def send(self, messages: Sequence[AlertMessage], limit: TimeLimit) -> None:
        """Hand them over."""
        place = urllib.parse.urlsplit(self.url)
        whom = f"The webhook at {place.hostname}"
        for message in messages:
            body = msgspec.json.encode(message)
            with speaking_to(whom):
                status = self._post(place, body, self._headers(message, body), limit)
            _judge(whom, status)

    def _post(self, place: urllib.parse.SplitResult, body: bytes, headers: dict[str, str], limit: TimeLimit) -> int:
        host, port = place.hostname or "", place.port
        connection: http.client.HTTPConnection
        if place.scheme == "https":
            connection = http.client.HTTPSConnection(
                host, port, timeout=ANSWER_S, context=trusting(self.ca_file, limit)
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
        try:
            connection.connect()
            limit.hold(connection.sock)
            asked = urllib.parse.urlunsplit(("", "", place.path or "/", place.query, ""))
            connection.request("POST", asked, body, headers)
            answer = connection.getresponse()
            with contextlib.suppress(OSError, http.client.HTTPException):  # the status alone is the answer
                answer.read(_MOST_READ_BYTES)
            return answer.status
        except http.client.HTTPException as error:
            limit.check()  # one that is cut looks as if it had hung up
            msg = f"The webhook at {host} does not answer as a web server does ({type(error).__name__})."
            raise BadAnswerError(msg) from error  # maybe to this alert alone: later ones then have to pass it
        finally:
            connection.close()

    def _headers(self, message: AlertMessage, body: bytes) -> dict[str, str]:
        at_s = str(self.clock.read().wall_ns // NS_PER_S)
        signed = b".".join((message.id.encode(), at_s.encode(), body))
        signatures = [f"v1a,{base64.b64encode(self.sign(signed)).decode()}"]
        if self.secret_file:
            signatures.append(f"v1,{_hmac(secret_in(self.secret_file), signed)}")
        return {
            "content-type": "application/json",
            "user-agent": f"tachiai-agent/{release()}",
            "webhook-id": message.id,
            "webhook-timestamp": at_s,
            "webhook-signature": " ".join(signatures),
        }


def _hmac(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except ValueError as error:
        msg = "The webhook's secret is not base64 (whsec_…); write it into the secret_file of the policy again."
        raise ServerAwayError(msg) from error
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _judge(whom: str, status: int) -> None:
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in _LATER:
        msg = f"{whom} refuses this alert (HTTP {status})."
        raise MessageRefusedError(msg)
    msg = f"{whom} answers HTTP {status}; it is tried again."
    raise BadAnswerError(msg)
