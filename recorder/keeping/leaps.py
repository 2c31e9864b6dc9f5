"""Whether the clock can be believed that says how old recordings are: a wrong one must not empty a library.

Each look at the library is remembered with what the clock said. Where it is suddenly weeks later, the machine was away,
or its clock is wrong: nothing expires by its age until the clock has gone on from there for some days.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from recorder.errors import StorageError
from recorder.evidence.files import Files, read_small_file, storage_sentence, write_private_file
from recorder.keeping.deciding import DAY_NS

LEAP_DAYS = 31  # a month without a look: a machine that is used has one every day
SETTLED_DAYS = 7
_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Seen:
    """What the clock said at the last look. `leapt_wall_ns`: at the first behind a leap that is not believed yet."""

    last_wall_ns: int
    leapt_wall_ns: int | None = None

    @property
    def is_believed(self) -> bool:
        """Whether recordings may be taken for as old as this clock makes them."""
        return self.leapt_wall_ns is None


def seen_now(before: Seen | None, now_wall_ns: int) -> Seen:
    """What is remembered of this look."""
    if before is None:
        return Seen(now_wall_ns)
    if now_wall_ns - before.last_wall_ns > LEAP_DAYS * DAY_NS:
        return Seen(now_wall_ns, now_wall_ns)
    leapt_ns = before.leapt_wall_ns
    is_over = leapt_ns is None or now_wall_ns < leapt_ns or now_wall_ns - leapt_ns >= SETTLED_DAYS * DAY_NS
    return Seen(now_wall_ns, None if is_over else leapt_ns)


def read_seen(path: Path, now_wall_ns: int) -> Seen | None:
    """What was remembered; None if nothing was yet. What cannot be read counts as a leap that was just made.

    Raises:
        StorageError: it could not be read.
    """
    try:
        return msgspec.json.decode(read_small_file(path, most_bytes=_MOST_BYTES), type=Seen)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:
        return Seen(now_wall_ns, now_wall_ns)
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error


def write_seen(path: Path, seen: Seen, *, files: Files) -> None:
    """Remember it.

    Raises:
        StorageError: it could not be written.
    """
    write_private_file(path, msgspec.json.encode(seen), files=files)
