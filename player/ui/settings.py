"""What a person chose and how the window stood: kept for the next time, or for this window only."""

from pathlib import Path

from PySide6.QtCore import QSettings

from resources.ui.settings import Settings


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
