"""The window's access to what is really there: the library, keys, recordings, verdicts and the index."""

from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext, suppress
from functools import partial
from pathlib import Path

from player.check import PictureCheck
from player.ledger.entry import Kind
from player.ledger.gate import Doing, Gate
from player.ledger.ledger import Ledger
from player.library import Entry as Listed
from player.library import Library, fingerprint, looks_like_recording
from player.picture_walls import Walls
from player.recording import OpenRecording
from player.search import MOST_HITS, search_library
from player.ui.access import AskPassphrase, Entry, EntryState, Hit, Hits, Judgement, Level, Problem
from player.ui.asking import WindowAsker
from player.ui.list_models import local_time
from player.worker_supply import WorkerSupply, tried_walls
from recorder.errors import IndexUnusableError, WorldError
from recorder.evidence.files import is_locked
from recorder.evidence.findings import Code, Finding, Severity, Status, Verdict
from recorder.evidence.key_folder import keys_folder, load_key_ring, trusted_devices
from recorder.evidence.keys import KeyRing
from recorder.evidence.verify import verify
from recorder.evidence.writer import LOCK_FILE
from recorder.store.hits import Hit as StoredHit

NS_PER_S = 1_000_000_000
_LEVELS = {
    Status.SOUND: Level.SOUND,
    Status.PARTIAL: Level.PARTIAL,
    Status.ALTERED: Level.ALTERED,
    Status.CANNOT_JUDGE: Level.CANNOT_JUDGE,
    Status.READ_FAILED: Level.READ_FAILED,
}
_WRONG_PASSPHRASE = "This passphrase opens none of your keys; try again."
_GRAVE = frozenset({Severity.ALTERED, Severity.READ_FAILED})


class RealAccess:
    """Called from several background threads: nothing changes but the keys, read once and kept, and which library."""

    def __init__(self, library: Path, *, asker: WindowAsker | None = None) -> None:
        self._asker = asker or WindowAsker()
        self._folder = library
        self._rings: dict[Path, KeyRing] = {}  # what opened the recording that was opened last
        self._keys: KeyRing | None = None
        self._gave_up = False
        self._times_asked = 0
        self._workers = WorkerSupply()
        self._workers.prepare()

    @property
    def asker(self) -> WindowAsker:
        """Asks the person for a reason or a second person."""
        return self._asker

    @property
    def library(self) -> Path:
        """The folder of recordings."""
        return self._folder

    def is_recording(self, folder: Path) -> bool:
        """Whether this folder is a recording, and not a library."""
        return looks_like_recording(folder)

    def use_library(self, folder: Path) -> None:
        """From now on this is the folder of recordings; what is being answered is still of the one before."""
        self._folder = folder

    def entries(self) -> list[Entry]:
        """All recordings of the library, the newest first."""
        return [_entry(listed) for listed in self._library().entries()]

    def open(self, folder: Path, ask: AskPassphrase) -> OpenRecording:
        """Open a recording to play it; that is entered into the ledger first."""
        devices = trusted_devices(keys_folder())
        self._rings = {}
        doing = Doing(Kind.OPENED, {"path": str(folder)})
        self._workers.prepare()  # it starts while the keys are opened
        found = self._gate().recording(folder, doing, keys=self._key_ring(ask), devices=devices, workers=self._workers)
        self._rings = {folder: found.keys}
        return found

    def walls(self) -> Walls:
        """How the walls around what decodes pictures stand here; waits until they have been tried."""
        return tried_walls(self._workers)

    def close(self) -> None:
        """End what is kept ready."""
        self._workers.close()

    def enter(self, recording: str, kind: str, detail: Mapping[str, object]) -> None:
        """Something is about to be shown or written of the open recording; it is entered, or refused in words."""
        self._gate().act(recording, Doing(Kind(kind), detail))

    def judge(self, folder: Path, keep_on: Callable[[], None], *, pictures: bool = False) -> Judgement:
        """Verify a recording, its content too where a key is at hand, and keep the verdict for the list."""
        keys = self._keys_to_judge(folder, pictures=pictures)
        library = self._library()
        before, is_growing = fingerprint(folder), is_locked(folder / LOCK_FILE)
        with closing(PictureCheck(self._workers)) if pictures and keys is not None else nullcontext() as check:
            verdict = verify(
                folder,
                devices=library.devices,
                keys=keys,
                progress=lambda _done, _total: keep_on(),
                check_events=check,
            )
        with suppress(IndexUnusableError):  # the list then shows no verdict; the window shows it all the same
            library.remember_verdict(folder, verdict, before=before)
        return judgement_of(verdict, is_growing=is_growing)

    def search_library(self, query: str, ask: AskPassphrase) -> Hits:
        """Search all recordings of the library."""
        library = self._library()

        def keys() -> KeyRing:
            # Whoever would not give the passphrase is not asked again with every letter they type.
            return KeyRing() if self._gave_up else gate.attended(self._key_ring(ask))

        try:
            gate = self._gate()
            gate.search(query, where=str(library.folder))
            outcome = search_library(query, library, keys=keys, limit=MOST_HITS)
        except WorldError as error:
            return Hits((), problem=str(error))
        entries = {listed.session_id: listed for listed in library.entries()}
        hits = tuple(
            _hit(library.folder / hit.session_id, hit, entries.get(hit.session_id)) for hit in outcome.found.hits
        )
        skipped = outcome.refreshed.not_searched
        return Hits(hits, not outcome.found.is_complete, skipped[0].sentence if skipped and not hits else "")

    def _gate(self) -> Gate:
        """The door to what recordings hold, under the policy that holds now."""
        return Gate(Ledger.of_this_user(notify=self._asker.note), self._asker)

    def _keys_to_judge(self, folder: Path, *, pictures: bool) -> KeyRing | None:
        """What opened the recording; nothing if it was not opened: then only its integrity is judged."""
        ring = self._rings.get(folder)
        if ring is None:
            return None
        try:
            return self._gate().look(folder, Doing(Kind.VERIFIED, {"pictures": pictures}), ring)
        except WorldError:  # the content stays closed; integrity needs no entry
            return None

    def _library(self) -> Library:
        return Library(self._folder, devices=trusted_devices(keys_folder()))

    def _key_ring(self, ask: AskPassphrase) -> KeyRing:
        """The keys at hand; a passphrase that opens none of them is asked for again until the person gives up."""
        sentence = ""
        while self._keys is None or not self._keys.keys:
            self._gave_up, asked = False, self._times_asked
            self._keys = load_key_ring(keys_folder(), partial(self._passphrase, ask, sentence))
            if self._gave_up or self._times_asked == asked:
                break
            sentence = _WRONG_PASSPHRASE
        return self._keys

    def _passphrase(self, ask: AskPassphrase, sentence: str) -> str:
        if self._gave_up:
            return ""
        given = ask(sentence)
        self._times_asked += 1
        self._gave_up = given is None
        return given or ""


def judgement_of(verdict: Verdict, *, is_growing: bool = False) -> Judgement:
    """The verdict as the window shows it: notes are no findings, and that a growing recording has no end is none."""
    found = [finding for finding in verdict.findings if finding.severity is not Severity.NOTE]
    if is_growing and verdict.status is Status.PARTIAL and {finding.code for finding in found} == {Code.OPEN_NO_END}:
        return Judgement(Level.RECORDING)
    unopened = [finding.sentence for finding in verdict.findings if finding.code == Code.CONTENT_NOT_CHECKED]
    return Judgement(_LEVELS[verdict.status], tuple(map(_problem, found)), note=unopened[0] if unopened else "")


def _problem(finding: Finding) -> Problem:
    return Problem(
        code=finding.code,
        sentence=finding.sentence,
        is_grave=finding.severity in _GRAVE,
        at_ns=finding.at_ns,
        end_ns=finding.end_ns,
        segment=finding.segment,
        sequence=finding.sequence,
        offset_bytes=finding.offset_bytes,
    )


def _entry(listed: Listed) -> Entry:
    known = listed.known
    if known is None:
        unreadable = EntryState.UNREADABLE
        return Entry(listed.folder, None, None, None, None, 0, None, unreadable, problem=listed.problem)
    return Entry(
        folder=listed.folder,
        operator=known.operator,
        host=known.host,
        purpose=known.purpose,
        started_wall_ns=known.started_wall_ns,
        utc_offset_s=known.utc_offset_s,
        duration_ns=None if known.duration_s is None else round(known.duration_s * NS_PER_S),
        state=EntryState(known.state),
        level=Level.UNCHECKED if listed.verdict is None else Level(listed.verdict),
    )


def _hit(folder: Path, hit: StoredHit, listed: Listed | None) -> Hit:
    known = listed.known if listed is not None else None
    title = folder.name
    if known is not None:
        started = local_time(known.started_wall_ns, known.utc_offset_s)
        title = f"{known.operator} @ {known.host}, {started:%Y-%m-%d}"
    return Hit(folder, hit.at_ns, hit.kind, hit.context, title, found=hit.found_in_context)
