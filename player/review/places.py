"""Where reviews lie: beside the recording for everybody, and each person's own also in their own folder.

RECORDING.review/KEY.jsonl     beside the recording's folder: a file for each person
HOME/reviews/ID/                           the same file of this person, and what they watched and did not confirm yet
"""

import errno
import hashlib
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from recorder.errors import StorageError
from recorder.evidence.files import PRIVATE_FILE, PRIVATE_FOLDER, read_small_file, storage_sentence, write_private_file
from recorder.evidence.key_folder import home_folder
from recorder.real_path import real_path

SUFFIX = ".review"
MOST_FILE_BYTES = 32 * 1024 * 1024
MOST_PERSONS = 200
_NAME = re.compile(r"([0-9a-f]{64})\.jsonl")


def beside(folder: Path) -> Path:
    """Where everybody's reviews of this recording lie: beside it, never in it."""
    whole = real_path(folder)
    return whole.with_name(whole.name + SUFFIX)


def own_folder(session_id: str, environment: Mapping[str, str] | None = None) -> Path:
    """Where this person keeps what they wrote of a recording; the id is read from a file, so it names no place."""
    safe = session_id if re.fullmatch(r"[0-9A-Za-z-]{1,64}", session_id) else _digest(session_id)
    return home_folder(environment) / "reviews" / safe


def file_name(public_bytes: bytes) -> str:
    """The name of this person's file."""
    return f"{public_bytes.hex()}.jsonl"


def is_file_name(name: str) -> bool:
    """Whether a person's file may have this name."""
    return _NAME.fullmatch(name) is not None


def persons_with_files(folder: Path, *, most: int | None = MOST_PERSONS) -> tuple[bytes, ...]:
    """The keys of whoever has a file in this folder; none if there is no such folder.

    Raises:
        OSError: it cannot be looked into.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ()
    found = [bytes.fromhex(match[1]) for match in map(_NAME.fullmatch, names) if match]
    if most is not None and len(found) > most:
        raise OSError(errno.EFBIG, "more files than there are persons who review")
    return tuple(found)


def read_file(path: Path) -> bytes | None:
    """A person's file; None if there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return read_small_file(path, most_bytes=MOST_FILE_BYTES)
    except FileNotFoundError:
        return None


def publish(folder: Path, name: str, data: bytes) -> None:
    """Put a person's file beside the recording, readable by whoever may look into the library.

    Raises:
        StorageError: it could not be put there.
    """
    target = beside(folder) / name
    try:
        open_to = stat.S_IMODE(target.parent.parent.stat().st_mode)
        if not target.parent.exists():
            target.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            target.parent.chmod(PRIVATE_FOLDER | (open_to & 0o3077))
        write_private_file(target, data)
        target.chmod(PRIVATE_FILE | (open_to & 0o044))
    except OSError as error:
        raise StorageError(storage_sentence(target, error)) from error


def set_aside(path: Path) -> None:
    """Keep a file that was altered under another name, so that the sound one can take its place."""
    try:
        data = read_small_file(path, most_bytes=MOST_FILE_BYTES)
        path.rename(path.with_name(f"{path.stem}.{hashlib.sha256(data).hexdigest()[:8]}.altered"))
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
