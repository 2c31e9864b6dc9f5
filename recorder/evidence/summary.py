"""What a list shows of a recording: from its headers alone, without a key, in about a millisecond."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recorder.errors import StorageError, UnreadableError
from recorder.evidence.files import is_locked
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.known_segment import KnownSegment
from recorder.evidence.segment_file import segment_files
from recorder.evidence.session_header import SessionHeader, session_header
from recorder.evidence.writer import LOCK_FILE


class RecordingState(StrEnum):
    """Whether a recording is finished."""

    RECORDING = "recording"
    CLOSED = "closed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Summary:
    """One recording in a list. The header's signature was verified; nothing else was, `verify` does that.

    `duration_s` reaches to the last record, as it claims. `device_known`: the device that signed it is trusted here;
    None if no trust was given to ask.
    """

    folder: Path
    header: SessionHeader
    state: RecordingState
    duration_s: float
    size_bytes: int
    segments: int
    device_known: bool | None

    @property
    def started_wall_ns(self) -> int:
        """UTC when it began, as the machine's clock claimed it."""
        return self.header.started.wall_ns


def summarize(folder: Path, devices: DeviceTrust | None = None) -> Summary:
    """Look at the headers of a recording.

    Raises:
        UnreadableError: it is not a recording, of a newer version, or not one of its segments has a sound header.
        StorageError: it could not be read.
    """
    try:
        return _summarize(folder, devices)
    except OSError as error:
        msg = f"{folder} could not be read ({error.strerror or error}); check its path and who may read it."
        raise StorageError(msg) from error


def _summarize(folder: Path, devices: DeviceTrust | None) -> Summary:
    paths = segment_files(folder)
    numbers = list(paths)
    first = _first_sound(paths)
    if first is None or first.scan.header is None or first.start is None:
        msg = f"{folder} is not a recording that this version can read; `tachiai-player verify` says more."
        raise UnreadableError(msg)
    newest = next((known for number in reversed(numbers) if (known := _known(paths[number], number)).start), first)
    header = session_header(first.scan.header)
    last = newest.last or first.start
    return Summary(
        folder=folder,
        header=header,
        state=_state(folder, newest),
        duration_s=max(0, last.boot_ns - header.started.boot_ns) / 1e9,
        size_bytes=sum(path.stat().st_size for path in paths.values()),
        segments=len(paths),
        device_known=None if devices is None else devices.accepts(first.scan.device_bytes),
    )


def _first_sound(paths: dict[int, Path]) -> KnownSegment | None:
    return next((known for number, path in paths.items() if (known := _known(path, number)).scan.header), None)


def _known(path: Path, number: int) -> KnownSegment:
    known = KnownSegment(path, number)
    known.look()
    return known


def _state(folder: Path, newest: KnownSegment) -> RecordingState:
    if newest.is_final:
        return RecordingState.CLOSED
    return RecordingState.RECORDING if is_locked(folder / LOCK_FILE) else RecordingState.INTERRUPTED
