"""What stands in a recording twice: said again to a recorder, since the one before had not said that it was sealed."""

import hashlib

import msgspec

from recorder.agent_events import EvasionSign, NoticeAcknowledged, NoticeShown, ResponseGiven
from recorder.events import Alert, Event

SAID_AGAIN = frozenset({Alert, EvasionSign, NoticeAcknowledged, NoticeShown, ResponseGiven})
MOST_REMEMBERED = 256
_DIGEST_BYTES = 8

_encoder = msgspec.msgpack.Encoder()


def is_again(event: Event, seen: list[bytes]) -> bool:
    """Whether it was there before, to the nanosecond and the letter; `seen` remembers the last ones."""
    if type(event) not in SAID_AGAIN:
        return False
    digest = hashlib.blake2b(_encoder.encode(event), digest_size=_DIGEST_BYTES).digest()
    if digest in seen:
        return True
    seen.append(digest)
    del seen[:-MOST_REMEMBERED]
    return False
