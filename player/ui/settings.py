"""What a person chose and how the window stood: kept for the next time, or for this window only."""

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QSettings


class Settings(Protocol):
    """What the window needs of `QSettings`."""

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


def user_settings() -> QSettings:
    """The user's own settings, in their configuration folder."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "tachiai", "player")


def last_library(settings: Settings, *, otherwise: Path) -> Path:
    """The library that the window had last; `otherwise` if there was none, or it is not there now."""
    kept = settings.value("library")
    try:
        is_there = isinstance(kept, str) and bool(kept) and Path(kept).is_dir()
    except OSError:  # a share that went away
        return otherwise
    return Path(str(kept)) if is_there else otherwise


def export_folder(settings: Settings) -> Path:
    """Where something was written last; at first the home folder."""
    return Path(str(settings.value("export_folder", str(Path.home()))))


def keep_export_folder(settings: Settings, written: Path) -> None:
    """This is being written: propose its folder from now on."""
    settings.setValue("export_folder", str(written.absolute().parent))
