"""The window's access to what is really there: the library, keys, recordings, verdicts and the index."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from pathlib import Path

from player.check import PictureCheck
from player.drawing import small_picture
from player.expired import refuse_expired
from player.facets import Facets
from player.importing import Imported, ImportProgress
from player.ledger.attended import AttendedRecording
from player.ledger.entry import Kind
from player.ledger.gate import Doing, Gate, keys_do_for
from player.ledger.ledger import Ledger
from player.ledger.policy import Occasion
from player.ledger.telling import told_facets
from player.library import fingerprint, looks_like_recording
from player.package.checking import CheckedPackage, check_package
from player.package.making import Package, Stage
from player.package.order import PackageOrder, carry_out
from player.persons import Person, Persons
from player.picture_walls import Walls
from player.recording import OpenRecording
from player.report.order import ReportOrder, page_for
from player.report.page import Page
from player.review.policy import read_policy
from player.review.queue import QUEUE_WORDS, Covered, Queued, library_coverage, review_queue
from player.shelf import SavedSearch, Shelf
from player.ui.access import AskPassphrase, Hit, Hits, Judgement, Level, Listing, Problem, SeenThere
from player.ui.asked_keys import AskedKeys
from player.ui.asking import WindowAsker
from player.ui.real_libraries import RealLibraries
from player.worker_supply import WorkerSupply, tried_walls
from recorder.errors import IndexUnusableError, WorldError
from recorder.evidence.files import is_locked
from recorder.evidence.findings import Code, Finding, Severity, Status, Verdict
from recorder.evidence.key_folder import keys_folder, trusted_devices
from recorder.evidence.keys import KeyRing
from recorder.evidence.verify import verify
from recorder.evidence.writer import LOCK_FILE

_LEVELS = {
    Status.SOUND: Level.SOUND,
    Status.PARTIAL: Level.PARTIAL,
    Status.ALTERED: Level.ALTERED,
    Status.CANNOT_JUDGE: Level.CANNOT_JUDGE,
    Status.READ_FAILED: Level.READ_FAILED,
}
_GRAVE = frozenset({Severity.ALTERED, Severity.READ_FAILED})


class RealAccess:
    """Called from several background threads: nothing changes but the keys, read once and kept, and which library."""

    def __init__(self, library: Path, *, asker: WindowAsker | None = None) -> None:
        self._asker = asker or WindowAsker()
        self._libraries = RealLibraries(library, Shelf.of_this_user())
        self._rings: dict[Path, KeyRing] = {}  # what opened the recording that was opened last
        self._keys = AskedKeys()
        self._workers = WorkerSupply()
        self._workers.prepare()

    # --- libraries --------------------------------------------------------------------------------------------------

    @property
    def asker(self) -> WindowAsker:
        """Asks the person for a reason or a second person."""
        return self._asker

    @property
    def library(self) -> Path:
        """The folder of recordings."""
        return self._libraries.folder

    @property
    def libraries(self) -> tuple[Path, ...]:
        """The libraries that this person has used, this one among them."""
        return self._libraries.remembered

    @property
    def shows_all(self) -> bool:
        """Whether all of them are shown together."""
        return self._libraries.shows_all

    def is_recording(self, folder: Path) -> bool:
        """Whether this folder is a recording, and not a library."""
        return looks_like_recording(folder)

    def use_library(self, folder: Path) -> None:
        """From now on this is the folder of recordings; what is being answered is still of the one before."""
        self._libraries.use(folder)

    def show_all(self) -> None:
        """Show all libraries together from now on."""
        self._libraries.show_all()

    def drop_library(self, folder: Path) -> None:
        """Forget a library; its recordings stay."""
        self._libraries.forget(folder)

    def searches(self) -> tuple[SavedSearch, ...]:
        """The searches that were saved."""
        return self._libraries.searches()

    def save_search(self, search: SavedSearch) -> None:
        """Keep a search under its name."""
        self._libraries.shelf.save_search(search)

    def drop_search(self, name: str) -> None:
        """Forget the search of this name."""
        self._libraries.shelf.drop_search(name)

    def listing(self) -> Listing:
        """All recordings of the libraries that are shown, the newest first."""
        return self._libraries.listing()

    def learn(self, keep_on: Callable[[], None]) -> bool:
        """Read what is new into the index with the keys that are open, or open without asking."""
        ring = self._keys.at_hand()
        return bool(ring.keys) and self._libraries.learn(lambda: self._gate().attended(ring), keep_on)

    def take_in(self, source: Path, told: Callable[[ImportProgress], None]) -> Imported:
        """Copy a recording from elsewhere into the library; that is entered into the ledger first."""
        self._gate().ledger.enter(Kind.IMPORTED, recording=source.name, detail={"from": str(source.absolute())})
        return self._libraries.take_in(source, told)

    # --- recordings -------------------------------------------------------------------------------------------------

    def open(self, folder: Path, ask: AskPassphrase) -> OpenRecording:
        """Open a recording to play it; that is entered into the ledger first."""
        devices = trusted_devices(keys_folder())
        refuse_expired(folder, devices)
        self._rings = {}
        doing = Doing(Kind.OPENED, {"path": str(folder)})
        self._workers.prepare()  # it starts while the keys are opened
        keys = self._keys_for(folder, ask)
        found = self._gate().recording(folder, doing, keys=keys, devices=devices, workers=self._workers)
        self._rings = {folder: found.keys}
        return found

    def walls(self) -> Walls:
        """How the walls around what decodes pictures stand here; waits until they have been tried."""
        return tried_walls(self._workers)

    def close(self) -> None:
        """End what is kept ready."""
        self._workers.close()

    def open_to_export(self, folder: Path, detail: Mapping[str, object], ask: AskPassphrase) -> AttendedRecording:
        """Open a recording once more to write a copy of it; that, and not that it is opened, is entered first."""
        keys = self._rings.get(folder) or self._keys_for(folder, ask)
        devices = trusted_devices(keys_folder())
        doing = Doing(Kind.EXPORT, detail)
        return self._gate().recording(folder, doing, keys=keys, devices=devices, workers=self._workers)

    def make_package(self, order: PackageOrder, ask: AskPassphrase, told: Callable[[Stage], None]) -> Package:
        """Make an evidence package; that is entered first."""
        devices = trusted_devices(keys_folder())
        with closing(self.open_to_export(order.folder, order.told, ask)) as source:
            return carry_out(source, order, ledger=self._gate().ledger, devices=devices, told=told)

    def report_page(self, order: ReportOrder, ask: AskPassphrase, progress: Callable[[float], None]) -> Page:
        """The page of a report; that is entered first."""
        with closing(self.open_to_export(order.folder, order.told, ask)) as source:
            return page_for(source, order, keys=source.keys, devices=trusted_devices(keys_folder()), progress=progress)

    def check_package(self, path: Path, progress: Callable[[int, int], None]) -> CheckedPackage:
        """Whether a package is what was signed."""
        return check_package(path, persons=Persons.load(), devices=trusted_devices(keys_folder()), progress=progress)

    def trust(self, person: Person) -> None:
        """What this person signs is taken for theirs from now on."""
        Persons.load().trust(person)

    def enter(self, recording: str, kind: str, detail: Mapping[str, object]) -> None:
        """Something is about to be shown or written of the open recording; it is entered, or refused in words."""
        self._gate().act(recording, Doing(Kind(kind), detail))

    def judge(self, folder: Path, keep_on: Callable[[], None], *, pictures: bool = False) -> Judgement:
        """Verify a recording, its content too where a key is at hand, and keep the verdict for the list."""
        keys = self._keys_to_judge(folder, pictures=pictures)
        library = self._libraries.library(folder.parent)
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

    def see(self, hit: Hit, width_px: int, ask: AskPassphrase) -> SeenThere:
        """The moment of a hit: opened anew, and let go at once."""
        gate, opened = self._gate(), self._rings.get(hit.folder)
        if opened is None and gate.policy.asks_reason(Occasion.OPENING):
            return SeenThere(None, "A reason is asked before this recording is shown: open it to see this.", (), 0)
        rows, found = self._libraries.around(hit)
        doing = Doing(Kind.FRAME, {"at_ns": hit.at_ns, "preview": True})
        keys = self._keys_for(hit.folder, ask) if opened is None else opened
        devices = trusted_devices(keys_folder())
        source = gate.glance(hit.folder, doing, keys=keys, devices=devices, workers=self._workers)
        try:
            return SeenThere(small_picture(source, hit.at_ns, width_px), "", rows, found)
        except WorldError as error:
            return SeenThere(None, str(error), rows, found)
        finally:
            source.close()

    def search_library(
        self,
        query: str,
        ask: AskPassphrase,
        *,
        facets: Facets,
        keep_on: Callable[[], None],
        first: Callable[[Hits], None],
    ) -> Hits:
        """Search the recordings of which the facets hold."""

        def keys() -> KeyRing:
            # Whoever would not give the passphrase is not asked again with every letter they type.
            return KeyRing() if self._keys.gave_up else gate.attended(self._keys.all(ask))

        try:
            gate = self._gate()
            narrowed = {"facets": told_facets(facets)} if facets.asked else None
            gate.search(query, where=self._libraries.where, detail=narrowed)
        except WorldError as error:
            return Hits((), problem=str(error))
        return self._libraries.search(query, keys=keys, facets=facets, keep_on=keep_on, first=first)

    def review_queue(self, ask: AskPassphrase, progress: Callable[[int, int], None]) -> tuple[Queued, ...]:
        """What to review next in the libraries that are shown."""
        gate = self._gate()

        def keys() -> KeyRing:
            return KeyRing() if self._keys.gave_up else gate.attended(self._keys.all(ask))

        gate.search(QUEUE_WORDS, where=self._libraries.where)
        return review_queue(self._libraries.shown(), keys=keys, policy=read_policy(), progress=progress)

    def coverage(self, progress: Callable[[int, int], None]) -> tuple[Covered, ...]:
        """How much of each recording was seen."""
        entries = [entry for library in self._libraries.shown() for entry in library.entries()]
        return library_coverage(entries, Persons.load(), progress=progress)

    def reviewed(self, folder: Path, what: Sequence[str]) -> None:
        """Something is about to be written into the review of a recording; it is entered first."""
        self._gate().ledger.enter(Kind.REVIEWED, recording=folder.name, detail={"what": ", ".join(what)})

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

    def _keys_for(self, folder: Path, ask: AskPassphrase) -> KeyRing:
        devices = trusted_devices(keys_folder())
        return self._keys.that_open(lambda ring: keys_do_for(folder, keys=ring, devices=devices), ask)


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
