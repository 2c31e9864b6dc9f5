"""Recordings that expired: what their tombstones tell, for the lists and for who names one."""

from collections.abc import Callable, Iterator
from pathlib import Path

from player.library import Entry, Known
from recorder.clock import NS_PER_S
from recorder.errors import UnreadableError, WorldError
from recorder.evidence.keys import DeviceTrust
from recorder.keeping.deciding import Why
from recorder.keeping.places import KeepingPlaces
from recorder.keeping.tombstone import Tombstone, read_tombstone, tombstone_files
from recorder.utc import utc_text

EXPIRED = "expired"


def expired_entries(library: Path, devices: DeviceTrust, *, notify: Callable[[str], None]) -> Iterator[Entry]:
    """The recordings of a library that expired, as entries of its list; what a tombstone cannot tell is told."""
    try:
        paths = list(tombstone_files(KeepingPlaces(library)))
    except WorldError as error:
        notify(str(error))
        return
    for path in paths:
        try:
            yield _entry(library, read_tombstone(path, devices))
        except WorldError as error:
            notify(str(error))


def refuse_expired(folder: Path, devices: DeviceTrust) -> None:
    """Say of a recording that is not there any more that it expired, when, and why.

    Raises:
        UnreadableError: it did.
    """
    if folder.exists():
        return
    try:
        path = KeepingPlaces(folder.parent).tombstone(folder.name)
        tombstone = read_tombstone(path, devices)
    except WorldError:  # no tombstone, or none that can be believed: whoever opens the folder says what is wrong
        return
    raise UnreadableError(sentence_of(tombstone))


def sentence_of(tombstone: Tombstone) -> str:
    """That it expired, when and why."""
    name, day = tombstone.session_id, utc_text(tombstone.expired_wall_ns)[:10]
    if tombstone.why == Why.AGE:
        return f"The recording {name} expired on {day}, kept for as long as the policy says; its tombstone is left."
    return f"The recording {name} expired on {day}, when there was more than the quota; its tombstone is left."


def _entry(library: Path, stone: Tombstone) -> Entry:
    known = Known(
        operator=stone.operator,
        host=stone.host,
        purpose=stone.purpose,
        started_wall_ns=stone.started_wall_ns,
        utc_offset_s=stone.utc_offset_s,
        duration_s=stone.duration_ns / NS_PER_S,
        state=EXPIRED,
        size_bytes=stone.size_bytes,
    )
    return Entry(stone.session_id, library / stone.session_id, known, stone.verdict)
