"""What the player and its picture worker say to each other: requests as MessagePack, answers as short as can be.

The player trusts no answer: it is one of these kinds, no longer than `MOST_ANSWER_BYTES`, and comes when it was asked.
"""

import enum
import struct
from typing import BinaryIO, Protocol, TypeAlias

import msgspec

from recorder.events import Patch, Snapshot

PICTURE_BYTES = 3 << 25  # the largest picture that the codec knows, B, G, R
PICTURE_AHEAD_BYTES = 8 << 20  # of 1080p: so much of each place is touched before a picture is asked for
PLACES = 2  # in the shared memory: one is looked at while the other is filled
MOST_REQUEST_BYTES = 256 << 20
MOST_ANSWER_BYTES = 4096
MOST_AREAS = 16  # of film, in one picture
_LENGTH = struct.Struct("<I")
_ANSWER = struct.Struct("<BI")


class Expect(msgspec.Struct, frozen=True, array_like=True, tag="expect"):
    """These patches, with their places, are of this run (what came from one full picture on). Not answered.

    `coming`, if given: the snapshot of this run that will be asked for once more patches came, and what follows it.
    """

    track: int
    run: int
    places: tuple[int, ...]
    patches: tuple[Patch, ...]
    coming: tuple[Patch | Snapshot, ...] = ()


class How(enum.StrEnum):
    """What a step does."""

    BEGIN = "begin"  # decode a full patch: a picture of its own
    START = "start"  # begin at a snapshot
    FOLLOW = "follow"  # apply what comes after what was applied last
    CHECK = "check"  # a snapshot comes after what was applied last


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One thing to decode: a patch, by its place, or this snapshot."""

    how: How
    place: int
    snapshot: Snapshot | None = None


class Do(msgspec.Struct, frozen=True, array_like=True, tag="do"):
    """Decode these in order; each is answered with DONE, until one is answered with DAMAGED: the rest is left.

    After the last, put the picture into this place of the shared memory: answered with SHOWN and where it is film.
    Without shared memory, its bytes follow.
    """

    track: int
    run: int
    steps: tuple[Step, ...]
    place: int = 0


class Forget(msgspec.Struct, frozen=True, array_like=True, tag="forget"):
    """Let go of what is decoded of this track. Not answered."""

    track: int


Request: TypeAlias = Expect | Do | Forget


class Answer(enum.IntEnum):
    """What a worker can say."""

    READY = 1  # once: what came of trying the walls
    DONE = 2
    DAMAGED = 3  # and why
    SHOWN = 4
    OUT_OF_MEMORY = 5  # and it ends


class Tried(msgspec.Struct, frozen=True, array_like=True):
    """One wall: whether it stood when it was tried, and what happened."""

    wall: str
    stands: bool
    what: str


class Ready(msgspec.Struct, frozen=True, array_like=True):
    """The walls as they were tried; `missing` says why there can be none on this system, "" where there can."""

    missing: str
    landlock: int
    tried: tuple[Tried, ...]


class GarbageError(Exception):
    """What was read is nothing that is said here."""


def write_request(request: Request) -> bytes:
    """As it goes through the pipe."""
    body = msgspec.msgpack.encode(request)
    return _LENGTH.pack(len(body)) + body


def read_request(stream: BinaryIO) -> Request | None:
    """The next one; None when the player has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MOST_REQUEST_BYTES:
        raise GarbageError
    body = stream.read(length)
    return None if len(body) < length else msgspec.msgpack.decode(body, type=Request)


def write_answer(answer: Answer, said: bytes = b"") -> bytes:
    """As it goes through the pipe."""
    return _ANSWER.pack(answer, len(said)) + said


class Readable(Protocol):
    """What answers are read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end."""
        ...


def read_answer(stream: Readable) -> tuple[Answer, bytes] | None:
    """The next one, nothing in it believed; None when the worker has ended.

    Raises:
        GarbageError: it is not an answer.
    """
    head = stream.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        return None
    kind, length = _ANSWER.unpack(head)
    if kind not in Answer.__members__.values() or length > MOST_ANSWER_BYTES:
        raise GarbageError
    said = stream.read(length)
    return None if len(said) < length else (Answer(kind), said)
