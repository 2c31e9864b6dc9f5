"""What a person chose and how a window stood: what both programs need of the place where it is kept."""

from typing import Protocol


class Settings(Protocol):
    """What a window needs of `QSettings`."""

    def value(self, key: str, default: object = None, /) -> object:
        """What was set last, else the default."""

    def setValue(self, key: str, value: object, /) -> None:
        """Set it."""

    def sync(self) -> None:
        """Let it be kept from now on."""


class ThrowawaySettings:
    """Settings that are not kept: what is drawn to a file does not depend on who draws it.

    Not a QSettings on /dev/null: it renames a new file to the name that it was given, so for root it takes the place
    of the device, and every program of the machine that writes to /dev/null fills a file from then on.
    """

    def __init__(self, appearance: str, language: str) -> None:
        self._values: dict[str, object] = {"appearance": appearance, "language": language}

    def value(self, key: str, default: object = None, /) -> object:
        """What was set last, else the default."""
        return self._values.get(key, default)

    def setValue(self, key: str, value: object, /) -> None:
        """Set it."""
        self._values[key] = value

    def sync(self) -> None:
        """Nothing is kept."""
