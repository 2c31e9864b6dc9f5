"""Check an evidence package that came from anywhere: nothing in it is trusted, and nothing leaves its folder."""

import hashlib
import shutil
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from player.package.layout import what_is_hidden
from player.package.sums import MOST_FILES, MOST_SUMS_BYTES, PURPOSE, SIGNATURE, SIGNER, SUMS, read_sums, why_unsafe
from player.persons import Persons, Standing, check
from player.review.places import MOST_FILE_BYTES, SUFFIX, is_file_name
from recorder.errors import StorageError, UnreadableError
from recorder.evidence.findings import Status, Verdict
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.verify import verify

RECORDING = "recording"
REVIEW = "review"
SEGMENT = ".seg"
_SIGNATURE_BYTES, _MOST_SIGNER_BYTES = 64, 4096
_BLOCK_BYTES = 1 << 20
_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Progress = Callable[[int, int], None]  # bytes read, of how many; raises if the answer is not wanted any more


class Flaw(Enum):
    """What can be wrong with a package."""

    UNSAFE_NAME = "unsafe_name"
    CHANGED = "changed"
    MISSING = "missing"
    NOT_LISTED = "not_listed"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, slots=True)
class PackageFinding:
    """One thing that is wrong, with the file it is about."""

    flaw: Flaw
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """What checking found. `signer`: the public key; `recording`: the verdict on the recording in it, if any."""

    findings: tuple[PackageFinding, ...]
    files: int
    signer: bytes | None
    signer_name: str | None
    standing: Standing
    recording_id: str | None = None
    recording: Verdict | None = None

    @property
    def status(self) -> Status:
        """Of package and recording together; a stranger's signature makes a package no better than partly proved."""
        if self.findings:
            return Status.ALTERED
        inner = self.recording.status if self.recording is not None else Status.SOUND
        if inner is Status.SOUND and self.standing is Standing.STRANGER:
            return Status.PARTIAL
        return inner


def check_package(
    path: Path,
    *,
    persons: Persons,
    devices: DeviceTrust,
    progress: Progress = lambda _done, _all: None,
    unpack_to: Path | None = None,
) -> CheckedPackage:
    """Check every file against the signed list, and verify the recording in it. Only segments are unpacked, for that.

    With `unpack_to`, an empty folder, the recording and its reviewers' files stay there as they were checked; they are
    worth something only if nothing is found.

    Raises:
        UnreadableError: it is not a package.
        StorageError: it cannot be read, or there is no room to unpack.
    """
    with _opened(path) as archive:
        package = _Package(archive, progress)
        unsafe = package.unsafe()
        if unsafe:
            return CheckedPackage(tuple(unsafe), len(archive.infolist()), None, None, Standing.STRANGER)
        with _unpacking(unpack_to) as place:
            findings = package.look(place)
            signer = package.signer
            verdict = package.verdict(place, devices)
    return CheckedPackage(
        tuple(findings),
        len(package.members),
        signer,
        None if signer is None else persons.name_of(signer),
        Standing.STRANGER if signer is None else persons.standing(signer),
        package.recording_id,
        verdict,
    )


@contextmanager
def _unpacking(place: Path | None) -> Iterator[Path]:
    if place is not None:
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="tachiai-package-") as made:
        yield Path(made)


@dataclass
class _Package:
    """One open package. Names are those inside its one top folder."""

    archive: zipfile.ZipFile
    progress: Progress
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    signer: bytes | None = None
    recording_id: str | None = None
    _read_bytes: int = 0

    def unsafe(self) -> list[PackageFinding]:
        """What must not be unpacked by anybody; else the members by their names."""
        entries = self.archive.infolist()
        if len(entries) > MOST_FILES:
            msg = f"It holds {len(entries):,} files, more than any package has; it was not looked at."
            raise UnreadableError(msg)
        found = [PackageFinding(Flaw.UNSAFE_NAME, one.filename, why) for one in entries if (why := _why_not(one))]
        if found:
            return found
        hidden = what_is_hidden(self.archive)
        if hidden:
            return [PackageFinding(Flaw.NOT_LISTED, Path(self.archive.filename or "").name, hidden)]
        tops = {one.filename.split("/", 1)[0] for one in entries}
        if len(tops) != 1 or any("/" not in one.filename for one in entries):
            msg = "It is a zip file, but not an evidence package: there is not one folder in it."
            raise UnreadableError(msg)
        seen: set[str] = set()
        for one in entries:
            name = one.filename.split("/", 1)[1]
            same = unicodedata.normalize("NFKC", name).casefold()  # some file systems keep only one of such names
            if same in seen:
                found.append(PackageFinding(Flaw.UNSAFE_NAME, name, "the same name is there twice"))
            seen.add(same)
            self.members[name] = one
        return found

    def look(self, place: Path) -> list[PackageFinding]:
        """Compare every file with the list, and unpack the segments that are listed."""
        if SUMS not in self.members:
            msg = f"It is a zip file, but not an evidence package: there is no {SUMS} in it."
            raise UnreadableError(msg)
        listing = self._bytes(SUMS, MOST_SUMS_BYTES)
        sums = read_sums(listing)
        self._require_room(sums, place)
        findings = list(self._signature(listing))
        own = {SUMS, SIGNATURE, SIGNER}
        findings += [
            PackageFinding(Flaw.NOT_LISTED, name, "it is not on the signed list")
            for name in self.members
            if name not in sums and name not in own
        ]
        for name, digest in sorted(sums.items()):
            findings += self._compared(name, digest, place)
        return findings

    def _require_room(self, sums: Mapping[str, str], place: Path) -> None:
        wanted = sum(
            member.file_size for name, member in self.members.items() if name in sums and name.endswith(SEGMENT)
        )
        if wanted > shutil.disk_usage(place).free:
            msg = f"There is no room in {place.parent} to unpack {wanted:,} bytes; free some, or set TMPDIR."
            raise StorageError(msg)

    def _signature(self, listing: bytes) -> Iterator[PackageFinding]:
        for name in (SIGNATURE, SIGNER):
            if name not in self.members:
                yield PackageFinding(Flaw.MISSING, name, "without it nobody vouches for the list of hashes")
                return
        public = _public_bytes(self._bytes(SIGNER, _MOST_SIGNER_BYTES))
        signature = self._bytes(SIGNATURE, _SIGNATURE_BYTES)
        if public is None or not check(public, listing, signature, purpose=PURPOSE):
            yield PackageFinding(Flaw.BAD_SIGNATURE, SIGNATURE, "the list of hashes is not what was signed")
            return
        self.signer = public

    def _compared(self, name: str, digest: str, place: Path) -> Iterator[PackageFinding]:
        member = self.members.get(name)
        if member is None:
            yield PackageFinding(Flaw.MISSING, name, "it is on the signed list, and not in the package")
            return
        target = self._target(name, place)
        if self._copied(member, target) != digest:
            yield PackageFinding(Flaw.CHANGED, name, "it is not the file whose hash was signed")

    def _target(self, name: str, place: Path) -> Path | None:
        """Where to unpack a segment, or what a reviewer wrote; None for what is only read."""
        parts = name.split("/")
        if len(parts) == 2 and parts[0] == REVIEW and self._is_review(name):
            return place / f"{self.recording_id}{SUFFIX}" / parts[1]
        if len(parts) != 3 or parts[0] != RECORDING or not name.endswith(SEGMENT):
            return None
        if self.recording_id is None:
            self.recording_id = parts[1]
        return place / parts[1] / parts[2] if parts[1] == self.recording_id else None

    def _is_review(self, name: str) -> bool:
        """They are looked at in the order of names, so which recording it is of is known by then."""
        is_small = self.members[name].file_size <= MOST_FILE_BYTES
        return self.recording_id is not None and is_small and is_file_name(name.rpartition("/")[2])

    def _copied(self, member: zipfile.ZipInfo, target: Path | None) -> str | None:
        """The hash of a member, which is unpacked if there is a place for it; None if it is damaged."""
        digest = hashlib.sha256()
        if target is not None:
            target.parent.mkdir(exist_ok=True)
        try:
            with self.archive.open(member) as source, _sink(target) as write:
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    write(block)
                    self._tell(len(block))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            return None
        return digest.hexdigest()

    def verdict(self, place: Path, devices: DeviceTrust) -> Verdict | None:
        """On the recording that was unpacked; None if there is none."""
        folder = None if self.recording_id is None else place / self.recording_id
        if folder is None or not folder.is_dir():
            return None
        return verify(folder, devices=devices, progress=lambda _done, _every: self._tell(0))

    def _bytes(self, name: str, most: int) -> bytes:
        """A small member, at most so much of it."""
        try:
            with self.archive.open(self.members[name]) as source:
                return source.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            return b""

    def _tell(self, count: int) -> None:
        self._read_bytes += count
        self.progress(self._read_bytes, sum(member.file_size for member in self.members.values()))


def _why_not(entry: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.is_dir() or kind not in (0, stat.S_IFREG):
        return "it is not an ordinary file"
    if entry.flag_bits & 0x1 or entry.compress_type not in _DEFLATED:
        return "it is encrypted, or compressed in a way that packages are not"
    return why_unsafe(entry.orig_filename)  # the name before Python cuts it at a zero byte


@contextmanager
def _sink(target: Path | None) -> Iterator[Callable[[bytes], object]]:
    if target is None:
        yield len
        return
    with target.open("xb") as file:
        yield file.write


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise zipfile.BadZipFile
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, OverflowError, ValueError) as error:
        msg = f"{path} is not an evidence package; a package is a zip file that tachiai-player package wrote."
        raise UnreadableError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read or unpacked ({error.strerror or error}). Check the file and the free space."
        raise StorageError(msg) from error


def _public_bytes(pem: bytes) -> bytes | None:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None
