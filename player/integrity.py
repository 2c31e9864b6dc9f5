"""Which recordings of the library are not sound: each is verified once, and again only after its files changed."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from player.library import Library, fingerprint
from recorder.errors import IndexUnusableError, StorageError
from recorder.evidence.files import is_locked
from recorder.evidence.findings import Status
from recorder.evidence.verify import verify
from recorder.evidence.writer import LOCK_FILE
from recorder.store.index import Index

LASTING = (Status.SOUND, Status.PARTIAL, Status.ALTERED)  # the others may pass without a change of the files
UNSOUND = (Status.ALTERED, Status.CANNOT_JUDGE, Status.READ_FAILED)

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Unsound:
    """A recording of which something was altered, or could not be judged or read."""

    session_id: str
    status: Status


def unsound_recordings(library: Library, *, besides: Collection[str], told: Told) -> list[Unsound]:
    """What is not sound in the library, newest first; `besides` are not looked at, `told` hears how far it is.

    A recording that is being made is judged once it has ended. That something is missing is not unsound.

    Raises:
        StorageError: the library is missing or unreadable.
    """
    judge = _Judge(library, told)
    folders = [folder for folder in library.folders() if folder.name not in besides]
    judged = ((folder.name, judge.status_of(folder)) for folder in folders if not is_locked(folder / LOCK_FILE))
    return [Unsound(name, status) for name, status in judged if status in UNSOUND]


class _Judge:
    """Verifies without a key what it does not know yet. Without an index it is slower, and says the same."""

    def __init__(self, library: Library, told: Told) -> None:
        self._library = library
        self._told = told
        self._known: dict[tuple[str, str], str] = {}
        with suppress(IndexUnusableError), Index.open(library.index_path) as index:
            self._known = index.integrity()

    def status_of(self, folder: Path) -> Status:
        try:
            before = fingerprint(folder)
        except StorageError:
            return Status.READ_FAILED
        known = self._known.get((folder.name, before))
        if known is not None:
            return Status[known]
        status = verify(folder, devices=self._library.devices, progress=self._progress(folder.name)).status
        if status in LASTING:
            with suppress(IndexUnusableError), Index.open(self._library.index_path, wait_s=0.0) as index:
                index.remember_integrity(folder.name, before, status.name)
        return status

    def _progress(self, name: str) -> Callable[[int, int], None]:
        return lambda done_bytes, total_bytes: self._told(name, done_bytes, total_bytes)
