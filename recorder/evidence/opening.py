"""Open a segment's content with the auditor keys at hand: one member of every group."""

from cryptography.exceptions import InvalidTag

from recorder.errors import KeyMissingError
from recorder.evidence import seal
from recorder.evidence.keys import KeyRing
from recorder.format.header import SegmentHeader, Wrap


def open_ratchet(header: SegmentHeader, keys: KeyRing) -> seal.Ratchet:
    """The keys of a segment whose header's signature was verified.

    Raises:
        KeyMissingError: none of the keys belongs to one of the groups; the sentence names those that would do.
    """
    secrets: dict[str, bytes] = {}
    for wrap in header.wraps:
        if wrap.group not in secrets and (secret := _unwrapped(wrap, header, keys)) is not None:
            secrets[wrap.group] = secret
    lacking = [group for group in seal.groups_of(header.wraps) if group not in secrets]
    if lacking or not header.wraps:
        raise KeyMissingError(_sentence(header, lacking, keys))
    return seal.Ratchet(seal.root_key(secrets))


def _unwrapped(wrap: Wrap, header: SegmentHeader, keys: KeyRing) -> bytes | None:
    try:
        key = keys.for_public(bytes.fromhex(wrap.public))
        if key is None:
            return None
        return seal.unwrap_secret(wrap, key.private, session_id=header.session_id, segment=header.segment)
    except (InvalidTag, ValueError):
        return None


def _sentence(header: SegmentHeader, lacking: list[str], keys: KeyRing) -> str:
    who = {group: ", ".join(wrap.name for wrap in header.wraps if wrap.group == group) for group in lacking}
    needed = " and ".join(f"one of “{group}” ({names})" for group, names in who.items())
    if not keys.keys:
        return f"No auditor's key is at hand; this recording is sealed to {needed}: give such a key (TACHIAI_KEY)."
    return f"None of the keys at hand opens this recording; it is sealed to {needed}: give such a key (TACHIAI_KEY)."
