"""Events as bytes: the body of a sealed chunk, MessagePack, deflated where that is much smaller; schema 1."""

import zlib
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, cast

import msgspec

from recorder.errors import UnreadableError
from recorder.events import KINDS, Event, Unknown
from recorder.format.inflate import inflate

_DEFLATED = b"\x78"  # how a zlib stream begins, and no MessagePack array
_WORTH_BYTES = 64
_SAVING_ONE_IN = 10  # what is mostly pictures saves less, and a seek would inflate megabytes of them
_MOST_BYTES = 1 << 26

_encoder = msgspec.msgpack.Encoder()
_any_kind: Any = reduce(or_, KINDS)  # a tagged union: msgspec picks the struct by the first element
_decoder: msgspec.msgpack.Decoder[list[Event]] = msgspec.msgpack.Decoder(list.__class_getitem__(_any_kind))
_one = msgspec.msgpack.Decoder(_any_kind)
_raws = msgspec.msgpack.Decoder(list[msgspec.Raw])
# Text that is no UTF-8, and lists in lists in lists, are errors of their own.
_NOT_EVENTS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_known = frozenset(str(kind.__struct_config__.tag) for kind in KINDS)


def encode_events(events: Sequence[Event]) -> bytes:
    """The events, in their order, as one chunk body."""
    plain = _encoder.encode(events)
    if not _WORTH_BYTES <= len(plain) <= _MOST_BYTES:
        return plain
    deflated = zlib.compress(plain)
    return deflated if len(deflated) * _SAVING_ONE_IN <= len(plain) * (_SAVING_ONE_IN - 1) else plain


def decode_events(body: bytes | memoryview) -> list[Event]:
    """The events of a chunk body, in their order.

    Raises:
        UnreadableError: the body is not a list of events. An event of an unknown kind becomes `Unknown`.
    """
    plain = _inflated(body) if body[:1] == _DEFLATED else body
    try:
        return _decoder.decode(plain)
    except _NOT_EVENTS:
        return _decode_one_by_one(plain)


def _inflated(body: bytes | memoryview) -> bytes:
    try:
        plain = inflate(body, _MOST_BYTES)
    except zlib.error as error:
        raise _unreadable(error) from error
    if plain is None:
        msg = "it is cut short or too long"
        raise _unreadable(msg)
    return plain


def _decode_one_by_one(body: bytes | memoryview) -> list[Event]:
    try:
        return [_decode_or_unknown(raw) for raw in _raws.decode(body)]
    except _NOT_EVENTS as error:
        raise _unreadable(error) from error


def _decode_or_unknown(raw: msgspec.Raw) -> Event:
    head = msgspec.msgpack.decode(raw)
    match head:
        case [str(kind), int(at_ns), *_] if kind not in _known:
            return Unknown(at_ns=at_ns, kind=kind)
        case _:
            return cast("Event", _one.decode(raw))


def _unreadable(why: object) -> UnreadableError:
    return UnreadableError(
        f"A chunk does not hold a list of events ({why}); the recording was made by something else or is damaged."
    )
