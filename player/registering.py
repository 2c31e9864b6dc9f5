"""Tell the desktop that `tachiai://` links and segments are opened by this program: for this user, on Linux (XDG)."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import resources
from player.links import SCHEME
from player.outfile import storage_errors
from recorder.errors import WorldError

DESKTOP_FILE = "tachiai-player.desktop"
MIME_FILE = "tachiai.xml"
ICON_FILE = "tachiai-player.svg"
MIME_TYPE = "application/x-tachiai-segment"
TOOL_LIMIT_S = 30
_ICON_COLOUR = "#2f7fd6"
_ELSEWHERE = {
    "win32": "Registering links is not done by this version on Windows; `tachiai-player open` takes the link as it is.",
    "darwin": "Registering links is not done by this version on macOS; `tachiai-player open` takes the link as it is.",
}


class CannotRegisterError(WorldError):
    """This system's desktop cannot be told."""

    exit_status: ClassVar[int] = 3


@dataclass(frozen=True, slots=True)
class Registered:
    """The files that were written or removed; `missing`: programs that make the desktop read them at once."""

    files: tuple[Path, ...]
    missing: tuple[str, ...]


def data_folder(environment: Mapping[str, str]) -> Path:
    """Where this user's desktop looks for programs."""
    given = environment.get("XDG_DATA_HOME", "")
    return (
        Path(given) if Path(given).is_absolute() else Path(environment.get("HOME", "~")).expanduser() / ".local/share"
    )


def own_command() -> tuple[str, ...]:
    """How this program is started again from anywhere."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    beside = Path(sys.executable).with_name("tachiai-player")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "player")


def register(environment: Mapping[str, str], command: Sequence[str], *, platform: str = sys.platform) -> Registered:
    """Write the three files and let the desktop know.

    Raises:
        CannotRegisterError: this system has no such desktop.
        StorageError: a file cannot be written.
    """
    _refuse_elsewhere(platform)
    icon = resources.path("icons/application.svg").read_text(encoding="utf-8").replace("currentColor", _ICON_COLOUR)
    contents = {DESKTOP_FILE: _desktop_entry(command), MIME_FILE: _mime_package(), ICON_FILE: icon}
    folder = data_folder(environment)
    for path in _places(folder):
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.new")
            fresh.write_text(contents[path.name], encoding="utf-8")
            fresh.replace(path)
    return Registered(_places(folder), _let_know(folder, environment))


def unregister(environment: Mapping[str, str], *, platform: str = sys.platform) -> Registered:
    """Remove what `register` wrote; nothing else.

    Raises:
        CannotRegisterError: this system has no such desktop.
        StorageError: a file cannot be removed.
    """
    _refuse_elsewhere(platform)
    folder = data_folder(environment)
    gone = []
    for path in _places(folder):
        with storage_errors(path):
            if path.exists():
                path.unlink()
                gone.append(path)
    return Registered(tuple(gone), _let_know(folder, environment) if gone else ())


def _refuse_elsewhere(platform: str) -> None:
    if platform in _ELSEWHERE:
        raise CannotRegisterError(_ELSEWHERE[platform])


def _places(folder: Path) -> tuple[Path, ...]:
    return (
        folder / "applications" / DESKTOP_FILE,
        folder / "mime" / "packages" / MIME_FILE,
        folder / "icons" / "hicolor" / "scalable" / "apps" / ICON_FILE,
    )


def _desktop_entry(command: Sequence[str]) -> str:
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Tachiai",
        "GenericName=Session player",
        "GenericName[ja]=操作記録の再生",
        "Comment=Look at recordings of operators' sessions",
        "Comment[ja]=操作者のセッション記録を閲覧します",
        f"Exec={' '.join(map(_quoted, command))} open --say-in-window %u",
        "Icon=tachiai-player",
        "Terminal=false",
        "Categories=Utility;",
        f"MimeType=x-scheme-handler/{SCHEME};{MIME_TYPE};",
    )
    return "\n".join(lines) + "\n"


def _quoted(part: str) -> str:
    """As the desktop entry's form wants an argument: quoted, with what would act made harmless twice over."""
    quoted = "".join("\\" + one if one in '"`$\\' else one for one in part)
    return '"' + quoted.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n") + '"'


def _mime_package() -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME_TYPE}">
    <comment>Segment of a recorded session</comment>
    <comment xml:lang="ja">操作記録のセグメント</comment>
    <glob pattern="[0-9][0-9][0-9][0-9].seg"/>
  </mime-type>
</mime-info>
"""


def _let_know(folder: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Make the desktop read the files now; without these programs it does so at the next log-in."""
    missing = []
    for name, argument in (("update-desktop-database", "applications"), ("update-mime-database", "mime")):
        program = shutil.which(name, path=environment.get("PATH"))
        if program is None or not _runs((program, str(folder / argument)), environment):
            missing.append(name)
    return tuple(missing)


def _runs(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=TOOL_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
