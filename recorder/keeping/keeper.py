"""Keeps a library: says what is in it, holds recordings back, and lets those expire whose time is over.

A recording expires in steps, and a crash at any of them leaves the whole recording or its whole tombstone:

    1. its lock is taken, so that no recorder goes on with it; it is verified, and every file of it is hashed
    2. the tombstone is written, signed. As long as the recording stands, the tombstone does not count
    3. the folder is renamed out of the library, in one step: from here on the tombstone counts
    4. the files are removed; what a crash leaves of them, the next run removes
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from recorder.clock import NS_PER_S, Clock
from recorder.errors import StorageError, UnreadableError, WorldError
from recorder.evidence.files import Files, SystemFiles, held, is_locked, storage_sentence
from recorder.evidence.findings import Severity, Status
from recorder.evidence.keys import DeviceKey, DeviceTrust
from recorder.evidence.summary import summarize
from recorder.evidence.verify import verify
from recorder.evidence.writer import LOCK_FILE
from recorder.keeping.archive import Archive, hash_of
from recorder.keeping.deciding import Decision, Kept, KeptState, Terms, decide, is_old, may_go
from recorder.keeping.holds import HoldEntry, Holds, Saying, enter, read_holds
from recorder.keeping.leaps import SETTLED_DAYS, read_seen, seen_now, write_seen
from recorder.keeping.looking import files_of, look, look_at
from recorder.keeping.places import KeepingPlaces
from recorder.keeping.tombstone import (
    FORMAT,
    FileHash,
    Tombstone,
    raise_tombstone,
    read_tombstone,
    tombstone_files,
)
from recorder.policy.sections import StoragePolicy

MB = 1_000_000
_MAY_EXPIRE = frozenset({Status.SOUND, Status.PARTIAL})


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """`expired` are tombstones that count; `damaged` says which of them cannot be read, and why."""

    kept: tuple[Kept, ...]
    holds: tuple[HoldEntry, ...]
    expired: tuple[Tombstone, ...]
    damaged: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """All recordings together."""
        return sum(one.size_bytes for one in self.kept)


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run did, or would do. `problems` are sentences about what was to go and could not."""

    decisions: tuple[Decision, ...]
    problems: tuple[str, ...]
    left_bytes: int

    @property
    def gone(self) -> tuple[Decision, ...]:
        """What expired."""
        return tuple(one for one in self.decisions if one.why is not None)

    @property
    def stays(self) -> tuple[Decision, ...]:
        """What the policy no longer keeps and something stands against."""
        return tuple(one for one in self.decisions if one.why is None)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was found out about a recording that is to go."""

    files: tuple[FileHash, ...]
    verdict: Status
    findings: tuple[str, ...]


class Keeper:
    """One library. Whoever changes anything holds its lock."""

    def __init__(
        self, library: Path, *, device: DeviceKey, devices: DeviceTrust, clock: Clock, files: Files | None = None
    ) -> None:
        self._places = KeepingPlaces(library)
        self._device = device
        self._devices = devices
        self._clock = clock
        self._files = files or SystemFiles()

    # --- what is there ------------------------------------------------------------------------------------------------

    def status(self) -> LibraryStatus:
        """What is in the library, what is held, and what has expired.

        Raises:
            UnreadableError: what is held cannot be told.
            StorageError: the library cannot be read.
        """
        holds = read_holds(self._places.holds, self._devices)
        kept = look(self._places.library, holds.current)
        expired, damaged = [], []
        for path in tombstone_files(self._places):
            try:
                expired.append(read_tombstone(path, self._devices))
            except WorldError as error:
                damaged.append(str(error))
        return LibraryStatus(tuple(kept), tuple(holds.current.values()), tuple(expired), tuple(damaged))

    # --- holding back -------------------------------------------------------------------------------------------------

    def hold(self, session_id: str, *, who: str, why: str) -> HoldEntry:
        """Let this recording expire no more, whatever its age, until it is released.

        Raises:
            UnreadableError: there is no such recording, it is held already, or the holds cannot be read.
            StorageError: it could not be entered.
        """
        with self._locked() as holds:
            if not self._places.recording(session_id).is_dir():
                msg = f"There is no recording {session_id} in {self._places.library}."
                raise UnreadableError(msg)
            by = holds.current.get(session_id)
            if by is not None:
                msg = f"{session_id} is held already, by {by.who}: {by.why}"
                raise UnreadableError(msg)
            return self._enter(holds, "hold", session_id, who, why)

    def release(self, session_id: str, *, who: str, why: str) -> HoldEntry:
        """Let it expire again when its time is over.

        Raises:
            UnreadableError: it is not held, or the holds cannot be read.
            StorageError: it could not be entered.
        """
        with self._locked() as holds:
            if session_id not in holds.current:
                msg = f"{session_id} is not held."
                raise UnreadableError(msg)
            return self._enter(holds, "release", session_id, who, why)

    # --- expiring -----------------------------------------------------------------------------------------------------

    def expire(
        self,
        storage: StoragePolicy,
        *,
        policy_version: int = 0,
        archive: Archive | None = None,
        also_interrupted: bool = False,
        dry_run: bool = False,
    ) -> Expired:
        """Let go what is old or too much. With `dry_run` nothing is changed, but all of it is looked at.

        Raises:
            UnreadableError: what is held cannot be told; nothing expires.
            StorageError: the library cannot be read or changed.
        """
        now_ns = self._clock.read().wall_ns
        terms = Terms(storage.keep_days, storage.quota_mb * MB, now_ns, also_interrupted)
        with self._locked() as holds:
            problems = [] if dry_run else self._finish_removals()
            kept = look(self._places.library, holds.current)
            terms = self._believed(terms, kept, problems, dry_run=dry_run)
            looked: dict[str, _Looked] = {}
            decisions = decide(kept, terms, obstacle=lambda one: self._obstacle(one, archive, looked))
            if not dry_run:
                decisions = self._let_go(decisions, terms, looked, archive, policy_version, problems)
                self._forget_early_tombstones(kept, decisions)
        gone = sum(one.kept.size_bytes for one in decisions if one.why is not None)
        return Expired(tuple(decisions), tuple(problems), sum(one.size_bytes for one in kept) - gone)

    # --- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[Holds]:
        try:
            self._files.make_folder(self._places.folder, parents=True)
            with held(self._places.lock):
                yield read_holds(self._places.holds, self._devices)
        except OSError as error:
            raise StorageError(storage_sentence(Path(error.filename or self._places.folder), error)) from error

    def _believed(self, terms: Terms, kept: list[Kept], problems: list[str], *, dry_run: bool) -> Terms:
        """The terms, without an age if the clock has leapt: what it makes old may have been made yesterday."""
        seen = seen_now(read_seen(self._places.clock, terms.now_wall_ns), terms.now_wall_ns)
        if not dry_run:
            write_seen(self._places.clock, seen, files=self._files)
        if seen.is_believed:
            return terms
        if any(may_go(one, terms) and is_old(one, terms) for one in kept):
            problems.append(
                "The clock has leapt by more than a month since recordings were last looked at. Nothing expires by its "
                f"age until the clock has gone on from there for {SETTLED_DAYS} days; set it right if it is wrong."
            )
        return replace(terms, keep_days=0)

    def _enter(self, holds: Holds, action: str, session_id: str, who: str, why: str) -> HoldEntry:
        saying = Saying(action, session_id, who, why, self._clock.read().wall_ns)
        return enter(self._places.holds, holds, saying, device=self._device, files=self._files)

    def _obstacle(self, kept: Kept, archive: Archive | None, looked: dict[str, _Looked]) -> str:
        """What stands against its going; "" and what was found out, if nothing does."""
        if is_locked(kept.folder / LOCK_FILE):
            return "a recorder holds it"
        verdict = verify(kept.folder, devices=self._devices, keys=None)
        if verdict.status not in _MAY_EXPIRE:
            return f"its verdict is {verdict.status.name.lower()}, which somebody has to look at"
        try:
            files = tuple(hash_of(path, path.relative_to(kept.folder).as_posix()) for path in files_of(kept.folder))
        except OSError as error:
            return f"it cannot be read ({error.strerror or error})"
        lacks = archive.lacks(kept.folder, kept.session_id, files) if archive is not None else ""
        if lacks:
            return f"it is not stored in the archive: {lacks}"
        codes = tuple(one.code for one in verdict.findings if one.severity is not Severity.NOTE)
        looked[kept.session_id] = _Looked(files, verdict.status, codes)
        return ""

    def _let_go(
        self,
        decisions: list[Decision],
        terms: Terms,
        looked: dict[str, _Looked],
        archive: Archive | None,
        policy_version: int,
        problems: list[str],
    ) -> list[Decision]:
        done = []
        for decision in decisions:
            kept = decision.kept
            if decision.why is not None:
                try:
                    tombstone = self._tombstone(decision, terms, looked[kept.session_id], archive, policy_version)
                    self._remove(kept, tombstone, terms)
                except (WorldError, OSError) as error:
                    sentence = str(error) if isinstance(error, WorldError) else storage_sentence(kept.folder, error)
                    problems.append(f"{kept.session_id} did not expire: {sentence}")
                    decision = replace(decision, why=None, obstacle=sentence)
            done.append(decision)
        return done

    def _tombstone(
        self, decision: Decision, terms: Terms, looked: _Looked, archive: Archive | None, policy_version: int
    ) -> Tombstone:
        summary = summarize(decision.kept.folder, self._devices)
        header = summary.header
        limit = f"kept for {terms.keep_days} days" if decision.why == "age" else f"quota of {terms.quota_bytes} bytes"
        return Tombstone(
            format=FORMAT,
            session_id=header.session_id,
            operator=header.operator,
            host=header.host,
            purpose=header.purpose,
            started_wall_ns=header.started.wall_ns,
            utc_offset_s=header.utc_offset_s,
            duration_ns=round(summary.duration_s * NS_PER_S),
            state=str(decision.kept.state),
            size_bytes=sum(one.size_bytes for one in looked.files),
            files=looked.files,
            verdict=looked.verdict.name.lower(),
            findings=looked.findings,
            why=str(decision.why),
            detail=limit,
            policy_version=policy_version,
            expired_wall_ns=terms.now_wall_ns,
            archive=archive.name if archive is not None else "",
        )

    def _remove(self, kept: Kept, tombstone: Tombstone, terms: Terms) -> None:
        lock_fd = self._files.lock(kept.folder / LOCK_FILE)
        try:
            if not may_go(look_at_now(kept, is_held=False), terms):
                msg = f"{kept.session_id} has changed since it was looked at."
                raise StorageError(msg)
            raise_tombstone(tombstone, self._places, device=self._device, files=self._files)
            self._files.make_folder(self._places.removing, parents=True)
            out = self._places.removing / kept.session_id
            self._files.rename(kept.folder, out)
            self._files.sync_folder(self._places.library)
            self._files.sync_folder(self._places.removing)
        finally:
            self._files.close(lock_fd)
        self._clear(out)

    def _finish_removals(self) -> list[str]:
        """What a crash left on its way out goes now, if its tombstone stands; sentences about what has none."""
        problems: list[str] = []
        if not self._places.removing.is_dir():
            return problems
        for out in sorted(self._places.removing.iterdir()):
            try:
                read_tombstone(self._places.tombstone(out.name), self._devices)
            except WorldError as error:
                problems.append(f"{out} is on its way out, and stays there: {error}")
            else:
                self._clear(out)
        return problems

    def _clear(self, folder: Path) -> None:
        """Remove a folder with everything in it, the segments last, so that what is left can still be told."""
        files = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
        for path in sorted(files, key=lambda one: (one.suffix == ".seg", one.as_posix())):
            self._files.remove(path)
        for path in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
            path.rmdir()
        folder.rmdir()
        self._files.sync_folder(folder.parent)

    def _forget_early_tombstones(self, kept: list[Kept], decisions: list[Decision]) -> None:
        """Tombstones of recordings that stand, since a run was cut off, and that do not go now."""
        gone = {one.kept.session_id for one in decisions if one.why is not None}
        for one in kept:
            if one.session_id not in gone and self._places.tombstone(one.session_id).exists():
                self._files.remove(self._places.tombstone(one.session_id))


def look_at_now(kept: Kept, *, is_held: bool) -> Kept:
    """The same recording, looked at again, by whoever holds its lock: which is not a recorder, then."""
    now = look_at(kept.folder, is_held=is_held)
    return replace(now, state=KeptState.INTERRUPTED) if now.state is KeptState.RECORDING else now
