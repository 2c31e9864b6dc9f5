"""Where an agent keeps that it runs: a lock for each of the two processes, and a small file that says how it does.

PLACE/agent-WHICH.lock       held by the resident; WHICH: this display
PLACE/recorder-WHICH.lock    held by the recorder
PLACE/agent-WHICH.json       how it does, written every second

PLACE is `tachiai` in the person's private runtime folder, else `run` in their own folder.
"""

import hashlib
import os
import stat
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.agent.supervision.display_server import display_server
from recorder.clock import boot_id
from recorder.errors import StorageError
from recorder.evidence.files import SystemFiles, make_private_folders, read_small_file, storage_sentence
from recorder.evidence.key_folder import home_folder
from recorder.format.header import PreviousSegment

_MOST_STATE_BYTES = 64 << 10
_ROOM_BYTES = 4096  # taken at once, so that a disk that is full meanwhile refuses nothing
_READ_TRIES = 5
_PRIVATE = 0o600


class AgentState(msgspec.Struct, frozen=True):
    """How the agent does. `state`: "starting", "recording", "restarting", "ended".

    `sealed_boot_ns` and `tip` are the last that was heard of the recorder. `boot_id` and `display_server` name
    this start of the machine and of the display: in another the recording does not go on. `problem`: why none is made.
    """

    state: str
    resident_pid: int
    recorder_pid: int
    heard_wall_ns: int
    boot_id: str
    display_server: str
    display: str
    since_wall_ns: int | None = None
    folder: str | None = None
    session_id: str | None = None
    segment: int | None = None
    started_boot_ns: int | None = None
    sealed_boot_ns: int | None = None
    tip: PreviousSegment | None = None
    restarts: int = 0
    not_recording_since_wall_ns: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The three files of this user's agent on one display."""

    folder: Path
    which: str
    display: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Place":
        """The place of the agent that these variables mean."""
        display = normal_display(environment.get("DISPLAY", ""))
        return cls(_folder(environment), hashlib.sha256(os.fsencode(display)).hexdigest()[:12], display)

    @property
    def resident_lock(self) -> Path:
        """Held as long as the resident lives."""
        return self.folder / f"agent-{self.which}.lock"

    @property
    def recorder_lock(self) -> Path:
        """Held as long as the recorder lives."""
        return self.folder / f"recorder-{self.which}.lock"

    @property
    def state_file(self) -> Path:
        """How it does."""
        return self.folder / f"agent-{self.which}.json"

    def hold(self, lock: Path) -> int | None:
        """Take this lock for as long as the process lives; None if another holds it.

        Raises:
            StorageError: it could not be taken or refused.
        """
        try:
            make_private_folders(self.folder)
            return SystemFiles().lock(lock)
        except BlockingIOError:
            return None
        except OSError as error:
            raise StorageError(storage_sentence(lock, error)) from error

    def write(self, state: AgentState) -> None:
        """Say how it does. Not synced: after a power cut it is of no use.

        Every second the same bytes are written over, with a sum of them: a fresh file each time, put in the place of
        the old one, took twenty times as long, and the disk's attention.

        Raises:
            OSError: it could not be written.
        """
        said = _summed(msgspec.json.encode(state))
        try:
            fd = os.open(self.state_file, os.O_WRONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            self._write_first(said)
            return
        try:
            os.write(fd, said)
        finally:
            os.close(fd)

    def _write_first(self, said: bytes) -> None:
        fresh = self.state_file.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _PRIVATE)
        with os.fdopen(fd, "wb") as file:
            file.write(said.ljust(_ROOM_BYTES))
        fresh.replace(self.state_file)

    def read(self) -> AgentState | None:
        """How the last agent here did; None if there was none, or what is there says nothing."""
        for _ in range(_READ_TRIES):  # it may be written just now
            try:
                body, _line, rest = read_small_file(self.state_file, most_bytes=_MOST_STATE_BYTES).partition(b"\n")
                if rest.startswith(_sum_of(body)):
                    return msgspec.json.decode(body, type=AgentState)
            except (OSError, msgspec.DecodeError, UnicodeDecodeError):
                return None
        return None


def can_go_on(state: AgentState | None, environment: Mapping[str, str]) -> bool:
    """Whether the recording that this agent made may go on: in this start of the machine and of the display only."""
    if state is None or state.folder is None or state.state == "ended":
        return False
    here = (boot_id(), display_server(environment.get("DISPLAY", "")))
    return all(here) and here == (state.boot_id, state.display_server)


def normal_display(name: str) -> str:
    """A display's name without its screen: ":0" and ":0.0" are one."""
    host, colon, number = name.rpartition(":")
    return f"{host}:{number.partition('.')[0]}" if colon else name


def _summed(body: bytes) -> bytes:
    """A line, and its sum on the next: what lies behind is of a longer one that was there before."""
    return body + b"\n" + _sum_of(body)


def _sum_of(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x}\n".encode()


def _folder(environment: Mapping[str, str]) -> Path:
    given = environment.get("XDG_RUNTIME_DIR", "")
    if given and Path(given).is_absolute() and _is_private(Path(given)):
        return Path(given) / "tachiai"
    return home_folder(environment) / "run"


def _is_private(folder: Path) -> bool:
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not stat.S_IMODE(facts.st_mode) & 0o077
