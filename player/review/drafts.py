"""What a person watched and did not confirm yet: kept in their own folder, unsigned, and counted nowhere."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from player.review.entries import MOST_RANGES
from player.review.places import own_folder
from player.review.ranges import merged
from player.review.watching import Seen
from recorder.evidence.files import read_small_file, write_private_file

_DRAFT_FILE = "watched.json"
_MOST_BYTES = 4 * 1024 * 1024


class _Draft(msgspec.Struct, frozen=True):
    ranges: tuple[tuple[int, int], ...]
    idle: tuple[tuple[int, int], ...]


def read_draft(session_id: str, environment: Mapping[str, str] | None = None) -> Seen:
    """What was kept; nothing if there is none, or none that can be read."""
    try:
        data = read_small_file(_path(session_id, environment), most_bytes=_MOST_BYTES)
        draft = msgspec.json.decode(data, type=_Draft)
    except (OSError, msgspec.DecodeError):  # it is a convenience: what is lost was never confirmed
        return Seen()
    return Seen(merged(draft.ranges)[:MOST_RANGES], merged(draft.idle)[:MOST_RANGES])


def keep_draft(session_id: str, seen: Seen, environment: Mapping[str, str] | None = None) -> None:
    """Keep this for the next time, instead of what was kept.

    Raises:
        StorageError: it could not be kept.
    """
    path = _path(session_id, environment)
    if seen != Seen() or path.exists():
        write_private_file(path, msgspec.json.encode(_Draft(seen.ranges, seen.idle)))


def _path(session_id: str, environment: Mapping[str, str] | None) -> Path:
    return own_folder(session_id, environment) / _DRAFT_FILE
