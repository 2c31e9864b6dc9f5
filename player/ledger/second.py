"""The second person of an opening that needs two groups: here with their key, or by what they answered elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from player.ledger.entry import Kind
from player.ledger.ledger import Ledger
from player.persons import Person, Signer
from recorder.evidence.keys import AuditorKey, KeyRing
from recorder.format.header import SegmentHeader

_SIGNING_CONTEXT = b"tachiai/second-person/1\x00"


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Who they are, as the ledger tells it, and what they bring: their key, or secrets of exactly one recording."""

    told: Mapping[str, Any]
    keys: tuple[AuditorKey, ...] = ()
    lent: Mapping[tuple[str, int, str], bytes] = field(default_factory=dict, repr=False)

    def added_to(self, ring: KeyRing, header: SegmentHeader, ledger: Ledger) -> KeyRing:
        """The keys of both. Whoever confirms here with a key stands in a ledger of their own first.

        Raises:
            NotEnteredError: it could not be entered.
        """
        wanted = {wrap.public for wrap in header.wraps}
        for key in self.keys:
            if key.public.public_bytes.hex() in wanted:
                own = ledger.of_another(signer_of_key(key))
                detail = {"asker": ledger.told, "key": key.public.fingerprint, "group": key.public.group}
                own.enter(Kind.CONFIRMED_SECOND, recording=header.session_id, detail=detail)
        return replace(ring, keys=(*ring.keys, *self.keys), lent={**ring.lent, **self.lent})


def by_key(key: AuditorKey) -> SecondPerson:
    """Whoever confirms on this machine: the owner of this key, who has typed its passphrase."""
    signer = signer_of_key(key)
    told = {
        "by": "key",
        "name": key.name,
        "group": key.public.group,
        "key": key.public.fingerprint,
        "signs_as": signer.person.public_bytes.hex(),
    }
    return SecondPerson(told, keys=(key,))


def signer_of_key(key: AuditorKey) -> Signer:
    """What signs the ledger of somebody who is here with nothing but their auditor's key: a key derived from it.

    The same wherever the auditor's key is, so its owner can find out which ledgers are theirs, and nobody else can
    write one.
    """
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_SIGNING_CONTEXT)
    private = Ed25519PrivateKey.from_private_bytes(derive.derive(key.private.private_bytes_raw()))
    return Signer(Person(key.name, private.public_key().public_bytes_raw()), private)
