"""The clear parts of a segment: its header record and its end record, as canonical JSON."""

import json
from typing import Annotated, Any

import msgspec

from recorder.format.record import Damage, DamagedRecordError

FORMAT_NAME = "tachiai-recording"
# Stands in for the signature while what it signs is written: as long as one.
NO_SIGNATURE = "0" * 128
MAX_SEGMENT = 99_999

# What is in clear is read before anybody's signature on it is trusted: no number may be one that arithmetic chokes on.
_Ns = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
_Segment = Annotated[int, msgspec.Meta(ge=1, le=MAX_SEGMENT)]
_Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Clocks(msgspec.Struct, frozen=True):
    """One moment on three clocks, as in `recorder.clock.Instant`."""

    monotonic_ns: _Ns
    boot_ns: _Ns
    wall_ns: _Ns


class Wrap(msgspec.Struct, frozen=True):
    """A group's secret, wrapped to one of its members (HPKE)."""

    group: str
    name: str
    public: str
    wrap: str


class PreviousSegment(msgspec.Struct, frozen=True):
    """The segment before: how many of its records were acknowledged, and the digest of the last of them."""

    segment: _Segment
    records: _Number
    tip: _Hex32


class RecipientsNote(msgspec.Struct, frozen=True):
    """Which list of recipients was in force: its version, and the public key of the root that signed it."""

    version: _Ns
    root: _Hex32


class SegmentHeader(msgspec.Struct, frozen=True):
    """What stands in clear, signed by the device's key, at the head of every segment."""

    format: str
    session_id: str
    segment: _Segment
    reason: str
    operator: str
    host: str
    purpose: str
    started: Clocks
    utc_offset_s: Annotated[int, msgspec.Meta(gt=-86_400, lt=86_400)]
    program: str
    device: _Hex32
    heartbeat_ns: _Number
    recipients: RecipientsNote
    wraps: list[Wrap]
    previous: PreviousSegment | None
    boot_id: str = ""


class SegmentEnd(msgspec.Struct, frozen=True):
    """What stands in clear in the last record of a closed segment.

    `final`: the recording ends here, else another segment follows. `records` counts those before this one.
    `device_signature` is the device key's over the chain up to here (`recorder.evidence.seal.end_statement`): it
    vouches for the records after a damaged one, which their own chain of keys no longer reaches.
    """

    reason: str
    final: bool
    records: _Number
    device_signature: str


def canonical(value: Any) -> bytes:
    """The one way to write this value: keys sorted, no spaces, UTF-8; a half character becomes a question mark."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace")


def pack(part: SegmentHeader | SegmentEnd) -> bytes:
    """A header or an end as canonical JSON."""
    return canonical(msgspec.to_builtins(part))


def unpack_segment_header(body: bytes | memoryview) -> SegmentHeader:
    """Read a header record's body.

    Raises:
        DamagedRecordError: HEADER_PARSE.
    """
    try:
        header = msgspec.convert(_strict_json(bytes(body)), SegmentHeader)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise DamagedRecordError(
            Damage.HEADER_PARSE, f"The header is not one that a recorder writes ({error})."
        ) from error
    if header.format != FORMAT_NAME:
        raise DamagedRecordError(Damage.HEADER_PARSE, "The header is not one that a recorder writes.")
    return header


def unpack_segment_end(body: bytes | memoryview) -> SegmentEnd:
    """Read an end record's body.

    Raises:
        DamagedRecordError: END_PARSE.
    """
    try:
        return msgspec.convert(_strict_json(bytes(body)), SegmentEnd)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise DamagedRecordError(Damage.END_PARSE, f"The end is not one that a recorder writes ({error}).") from error


def unsigned_end(body: bytes | memoryview) -> bytes:
    """An end's body as its device signed it: with zeros for the signature, and with keys of versions to come."""
    return canonical(_strict_json(bytes(body)) | {"device_signature": NO_SIGNATURE})


def _strict_json(body: bytes) -> Any:
    value = json.loads(
        body.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse, parse_float=_refuse
    )
    if canonical(value) != body:
        msg = "not canonical"
        raise ValueError(msg)
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        msg = "a key stands twice"
        raise ValueError(msg)
    return value


def _refuse(number: str) -> Any:
    msg = f"{number[:20]} is not a whole number"
    raise ValueError(msg)
