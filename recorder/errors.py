"""What can go wrong, divided by whose fault it is.

TachiaiError
├── WorldError            what the world did: shown to the person as one sentence that says what to do
│   ├── CannotRecordError     no display, Wayland, no permission            (exit 3)
│   ├── StorageError          missing, read-only, full or failing storage   (exit 4)
│   ├── UnreadableError       not a recording, newer version, cannot judge  (exit 3)
│   ├── KeyMissingError       no key, or a key that does not open this      (exit 3)
│   ├── PolicyError           the agent's policy is faulty or refused       (exit 3)
│   └── IndexUnusableError    the index is locked or damaged                (exit 4)
└── BugError              what we did: crashes loudly
"""

from typing import ClassVar


class TachiaiError(Exception):
    """Anything that Tachiai itself raises."""


class WorldError(TachiaiError):
    """The world's fault; `str(error)` is one sentence that a person can act on."""

    exit_status: ClassVar[int] = 4


class CannotRecordError(WorldError):
    """This machine or session cannot be recorded."""

    exit_status = 3


class StorageError(WorldError):
    """A folder or file could not be written or read."""

    exit_status = 4


class UnreadableError(WorldError):
    """This is not a recording, or not one that this version can judge."""

    exit_status = 3


class KeyMissingError(WorldError):
    """No key is given, or none of the given keys opens this recording."""

    exit_status = 3


class PolicyError(WorldError):
    """The agent's policy is faulty, or is refused here."""

    exit_status = 3


class IndexUnusableError(WorldError):
    """The index cannot be used now; the recordings themselves are unharmed."""

    exit_status = 4


class BugError(TachiaiError):
    """Our fault: a promise inside the program was broken."""
