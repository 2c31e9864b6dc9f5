"""Ordinary files that a person asks for lie beside recordings, and never take the place of evidence."""

from pathlib import Path

from recorder.errors import StorageError
from recorder.evidence.segment_file import segment_files
from recorder.real_path import real_path


def refuse_evidence(path: Path) -> None:
    """Refuse a file in a recording's own folder: a mistyped name must not replace what was sealed.

    Raises:
        StorageError: it lies in one.
    """
    folder = real_path(path).parent
    try:
        is_recording = bool(segment_files(folder))
    except OSError:  # a folder to write to and not to look into is no recording that can be read here
        return
    if is_recording:
        msg = f"{path} lies inside a recording, where nothing but the recorder writes. Choose another folder."
        raise StorageError(msg)
