"""The folder of recordings: what is in it, and its index kept up with it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from player.persons import Persons
from player.review.state import review_state_of
from recorder.errors import IndexUnusableError, StorageError, UnreadableError, WorldError
from recorder.evidence.findings import Verdict
from recorder.evidence.key_folder import home_folder
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.summary import Summary, summarize
from recorder.real_path import real_path

if TYPE_CHECKING:
    from recorder.store.uses import Used  # its import brings SQLite, which is slow to start


SEGMENTS = "*.seg"
LIST_WAIT_S = 1.0
LONGEST_NAME_SHOWN = 100
LASTING_STATES = ("closed", "interrupted")  # a recording that grows is another one a moment later
SESSION_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")


def no_notice(_sentence: str) -> None:
    """Say nothing."""


class Known(msgspec.Struct, frozen=True):
    """What the headers of an unchanged recording told."""

    operator: str
    host: str
    purpose: str
    started_wall_ns: int
    utc_offset_s: int
    duration_s: float | None
    state: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording in the library. `known` is None if its headers cannot be read, `problem` then says why.

    `verdict` is that of the last `verify`, as long as no file has changed since; None: not verified. `used` is what its
    operation log tells of applications and alerts; None: it was not read yet. `review` is how far it is reviewed.
    """

    session_id: str
    folder: Path
    known: Known | None
    verdict: str | None
    problem: str = ""
    used: "Used | None" = None
    review: str | None = None


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What the index knows: summaries and verdicts by session and fingerprint, uses by session."""

    summaries: Mapping[tuple[str, str], tuple[bytes | None, str | None]]
    used: "Mapping[str, Used]"
    persons: Persons | None


def index_path(library: Path, environment: Mapping[str, str] | None = None) -> Path:
    """Where the index of this library lies: in the reader's own folder, since it holds in clear what they can open."""
    name = hashlib.sha256(str(real_path(library)).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return home_folder(environment) / "index" / f"{name}.sqlite3"


def fingerprint(folder: Path) -> str:
    """Changes whenever a segment does: from sizes, times of change (which cannot be set back) and file numbers.

    Raises:
        StorageError: the folder cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for path in sorted(folder.glob(SEGMENTS)):
            facts = path.stat()
            digest.update(
                f"{path.name} {facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns} {facts.st_ino}\n".encode()
            )
    except OSError as error:
        raise _unreadable(folder, error) from error
    return digest.hexdigest()


class Library:
    """A folder with a recording in each folder of it. Reading it needs neither key nor index."""

    def __init__(
        self, folder: Path, *, devices: DeviceTrust, index: Path | None = None, is_in_window: bool = False
    ) -> None:
        """`is_in_window`: it is named in the window and not by an option, so another one is too."""
        self.folder = folder
        self._is_in_window = is_in_window
        self.devices = devices
        self.index_path = index_path(folder) if index is None else index

    def folders(self) -> list[Path]:
        """The recordings' folders, newest first.

        Raises:
            StorageError: the library is missing or cannot be read.
        """
        try:
            found = [path for path in self.folder.iterdir() if looks_like_recording(path)]
        except FileNotFoundError as error:
            if not self._is_in_window:
                raise _unreadable(self.folder, error) from error
            msg = f"There is no library at {self.folder}; open another (Ctrl+O), or mount the disk or share it is on."
            raise StorageError(msg) from error
        except OSError as error:
            raise _unreadable(self.folder, error) from error
        return sorted(found, key=lambda path: path.name, reverse=True)

    def entries(self, *, notify: Callable[[str], None] = no_notice) -> list[Entry]:
        """All recordings, newest first. Without an index it is slower and knows no verdicts; `notify` is told so."""
        folders = self.folders()
        remembered = self._remembered(notify)
        learned: dict[tuple[str, str], bytes] = {}
        entries = [self._entry(folder, remembered, learned) for folder in folders]
        self._remember_learned(learned)
        return entries

    def find(self, name: str) -> Path:
        """The recording that a person names: by its folder, its id, or the beginning of its id.

        Raises:
            UnreadableError: there is none, or more than one.
        """
        if not name:
            msg = "Name a recording: its folder, its id, or the beginning of its id."
            raise UnreadableError(msg)
        path = Path(name)
        if _is_folder(path):
            return path if path.name not in ("", "..") else real_path(path)
        names = [folder for folder in self._folders_if_any() if folder.name.startswith(name)]
        exact = [folder for folder in names if folder.name == name]
        if len(exact or names) == 1:
            return (exact or names)[0]
        from player.expired import refuse_expired  # which knows the entries of this module

        if SESSION_ID.fullmatch(name):
            refuse_expired(self.folder / name, self.devices)
        if names:
            msg = f"{len(names)} recordings begin with {name!r}; give more of the id (tachiai-player list)."
        elif _is_file(path):
            msg = f"{name} is a file; a recording is a folder with segments (0001.seg, …) in it: name the folder."
        else:
            shown = name if len(name) <= LONGEST_NAME_SHOWN else name[:LONGEST_NAME_SHOWN] + "…"
            msg = f"There is no recording {shown!r}: no folder, and no id in {self.folder} (tachiai-player list)."
        raise UnreadableError(msg)

    def remember_verdict(self, folder: Path, verdict: Verdict, *, before: str) -> None:
        """Keep a verdict for `list`, unless the files changed while it was made. `before` is their fingerprint then.

        Raises:
            IndexUnusableError: the index cannot be written now.
        """
        if real_path(folder).parent != real_path(self.folder) or fingerprint(folder) != before:
            return
        from recorder.store.index import Index  # slow to import, and not needed to verify

        with Index.open(self.index_path, wait_s=LIST_WAIT_S) as index:
            index.remember(folder.name, before, summary=None, verdict=verdict.status.name.lower())

    def _folders_if_any(self) -> list[Path]:
        return self.folders() if self.folder.is_dir() else []

    def _entry(self, folder: Path, remembered: _Remembered, learned: dict[tuple[str, str], bytes]) -> Entry:
        try:
            now = fingerprint(folder)
            kept, verdict = remembered.summaries.get((folder.name, now), (None, None))
            used, review = remembered.used.get(folder.name), _review(folder, remembered.persons)
            if kept is not None:
                known = msgspec.msgpack.decode(kept, type=Known)
                return Entry(folder.name, folder, known, verdict, used=used, review=review)
            known = _known(summarize(folder, self.devices))
        except (WorldError, msgspec.MsgspecError) as error:
            return Entry(folder.name, folder, None, None, str(error))
        if known.state in LASTING_STATES:
            learned[folder.name, now] = msgspec.msgpack.encode(known)
        return Entry(folder.name, folder, known, verdict, used=used, review=review)

    def _remembered(self, notify: Callable[[str], None]) -> _Remembered:
        try:
            persons = Persons.load()
        except WorldError as error:
            notify(f"{error} What is reviewed is not shown.")
            persons = None
        if not self.index_path.exists():
            return _Remembered({}, {}, persons)
        from recorder.store.index import Index

        try:
            with Index.open(self.index_path, wait_s=LIST_WAIT_S, notify=notify) as index:
                return _Remembered(index.remembered(), index.used(), persons)
        except IndexUnusableError as error:
            notify(f"{error} Verdicts are not shown.")
            return _Remembered({}, {}, persons)

    def _remember_learned(self, learned: Mapping[tuple[str, str], bytes]) -> None:
        """Only to be quicker next time: an index that cannot be written now does not hinder a list."""
        if not learned or not self.index_path.exists():
            return
        from recorder.store.index import Index

        with suppress(IndexUnusableError), Index.open(self.index_path, wait_s=0.0) as index:
            index.remember_summaries(learned)


def _review(folder: Path, persons: Persons | None) -> str | None:
    """How far it is reviewed; None where that cannot be read, which the recording's own page says more of."""
    if persons is None:
        return None
    try:
        return review_state_of(folder, persons).state.value
    except WorldError:
        return None


def _known(summary: Summary) -> Known:
    header = summary.header
    return Known(
        operator=header.operator,
        host=header.host,
        purpose=header.purpose,
        started_wall_ns=header.started.wall_ns,
        utc_offset_s=header.utc_offset_s,
        duration_s=summary.duration_s,
        state=summary.state,
        size_bytes=summary.size_bytes,
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or lies where nobody may look, is no folder for us
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def looks_like_recording(path: Path) -> bool:
    """Whether this folder is one, by its name or by the segments in it; reading it says whether it is sound."""
    return path.is_dir() and (
        SESSION_ID.fullmatch(path.name) is not None or next(path.glob(SEGMENTS), None) is not None
    )


def _unreadable(path: Path, error: OSError) -> StorageError:
    if isinstance(error, FileNotFoundError):
        return StorageError(f"There is no library or recording at {path}; name one with --library or TACHIAI_LIBRARY.")
    return StorageError(f"{path} could not be read ({error.strerror or error}); check who may read it.")
