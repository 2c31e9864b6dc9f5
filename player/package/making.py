"""Make an evidence package: everything into a folder beside it, a signed list of hashes, and all of it into one zip."""

import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from player.export import export_log, export_subtitles
from player.library import SEGMENTS
from player.outfile import partial_file, refuse_no_file, storage_errors
from player.package.guide import Guide, guide_page
from player.package.sums import PURPOSE, SIGNATURE, SIGNER, SUMS, sums_of
from player.persons import Signer
from player.recording import OpenRecording
from player.report.facts import ReviewTold, gather
from player.report.page import as_html, page_of
from player.report.reviews import reviews_of_a_part
from player.review.places import beside, file_name, persons_with_files
from player.timeline import time_text
from player.verdict_objects import verdict_objects
from player.video.export import Choice, Progress, Video, export_video, table_of
from player.video.redaction import Redaction, Redactions, save_redactions
from player.video.words import VideoWords
from recorder.clock import NS_PER_MS
from recorder.errors import BugError
from recorder.evidence.findings import Verdict
from recorder.evidence.keys import DeviceTrust, KeyRing, device_note
from recorder.evidence.verify import verify
from recorder.real_path import real_path
from recorder.release import release
from resources import verifier
from resources.words import Words

NAME = "tachiai-{id}"
SEALED_SUFFIXES = frozenset({".seg", ".webm", ".mp4", ".avi", ".png"})  # deflating them again gains nothing
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into a package. `video`: a suffix, None: no video. Without `end_ns`, to the end as it is now."""

    start_ns: int = 0
    end_ns: int | None = None
    video: str | None = ".webm"
    skip_idle: bool = False
    with_recording: bool = True
    redactions: Redactions = ()

    @property
    def is_shortened(self) -> bool:
        """Whether words of the recording are left out: then nothing may go with it that quotes them."""
        return self.start_ns > 0 or self.end_ns is not None or any(one.texts for one in self.redactions)


@dataclass(frozen=True, slots=True)
class Extra:
    """A further file: its name in the package, what it is (a key of the words), and what writes it."""

    name: str
    what: str
    write: Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far making is: the stage's key in the words, and how much of it is done, 0 to 1."""

    key: str
    share: float


@dataclass(frozen=True, slots=True)
class Package:
    """What was made."""

    path: Path
    size_bytes: int
    files: int
    verdict: Verdict
    video: Video | None
    is_live: bool


def make_package(
    recording: OpenRecording,
    folder: Path,
    out: Path,
    wanted: Wanted,
    *,
    signer: Signer,
    keys: KeyRing,
    devices: DeviceTrust,
    words: Words,
    extras: Sequence[Extra] = (),
    reviews: Iterable[ReviewTold] = (),
    told: Callable[[Stage], None] = lambda _stage: None,
) -> Package:
    """Make the package. What `told` raises ends it; nothing half-made stays.

    A recording that grows is packed as far as it reached when its files were copied, and judged as it was then.

    Raises:
        StorageError: it cannot be written.
        ExportError: the range is empty, or no screen is recorded in it.
    """
    refuse_no_file(out)
    with storage_errors(out), _folder_beside(out) as place:
        making = _Making(recording, folder, place, wanted, signer, keys, devices, words, told)
        verdict = making.recording_files()
        video = making.copies()
        making.report(verdict, tuple(reviews))
        for extra in extras:
            making.extra(extra)
        making.guide(verdict, video)
        making.sign()
        return making.zipped(out, verdict, video)


@dataclass
class _Making:
    """One package being made in its folder."""

    recording: OpenRecording
    folder: Path
    place: Path
    wanted: Wanted
    signer: Signer
    keys: KeyRing
    devices: DeviceTrust
    words: Words
    told: Callable[[Stage], None]
    files: dict[str, str] = field(default_factory=dict)  # name: what it is

    def recording_files(self) -> Verdict:
        """The segments as they are now, and the verdict on exactly these."""
        session_id = self.recording.facts.session_id
        copied = self.place / "recording" / session_id
        copied.mkdir(parents=True)
        segments = sorted(self.folder.glob(SEGMENTS))
        for number, segment in enumerate(segments):
            self.told(Stage("copying", number / len(segments)))
            shutil.copyfile(segment, copied / segment.name)
        verdict = verify(
            copied,
            devices=self.devices,
            keys=self.keys,
            progress=lambda done, every: self.told(Stage("verifying", done / max(1, every))),
        )
        lines = [json.dumps(thing, ensure_ascii=False) + "\n" for thing in verdict_objects(session_id, verdict)]
        self._write("verification.jsonl", "verification", "".join(lines).encode())
        if self.wanted.with_recording:
            self.files[f"recording/{session_id}/"] = "recording"
            self._write("verify_recording.py", "verifier", verifier().read_bytes())
        else:
            shutil.rmtree(self.place / "recording")
        note = device_note(self.recording.device_public_bytes, self.recording.facts.host)
        self._write("device.json", "device", note)
        return verdict

    def copies(self) -> Video | None:
        """Log, subtitles and video, redacted."""
        wanted, recording = self.wanted, self.recording
        recording.scan_all(lambda read: self.told(Stage("reading", read.reached_ns / max(1, read.duration_ns))))
        choice = Choice(
            wanted.start_ns, wanted.end_ns, skip_idle=wanted.skip_idle, clock=True, redactions=wanted.redactions
        )
        table = table_of(recording, choice, step_ns=NS_PER_MS)
        export_log(recording, self._place("log.jsonl", "log"), table=table, redactions=wanted.redactions)
        if wanted.redactions:
            save_redactions(self._place("redactions.json", "redactions"), wanted.redactions)
        if wanted.video is None:
            return None
        export_subtitles(recording, self._place("video.vtt", "subtitles"), table=table, redactions=wanted.redactions)

        def show(now: Progress) -> None:
            self.told(Stage("video", now.share))

        name = f"video{wanted.video}"
        return export_video(
            recording, self._place(name, "video"), choice, words=VideoWords(said=self.words.said), progress=show
        )

    def report(self, verdict: Verdict, reviews: tuple[ReviewTold, ...]) -> None:
        """The page for people."""
        facts = gather(
            self.recording,
            self.folder,
            verdict,
            made_by=self.signer.person.name,
            made_wall_ns=time.time_ns(),
            program=release(),
            reviews=reviews_of_a_part(
                reviews, self.wanted.start_ns, self.wanted.end_ns, self.wanted.redactions, self.words
            ),
            start_ns=self.wanted.start_ns,
            end_ns=self.wanted.end_ns,
            redactions=self.wanted.redactions,
            progress=lambda share: self.told(Stage("report", share)),
        )
        html = as_html(page_of(facts, self.words))
        self._write("report.html", "report", html.encode("utf-8", "replace"))

    def extra(self, extra: Extra) -> None:
        """Something that others know how to write."""
        self.told(Stage("extras", 0))
        extra.write(self._place(extra.name, extra.what))

    def guide(self, verdict: Verdict, video: Video | None) -> None:
        """The first page, which names all the others."""
        wanted, recording = self.wanted, self.recording
        end_ns = recording.duration_ns if wanted.end_ns is None else min(wanted.end_ns, recording.duration_ns)
        names = {"README.html": "readme"} | self.files
        names |= {SUMS: "sums", SIGNATURE: "signature", SIGNER: "signer"}
        guide = Guide(
            session=recording.facts,
            start_ns=wanted.start_ns,
            end_ns=end_ns if video is None else video.end_ns,
            is_whole=wanted.start_ns == 0 and end_ns == recording.duration_ns,
            verdict=verdict,
            files=names,
            redactions=[_redaction_words(one, self.words) for one in wanted.redactions],
            is_shortened=wanted.is_shortened,
            signer=self.signer.person,
            made_wall_ns=time.time_ns(),
            device_key=recording.device_public_bytes.hex(),
        )
        self._write("README.html", "readme", guide_page(guide, self.words).encode("utf-8", "replace"))

    def sign(self) -> None:
        """The list of hashes, and the signature over it."""
        names = [path.relative_to(self.place).as_posix() for path in self._all()]
        total = sum(path.stat().st_size for path in self._all())
        read = 0

        def hashed(count: int) -> None:
            nonlocal read
            read += count
            self.told(Stage("hashing", read / max(1, total)))

        listing = sums_of(self.place, names, told=hashed)
        (self.place / SUMS).write_bytes(listing)
        (self.place / SIGNATURE).write_bytes(self.signer.sign(listing, purpose=PURPOSE))
        (self.place / SIGNER).write_bytes(_pem(self.signer.person.public_bytes))

    def zipped(self, out: Path, verdict: Verdict, video: Video | None) -> Package:
        """All of it in one file."""
        top = NAME.format(id=self.recording.facts.session_id)
        paths = list(self._all())
        total = sum(path.stat().st_size for path in paths)
        with partial_file(out) as partial, zipfile.ZipFile(partial, "w", allowZip64=True) as archive:
            done = 0
            for path in paths:
                kind = zipfile.ZIP_STORED if path.suffix in SEALED_SUFFIXES else zipfile.ZIP_DEFLATED
                name = f"{top}/{path.relative_to(self.place).as_posix()}"
                with path.open("rb") as source, archive.open(_entry(name, kind, path), "w") as target:
                    while block := source.read(_BLOCK_BYTES):
                        target.write(block)
                        done += len(block)
                        self.told(Stage("packing", done / max(1, total)))
        size_bytes = out.stat().st_size
        return Package(out, size_bytes, len(paths), verdict, video, self.recording.is_live)

    def _all(self) -> Iterator[Path]:
        return iter(sorted(path for path in self.place.rglob("*") if path.is_file()))

    def _place(self, name: str, what: str) -> Path:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files[name] = what
        return path

    def _write(self, name: str, what: str, content: bytes) -> None:
        self._place(name, what).write_bytes(content)


def review_files(folder: Path, wanted: Wanted) -> tuple[Extra, ...]:
    """What lies beside a recording from its reviewers, as it is: nothing if that tells more than is wanted.

    Raises:
        StorageError: it cannot be looked into.
    """
    if wanted.is_shortened:
        return ()
    place = beside(folder)
    with storage_errors(place):
        names = [file_name(key) for key in persons_with_files(place)]
    return tuple(Extra(f"review/{name}", "review", _copier(place / name)) for name in names)


def _copier(path: Path) -> Callable[[Path], object]:
    return lambda target: shutil.copyfile(path, target)


def _entry(name: str, kind: int, path: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, time.gmtime(path.stat().st_mtime)[:6])
    entry.compress_type = kind
    entry.external_attr = 0o100600 << 16
    entry.file_size = path.stat().st_size
    return entry


def _redaction_words(one: Redaction, words: Words) -> tuple[str, str, str]:
    what = words("package.texts") if one.texts else ""
    if one.screen is None:
        where = what
    else:
        area = (
            words("package.all_of_it")
            if one.area is None
            else f"{one.area.width}×{one.area.height} + {one.area.left}, {one.area.top}"
        )
        where = "; ".join(filter(None, (words("package.screen", number=one.screen, area=area), what)))
    return f"{time_text(one.start_ns)} – {time_text(one.end_ns)}", where, one.reason


def _pem(public_bytes: bytes) -> bytes:
    try:
        key = Ed25519PublicKey.from_public_bytes(public_bytes)
    except ValueError as error:
        msg = "a signer has a key that is none"
        raise BugError(msg) from error
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@contextmanager
def _folder_beside(out: Path) -> Iterator[Path]:
    """A private folder where the package will lie: it may be larger than what a system keeps for temporary files."""
    place = Path(tempfile.mkdtemp(prefix=f".{out.stem}.", suffix=".part", dir=real_path(out).parent))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
