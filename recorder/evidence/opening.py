"""Open a segment's content with the auditor keys at hand: one member of every group."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from recorder.errors import KeyMissingError
from recorder.evidence import seal
from recorder.evidence.chain import Entry
from recorder.evidence.findings import Code
from recorder.evidence.keys import KeyRing, Recipient
from recorder.evidence.segment_file import SegmentFile
from recorder.format.header import SegmentHeader, Wrap
from recorder.format.record import HEADER_BYTES, TRAILER_BYTES, record_digest


class GroupsLackingError(KeyMissingError):
    """No key of some groups is at hand. `has_others`: those of the other groups are, so a second person can help."""

    def __init__(self, sentence: str, header: SegmentHeader, *, lacking: tuple[str, ...], has_others: bool) -> None:
        super().__init__(sentence)
        self.header = header
        self.lacking = lacking
        self.has_others = has_others


def open_ratchet(header: SegmentHeader, keys: KeyRing) -> seal.Ratchet:
    """The keys of a segment whose header's signature was verified.

    Raises:
        GroupsLackingError: none of the keys belongs to one of the groups; the sentence names those that would do.
    """
    secrets: dict[str, bytes] = {}
    used: list[Recipient] = []
    for wrap in header.wraps:
        if wrap.group not in secrets and (secret := _unwrapped(wrap, header, keys)) is not None:
            secrets[wrap.group] = secret
            used.append(Recipient(wrap.name, wrap.group, bytes.fromhex(wrap.public)))
    groups = seal.groups_of(header.wraps)
    for group in groups:
        lent = keys.lent.get((header.session_id, header.segment, group))
        if group not in secrets and lent is not None:
            secrets[group] = lent
    lacking = [group for group in groups if group not in secrets]
    if lacking or not header.wraps:
        sentence = _sentence(header, lacking, keys)
        raise GroupsLackingError(sentence, header, lacking=tuple(lacking), has_others=bool(secrets))
    if keys.attend is not None:
        keys.attend(header, tuple(used))
    return seal.Ratchet(seal.root_key(secrets))


def open_entry(file: SegmentFile, entry: Entry, ratchet: seal.Ratchet) -> bytes | Code:
    """The content of a sound record, or why there is none: CHANGED_SINCE or DECRYPT_FAIL."""
    data = file.read_in_order(entry.offset_bytes, entry.size_bytes)
    header_bytes, body = data[:HEADER_BYTES], memoryview(data)[HEADER_BYTES:-TRAILER_BYTES]
    if len(data) != entry.size_bytes or record_digest(header_bytes, body) != entry.digest:
        return Code.CHANGED_SINCE
    try:
        return seal.open_body(ratchet.key(entry.sequence), header_bytes, body)
    except InvalidTag:
        return Code.DECRYPT_FAIL


def one_of_each(header: SegmentHeader, groups: Sequence[str]) -> str:
    """Whose keys would do: one of each of these groups, with the names of those who are in it."""
    if not groups:
        return "nobody"
    group, *others = groups
    names = ", ".join(wrap.name for wrap in header.wraps if wrap.group == group)
    if not others:
        return f"one of “{group}” ({names})"
    return f"one of “{group}” ({names}) and {one_of_each(header, others)}"


def _unwrapped(wrap: Wrap, header: SegmentHeader, keys: KeyRing) -> bytes | None:
    try:
        key = keys.for_public(bytes.fromhex(wrap.public))
        if key is None:
            return None
        return seal.unwrap_secret(wrap, key.private, session_id=header.session_id, segment=header.segment)
    except (InvalidTag, ValueError):
        return None


def _sentence(header: SegmentHeader, lacking: list[str], keys: KeyRing) -> str:
    if any(session_id == header.session_id for session_id, _, _ in keys.lent):
        return (
            f"Segment {header.segment} began after the second person was asked, so what they answered does not open "
            "it; ask them again (tachiai-player open-request)."
        )
    needed = one_of_each(header, lacking)
    if not keys.keys:
        return f"No auditor's key is at hand; this recording is sealed to {needed}: give such a key (TACHIAI_KEY)."
    return f"None of the keys at hand opens this recording; it is sealed to {needed}: give such a key (TACHIAI_KEY)."
