"""Two-person opening over a distance: a request that names exactly what is to be opened, and a response to it alone.

The request carries the signed headers of the segments there are, and a public key made for it. The response gives the
secrets of the second person's groups for those segments, sealed to that key: it opens nothing else, and only for who
asked.
"""

import base64
import hashlib
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from player.ledger.refusal import RefusedError
from player.ledger.second import SecondPerson
from player.persons import Person, Signer, check
from recorder.clock import NS_PER_S
from recorder.errors import StorageError, UnreadableError
from recorder.evidence import seal
from recorder.evidence.files import write_private_file
from recorder.evidence.keys import KeyRing, Recipient, fingerprint
from recorder.evidence.known_segment import KnownSegment
from recorder.evidence.segment_file import SegmentFile, segment_files
from recorder.format.header import SegmentHeader, canonical

REQUEST_FORMAT = "tachiai-open-request/1"
RESPONSE_FORMAT = "tachiai-open-response/1"
_REQUEST_PURPOSE = "open-request"
_RESPONSE_PURPOSE = "open-response"
_GRANT_CONTEXT = b"tachiai/open-grant/1\x00"
_MOST_BYTES = 64 * 1024 * 1024
_NS_PER_HOUR = 3600 * NS_PER_S

_Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Hex128 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]
_Ns = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class NamedPerson(msgspec.Struct, frozen=True):
    """A person, as they name themselves."""

    name: str
    public: _Hex64

    @property
    def fingerprint(self) -> str:
        """What a person compares."""
        return fingerprint(bytes.fromhex(self.public))


class _RequestFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    id: _Hex32
    asker: NamedPerson
    reason: str
    made_wall_ns: _Ns
    expires_wall_ns: _Ns
    one_time: _Hex64
    headers: list[str]
    signature: _Hex128


class _Grant(msgspec.Struct, frozen=True):
    segment: int
    group: str
    sealed: str


class _ResponseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    request: _Hex32
    request_digest: _Hex64
    asker: _Hex64
    responder: NamedPerson
    keys: list[dict[str, str]]
    session_id: str
    made_wall_ns: _Ns
    expires_wall_ns: _Ns
    grants: list[_Grant]
    signature: _Hex128


class _Kept(msgspec.Struct, frozen=True):
    """What the asker keeps until the answer comes."""

    one_time: _Hex64
    request_digest: _Hex64
    session_id: str
    expires_wall_ns: int


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request whose signatures are sound: the asker's over all of it, the device's over each header."""

    id: str
    asker: NamedPerson
    reason: str
    expires_wall_ns: int
    one_time: bytes
    headers: tuple[SegmentHeader, ...]
    digest: bytes

    @property
    def first(self) -> SegmentHeader:
        """What says whose session it is."""
        return self.headers[0]


def make_request(
    folder: Path, *, signer: Signer, reason: str, hours: int, now_wall_ns: int, home: Path
) -> tuple[bytes, OpenRequest]:
    """A request to open this recording, as a file's bytes; what is needed to use the answer is kept in `home`.

    Raises:
        UnreadableError: it is not a recording that can be asked for.
        StorageError: it cannot be read, or what is to be kept cannot be written.
    """
    records = [base64.b64encode(record).decode() for record in _header_records(folder)]
    private = X25519PrivateKey.generate()
    unsigned: dict[str, Any] = {
        "format": REQUEST_FORMAT,
        "id": secrets.token_hex(16),
        "asker": {"name": signer.person.name, "public": signer.person.public_bytes.hex()},
        "reason": reason,
        "made_wall_ns": now_wall_ns,
        "expires_wall_ns": now_wall_ns + hours * _NS_PER_HOUR,
        "one_time": private.public_key().public_bytes_raw().hex(),
        "headers": records,
    }
    signature = signer.sign(canonical(unsigned), purpose=_REQUEST_PURPOSE)
    data = canonical(unsigned | {"signature": signature.hex()}) + b"\n"
    request = _request_of(data, folder)
    kept = {
        "one_time": private.private_bytes_raw().hex(),
        "request_digest": request.digest.hex(),
        "session_id": request.first.session_id,
        "expires_wall_ns": request.expires_wall_ns,
    }
    _forget_expired(home, now_wall_ns)
    write_private_file(_kept_path(home, request.id), canonical(kept) + b"\n")
    return data, request


def read_request(path: Path, *, now_wall_ns: int) -> OpenRequest:
    """The request in this file.

    Raises:
        UnreadableError: it cannot be read, is none, or was altered.
        RefusedError: its time is over.
    """
    request = _request_of(_read(path), path)
    if now_wall_ns > request.expires_wall_ns:
        msg = f"The time of the request {path} is over; ask {request.asker.name} for a new one."
        raise RefusedError(msg)
    return request


def opened_by(request: OpenRequest, ring: KeyRing) -> tuple[Recipient, ...]:
    """Which of these keys open something of what is asked for: one for each group."""
    found: dict[str, Recipient] = {}
    for wrap in request.first.wraps:
        if ring.for_public(bytes.fromhex(wrap.public)) is not None:
            found.setdefault(wrap.group, Recipient(wrap.name, wrap.group, bytes.fromhex(wrap.public)))
    return tuple(found.values())


def make_response(request: OpenRequest, *, ring: KeyRing, signer: Signer, now_wall_ns: int) -> bytes:
    """The answer: the secrets of this person's groups for exactly these segments, for who asked alone.

    Raises:
        RefusedError: none of the keys opens any of it.
    """
    grants = [grant for header in request.headers for grant in _grants(request, header, ring)]
    if not grants:
        groups = ", ".join(f"“{group}”" for group in seal.groups_of(request.first.wraps))
        msg = f"None of your keys belongs to the groups that this recording is sealed to ({groups})."
        raise RefusedError(msg)
    unsigned: dict[str, Any] = {
        "format": RESPONSE_FORMAT,
        "request": request.id,
        "request_digest": request.digest.hex(),
        "asker": request.asker.public,
        "responder": {"name": signer.person.name, "public": signer.person.public_bytes.hex()},
        "keys": [
            {"name": one.name, "group": one.group, "public": one.public_bytes.hex()} for one in opened_by(request, ring)
        ],
        "session_id": request.first.session_id,
        "made_wall_ns": now_wall_ns,
        "expires_wall_ns": request.expires_wall_ns,
        "grants": grants,
    }
    signature = signer.sign(canonical(unsigned), purpose=_RESPONSE_PURPOSE)
    return canonical(unsigned | {"signature": signature.hex()}) + b"\n"


def use_response(
    path: Path, *, me: Person, home: Path, now_wall_ns: int, name_of: Callable[[bytes], str | None]
) -> SecondPerson:
    """What a response lends to who asked for it. `name_of` tells the name a person is known by here.

    Raises:
        UnreadableError: it cannot be read, is none, or was altered.
        RefusedError: its time is over, or it is for somebody else or another request.
    """
    file = _response_of(_read(path), path)
    kept = _kept(home, file.request)
    if file.asker != me.public_bytes.hex() or kept is None or kept.request_digest != file.request_digest:
        msg = (
            f"The response {path} does not answer a request that you made here; it opens only for who asked "
            "(tachiai-player open-request)."
        )
        raise RefusedError(msg)
    if now_wall_ns > min(kept.expires_wall_ns, file.expires_wall_ns):
        _forget_expired(home, now_wall_ns)
        msg = f"The time of the response {path} is over; make a new request (tachiai-player open-request)."
        raise RefusedError(msg)
    public = bytes.fromhex(file.responder.public)
    told = {
        "by": "response",
        "name": name_of(public) or file.responder.name,
        "is_known": name_of(public) is not None,
        "public": file.responder.public,
        "keys": file.keys,
        "request": file.request,
        "segments": sorted({grant.segment for grant in file.grants}),
    }
    return SecondPerson(told, lent=_opened_grants(file, kept, path))


# --- inside -----------------------------------------------------------------------------------------------------------


def _grants(request: OpenRequest, header: SegmentHeader, ring: KeyRing) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    one_time = X25519PublicKey.from_public_bytes(request.one_time)
    for wrap in header.wraps:
        key = ring.for_public(bytes.fromhex(wrap.public))
        if key is None or wrap.group in found:
            continue
        try:
            secret = seal.unwrap_secret(wrap, key.private, session_id=header.session_id, segment=header.segment)
        except (InvalidTag, ValueError):
            continue
        info = _grant_info(request.digest, header.session_id, header.segment, wrap.group)
        try:
            sealed = _suite().encrypt(secret, one_time, info=info)
        except ValueError as error:  # some numbers are no key, though they are as long as one
            msg = "The request names a key to which nothing can be sealed; ask for another request."
            raise RefusedError(msg) from error
        found[wrap.group] = {"segment": header.segment, "group": wrap.group, "sealed": sealed.hex()}
    return list(found.values())


def _opened_grants(file: _ResponseFile, kept: _Kept, path: Path) -> Mapping[tuple[str, int, str], bytes]:
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(kept.one_time))
    digest = bytes.fromhex(kept.request_digest)
    lent = {}
    try:
        for grant in file.grants:
            info = _grant_info(digest, kept.session_id, grant.segment, grant.group)
            secret = _suite().decrypt(bytes.fromhex(grant.sealed), private, info=info)
            lent[(kept.session_id, grant.segment, grant.group)] = secret
    except (InvalidTag, ValueError, OverflowError) as error:
        msg = f"What the response {path} gives does not open for this request; ask for another response."
        raise RefusedError(msg) from error
    return lent


def _grant_info(request_digest: bytes, session_id: str, segment: int, group: str) -> bytes:
    named = b"".join(len(one).to_bytes(4, "big") + one for one in (session_id.encode(), group.encode()))
    return _GRANT_CONTEXT + request_digest + segment.to_bytes(4, "big") + named


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        msg = f"{path} could not be read ({error.strerror or error}); check its path and who may read it."
        raise UnreadableError(msg) from error


def _request_of(data: bytes, path: Path) -> OpenRequest:
    not_one = f"{path} is not a request to open a recording; give the file that `open-request` wrote."
    try:
        file = msgspec.json.decode(data, type=_RequestFile)
        records = [base64.b64decode(one, validate=True) for one in file.headers]
    except (msgspec.DecodeError, ValueError) as error:
        raise UnreadableError(not_one) from error
    if file.format != REQUEST_FORMAT or not records:
        raise UnreadableError(not_one)
    unsigned = canonical({key: value for key, value in msgspec.to_builtins(file).items() if key != "signature"})
    signed = check(bytes.fromhex(file.asker.public), unsigned, bytes.fromhex(file.signature), purpose=_REQUEST_PURPOSE)
    if not signed:
        msg = f"The request {path} was altered after it was signed; ask for it again."
        raise UnreadableError(msg)
    return OpenRequest(
        file.id,
        file.asker,
        file.reason,
        file.expires_wall_ns,
        bytes.fromhex(file.one_time),
        _headers(records, path),
        hashlib.sha256(unsigned).digest(),
    )


def _headers(records: list[bytes], path: Path) -> tuple[SegmentHeader, ...]:
    """The headers, each one's signature verified as in a recording: a header alone is a segment that has just begun."""
    headers = []
    with tempfile.TemporaryDirectory(prefix="tachiai-") as folder:
        for number, record in enumerate(records, start=1):
            file = Path(folder) / f"{number:04}.seg"
            file.write_bytes(record)
            known = KnownSegment(file, number)
            known.look()
            if known.scan.header is not None:
                headers.append(known.scan.header)
    same = {(one.session_id, one.device, one.started) for one in headers}
    if len(headers) != len(records) or len(same) != 1 or len({one.segment for one in headers}) != len(headers):
        msg = f"The request {path} does not hold the signed headers of one recording; ask for it again."
        raise UnreadableError(msg)
    return tuple(headers)


def _response_of(data: bytes, path: Path) -> _ResponseFile:
    not_one = f"{path} is not a response to a request; give the file that `open-respond` wrote."
    try:
        file = msgspec.json.decode(data, type=_ResponseFile)
    except msgspec.DecodeError as error:
        raise UnreadableError(not_one) from error
    if file.format != RESPONSE_FORMAT:
        raise UnreadableError(not_one)
    unsigned = canonical({key: value for key, value in msgspec.to_builtins(file).items() if key != "signature"})
    public, signature = bytes.fromhex(file.responder.public), bytes.fromhex(file.signature)
    if not check(public, unsigned, signature, purpose=_RESPONSE_PURPOSE):
        msg = f"The response {path} was altered after it was signed; ask for it again."
        raise UnreadableError(msg)
    return file


def _header_records(folder: Path) -> list[bytes]:
    records = []
    try:
        for number, path in segment_files(folder).items():
            known = KnownSegment(path, number)
            known.look()
            if known.scan.header is not None:
                entry = known.scan.entries[0]
                with SegmentFile(path) as file:
                    records.append(file.read(entry.offset_bytes, entry.size_bytes))
    except OSError as error:
        msg = f"{folder} could not be read ({error.strerror or error}); check its path and who may read it."
        raise StorageError(msg) from error
    if not records:
        msg = f"{folder} is not a recording that can be asked for: not one of its segments begins with a sound header."
        raise UnreadableError(msg)
    return records


def _kept_path(home: Path, request_id: str) -> Path:
    return home / "requests" / f"{request_id}.json"


def _forget_expired(home: Path, now_wall_ns: int) -> None:
    """Remove the secrets kept for requests whose time is over: nothing can be opened by them any more."""
    for path in _kept_path(home, "any").parent.glob("*.json"):
        try:
            if msgspec.json.decode(path.read_bytes(), type=_Kept).expires_wall_ns < now_wall_ns:
                path.unlink()
        except (OSError, msgspec.DecodeError):  # it is asked for again, in words, when its answer is used
            continue


def _kept(home: Path, request_id: str) -> _Kept | None:
    path = _kept_path(home, request_id)
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(_read(path), type=_Kept)
    except msgspec.DecodeError as error:
        msg = f"{path}, which was kept of your request, is damaged; make a new request."
        raise UnreadableError(msg) from error
