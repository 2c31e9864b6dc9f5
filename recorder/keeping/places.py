"""Where a library keeps what is said of its recordings when they come to an end.

LIBRARY/.keeping/lock              held by whoever changes any of it
LIBRARY/.keeping/holds.jsonl       who holds what back from expiring, and why
LIBRARY/.keeping/clock.json        what the clock said when it was last looked at what expires
LIBRARY/.keeping/tombstones/ID.json    what a recording was that expired
LIBRARY/.keeping/removing/ID       a recording on its way out: it has its tombstone already
"""

from dataclasses import dataclass
from pathlib import Path

from recorder.errors import UnreadableError


@dataclass(frozen=True, slots=True)
class KeepingPlaces:
    """The files of one library."""

    library: Path

    @property
    def folder(self) -> Path:
        """All of it."""
        return self.library / ".keeping"

    @property
    def lock(self) -> Path:
        """Whoever holds it may change what is kept."""
        return self.folder / "lock"

    @property
    def holds(self) -> Path:
        """Who holds what back."""
        return self.folder / "holds.jsonl"

    @property
    def clock(self) -> Path:
        """What the clock said at the last look."""
        return self.folder / "clock.json"

    @property
    def tombstones(self) -> Path:
        """What was there."""
        return self.folder / "tombstones"

    @property
    def removing(self) -> Path:
        """What is on its way out."""
        return self.folder / "removing"

    def recording(self, session_id: str) -> Path:
        """The folder of a recording that stands."""
        return self.library / named(session_id)

    def tombstone(self, session_id: str) -> Path:
        """What says that it was there."""
        return self.tombstones / f"{named(session_id)}.json"


def named(session_id: str) -> str:
    """The id, as a name that stays within its folder.

    Raises:
        UnreadableError: it would not.
    """
    if not session_id or session_id.startswith(".") or any(one in session_id for one in ("/", "\\", "\0")):
        msg = f"{session_id!r} is no recording's id."
        raise UnreadableError(msg)
    return session_id
