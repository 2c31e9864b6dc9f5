"""Install and remove the agent's files: what is done is said, and only what was installed here is ever removed."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.installation.files import InstallationError, Places, Wanted
from recorder.errors import StorageError
from recorder.evidence.files import storage_sentence

_FILE_MODE = 0o644
_FOLDER_MODE = 0o755


class Installed(msgspec.Struct, frozen=True):
    """A file that was installed: by its digest, it is told from one that was changed since."""

    path: str
    digest: str


class Manifest(msgspec.Struct, frozen=True):
    """What was installed here; `folders` are those that were made for it, the innermost last."""

    files: tuple[Installed, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, or would be: `action` is "write", "keep", "remove", "leave" or "gone"."""

    action: str
    path: Path


def install(places: Places, program: Path, *, is_trial: bool = False) -> tuple[Step, ...]:
    """Put every file where it belongs. What is there already, and is not ours, is never overwritten.

    Raises:
        InstallationError: a file of that name is there that was not installed, or was changed since.
        StorageError: something cannot be read or written.
    """
    wanted, before = places.wanted(program), read_manifest(places)
    ours = {one.path: one.digest for one in before.files}
    steps = tuple(Step(_needed(one, ours.get(str(one.path))), one.path) for one in wanted)
    if is_trial:
        return steps
    folders = tuple(str(folder) for folder in _missing_folders(places, wanted))
    files = tuple(Installed(str(one.path), _digest_wanted(one)) for one in wanted)
    try:
        # The manifest goes first: what is written after it can be removed, wherever this stops.
        _write_manifest(places, Manifest(files, tuple(dict.fromkeys((*before.folders, *folders)))))
        for one, step in zip(wanted, steps, strict=True):
            if step.action == "write":
                _write(one)
    except OSError as error:
        raise StorageError(storage_sentence(Path(error.filename or places.manifest), error)) from error
    return steps


def uninstall(places: Places, *, is_trial: bool = False) -> tuple[Step, ...]:
    """Remove what was installed, and the folders made for it that are empty now.

    Raises:
        StorageError: something cannot be read or removed.
    """
    manifest = read_manifest(places)
    steps = tuple(Step(_fate(one), Path(one.path)) for one in manifest.files)
    if is_trial or not manifest.files:
        return steps
    try:
        for step in steps:
            if step.action == "remove":
                step.path.unlink()
        left = tuple(one for one, step in zip(manifest.files, steps, strict=True) if step.action == "leave")
        if left:
            _write_manifest(places, Manifest(left, manifest.folders))
        else:
            places.manifest.unlink()
        for folder in reversed(manifest.folders):
            if Path(folder).is_dir() and not any(Path(folder).iterdir()):
                Path(folder).rmdir()
    except OSError as error:
        raise StorageError(storage_sentence(Path(error.filename or places.manifest), error)) from error
    return steps


def read_manifest(places: Places) -> Manifest:
    """What was installed here; nothing, if there is no manifest.

    Raises:
        InstallationError: what is there is none.
        StorageError: it cannot be read.
    """
    try:
        return msgspec.json.decode(places.manifest.read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise StorageError(storage_sentence(places.manifest, error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"{places.manifest} does not say what was installed; move it away, and remove what it named by hand."
        raise InstallationError(msg) from error


def _needed(wanted: Wanted, installed: str | None) -> str:
    """Whether it has to be written."""
    here = _digest_here(wanted.path)
    if here == _digest_wanted(wanted):
        return "keep"
    if here is None or here == installed:
        return "write"
    msg = (
        f"{wanted.path} is there, and was not installed by this program or was changed since; "
        "move it away, then install again."
    )
    raise InstallationError(msg)


def _fate(one: Installed) -> str:
    here = _digest_here(Path(one.path))
    if here is None:
        return "gone"
    return "remove" if here == one.digest else "leave"


def _digest_here(path: Path) -> str | None:
    """Of the file or link that is there; None: there is none."""
    try:
        if path.is_symlink():
            return _digest(b"link " + os.fsencode(path.readlink()))
        return _digest(b"file " + path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error


def _digest_wanted(wanted: Wanted) -> str:
    if wanted.target:
        return _digest(b"link " + os.fsencode(wanted.target))
    return _digest(b"file " + wanted.text.encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _missing_folders(places: Places, wanted: tuple[Wanted, ...]) -> Iterator[Path]:
    """The folders that will have to be made, outer ones first."""
    for path in (places.manifest, *(one.path for one in wanted)):
        yield from (folder for folder in reversed(path.parents) if not folder.exists())


def _write_manifest(places: Places, manifest: Manifest) -> None:
    _put(places.manifest, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def _write(wanted: Wanted) -> None:
    if not wanted.target:
        _put(wanted.path, wanted.text.encode())
        return
    wanted.path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    fresh = wanted.path.with_name(f".{wanted.path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(wanted.target)
    fresh.replace(wanted.path)


def _put(path: Path, data: bytes) -> None:
    """The whole file, or the one before."""
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
