"""Reviews that come along with a recording from elsewhere: each person's file, and nothing is written over.

They are copied as they are. What a signature in them is worth is asked whenever they are read.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from player.review.places import MOST_FILE_BYTES, beside, file_name, persons_with_files, publish
from recorder.errors import StorageError, WorldError
from recorder.evidence.files import read_small_file


@dataclass(frozen=True, slots=True)
class Brought:
    """How many persons' reviews came along, were there already, or were left because others are there."""

    added: int = 0
    same: int = 0
    left: int = 0
    problem: str = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should know, a sentence each."""
        said = []
        if self.added:
            said.append(f"Reviews that came along: {self.added}; what they are worth is asked when they are read.")
        if self.left:
            said.append(
                f"Reviews that were left where they are: {self.left}; "
                "other ones of the same persons are there already, and nothing is written over."
            )
        if self.problem:
            said.append(f"The reviews did not all come along: {self.problem}")
        return tuple(said)


def bring_reviews(source: Path, target: Path) -> Brought:
    """Copy what reviewers wrote beside the recording `source` to beside `target`, which is the same recording."""
    place = beside(source)
    added = same = left = 0
    try:
        if not _is_folder(place):
            return Brought()
        for key in persons_with_files(place):
            name = file_name(key)
            data = read_small_file(place / name, most_bytes=MOST_FILE_BYTES)
            there = _there(beside(target) / name)
            if there is None:
                publish(target, name, data)
                added += 1
            elif there == data:
                same += 1
            else:
                left += 1
    except OSError as error:
        problem = f"{place} could not be read ({error.strerror or error}); check who may read it."
        return Brought(added, same, left, problem)
    except WorldError as error:
        return Brought(added, same, left, str(error))
    return Brought(added, same, left)


def _is_folder(place: Path) -> bool:
    """A link in its place is none: it may lead anywhere."""
    with suppress(FileNotFoundError):
        return stat.S_ISDIR(place.lstat().st_mode)
    return False


def _there(path: Path) -> bytes | None:
    """What is there already; None if nothing is, not even a link that leads nowhere."""
    if not os.path.lexists(path):
        return None
    try:
        return read_small_file(path, most_bytes=MOST_FILE_BYTES)
    except OSError as error:
        msg = f"{path} is there and could not be read ({error.strerror or error}); check who may read it."
        raise StorageError(msg) from error
