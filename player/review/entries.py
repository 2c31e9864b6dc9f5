"""An entry of a review: what a person noted, judged or watched, signed and chained to their entry before.

The format is described in docs/review-format.md.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec

from player.persons import Signer, check
from recorder.evidence.scan import SegmentScan
from recorder.evidence.segment_file import SegmentFile, segment_files
from recorder.format.header import canonical

FORMAT_NAME = "tachiai-review"
VERSION = 1
PURPOSE = "review"
NOTHING_BEFORE = "0" * 64
LONGEST_TEXT = 10_000
MOST_TAGS = 32
LONGEST_TAG = 64
MOST_RANGES = 20_000
MOST_LINE_BYTES = 1024 * 1024

_Ns = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
_Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]
_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
_Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TAG)]
_Ranges = Annotated[tuple[tuple[_Ns, _Ns], ...], msgspec.Meta(max_length=MOST_RANGES)]


class Judged(Enum):
    """What a person concluded; `WITHDRAWN` takes back what they concluded before."""

    CLEARED = "cleared"
    FOLLOW_UP = "follow_up"
    VIOLATION = "violation"
    WITHDRAWN = "withdrawn"


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a note says, and of which moment or range; a bookmark is a note without words."""

    at_ns: _Ns
    end_ns: _Ns | None
    text: _Text
    tags: Annotated[tuple[_Tag, ...], msgspec.Meta(max_length=MOST_TAGS)] = ()


class Note(msgspec.Struct, frozen=True, tag="note", tag_field="kind", forbid_unknown_fields=True):
    """A new note; its number is that of the entry."""

    content: Content


class Edit(msgspec.Struct, frozen=True, tag="edit", tag_field="kind", forbid_unknown_fields=True):
    """The person's note `of` says this from now on; one that was removed is back."""

    of: _Number
    content: Content


class Remove(msgspec.Struct, frozen=True, tag="remove", tag_field="kind", forbid_unknown_fields=True):
    """The person's note `of` is not to be shown any more. It stays in the file."""

    of: _Number


class Verdict(msgspec.Struct, frozen=True, tag="verdict", tag_field="kind", forbid_unknown_fields=True):
    """What the person concludes of the recording, which reached this far then."""

    verdict: Judged
    comment: _Text
    reached_ns: _Ns


class Watched(msgspec.Struct, frozen=True, tag="watched", tag_field="kind", forbid_unknown_fields=True):
    """The person confirms that these ranges were played before them, at `most_speed` or slower, and seen.

    `idle`: times in which nothing happened, which the player skipped.
    """

    ranges: _Ranges
    idle: _Ranges
    most_speed: Annotated[int, msgspec.Meta(ge=1, le=1000)]


Act = Note | Edit | Remove | Verdict | Watched


def kind_of(act: Act) -> str:
    """What it is called in the file."""
    return str(type(act).__struct_config__.tag)


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry. `recording` and `header` bind it to a recording, `previous` to the person's entry before."""

    format: str
    version: int
    recording: str
    header: _Hex32
    number: _Number
    previous: _Hex32
    made_wall_ns: _Ns
    name: str
    public: _Hex32
    act: Act


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entry: msgspec.Raw
    signature: _Hex64


@dataclass(frozen=True, slots=True)
class Subject:
    """The recording that a review is of: its id, and the digest of its first sound header."""

    session_id: str
    header: str


class NotAnEntryError(Exception):
    """A line that is no entry, or that was altered."""


class NewerEntryError(Exception):
    """A line of a version to come."""


def subject_of(folder: Path) -> Subject | None:
    """What the entries about this recording are bound to; None if not one of its headers is sound.

    Raises:
        OSError: it cannot be read.
    """
    for number, path in segment_files(folder).items():
        scan = SegmentScan(path, number)
        with SegmentFile(path) as file:
            first = scan.step(file)
        if scan.header is not None and first is not None:
            return Subject(scan.header.session_id, first.digest.hex())
    return None


def signed_line(act: Act, *, subject: Subject, number: int, previous: str, made_wall_ns: int, signer: Signer) -> bytes:
    """The line of a new entry, with its end."""
    entry = Entry(
        FORMAT_NAME,
        VERSION,
        subject.session_id,
        subject.header,
        number,
        previous,
        made_wall_ns,
        signer.person.name,
        signer.person.public_bytes.hex(),
        act,
    )
    body = _canonical(entry)
    return _line(body, signer.sign(body, purpose=PURPOSE)) + b"\n"


def read_line(line: bytes, *, public_bytes: bytes) -> Entry:
    """The entry in this line (without its end), if the person with this key signed it.

    Raises:
        NotAnEntryError: it is none, or not as it was signed.
        NewerEntryError: it is signed, and of a version to come.
    """
    try:
        outer = msgspec.json.decode(line, type=_Line)
        body = bytes(outer.entry)
        signature = bytes.fromhex(outer.signature)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise NotAnEntryError from error
    if _line(body, signature) != line or not check(public_bytes, body, signature, purpose=PURPOSE):
        raise NotAnEntryError
    return _entry(body, public_bytes)


def line_digest(line: bytes) -> str:
    """What the next entry calls this one (the line without its end)."""
    return hashlib.sha256(line).hexdigest()


def _line(body: bytes, signature: bytes) -> bytes:
    return b'{"entry":' + body + b',"signature":"' + signature.hex().encode("ascii") + b'"}'


def _entry(body: bytes, public_bytes: bytes) -> Entry:
    try:
        if msgspec.json.decode(body, type=_Version).version > VERSION:
            raise NewerEntryError
        entry = msgspec.json.decode(body, type=Entry)
        is_as_written = _canonical(entry) == body  # else two readers might read two things in it
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise NotAnEntryError from error
    if not is_as_written or entry.format != FORMAT_NAME or entry.public != public_bytes.hex():
        raise NotAnEntryError
    return entry


class _Version(msgspec.Struct, frozen=True):
    version: int


def _canonical(entry: Entry) -> bytes:
    return canonical(msgspec.to_builtins(entry))
