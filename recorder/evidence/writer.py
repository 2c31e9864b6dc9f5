"""Write a recording: one sealed record at a time, each on the disk before it is acknowledged.

A segment lives from `start_segment` until its end record, or until the first write or sync that fails: then it is dead,
its descriptor is never written again, and the next segment says so. Nothing is ever repaired in place.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recorder.clock import Clock
from recorder.errors import BugError, StorageError
from recorder.evidence import seal
from recorder.evidence.files import DISK_FULL, Files, SystemFiles, failure_name, is_locked, storage_sentence
from recorder.evidence.keys import DeviceKey, Recipients
from recorder.evidence.live_segment import ChunkReceipt, LiveSegment
from recorder.evidence.resuming import Interrupted, look_at_interrupted
from recorder.evidence.session_header import SessionHeader as SessionHeader
from recorder.evidence.session_header import session_header
from recorder.format.header import (
    FORMAT_NAME,
    Clocks,
    PreviousSegment,
    RecipientsNote,
    SegmentHeader,
    Wrap,
    pack,
)
from recorder.format.record import (
    MAX_BODY_BYTES,
    MAX_HEADER_BODY_BYTES,
    RecordType,
)

LOCK_FILE = ".lock"
RESERVE_FILE = ".reserve"
MAX_EVENTS_BYTES = MAX_BODY_BYTES - seal.TAG_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """How large things grow, and how long silence lasts."""

    segment_ns: int = 300 * 10**9
    segment_bytes: int = 64 * 1024 * 1024
    heartbeat_ns: int = 5 * 10**9
    reserve_bytes: int = 1024 * 1024


DEFAULT_LIMITS = Limits()


def segment_name(number: int) -> str:
    """The file name of a segment."""
    return f"{number:04}.seg"


class RecordingWriter:
    """Writes one recording. Not thread-safe: the session's one writing thread owns it."""

    def __init__(
        self,
        folder: Path,
        header: SessionHeader,
        *,
        device: DeviceKey,
        recipients: Recipients,
        clock: Clock,
        limits: Limits,
        files: Files,
        lock_fd: int,
    ) -> None:
        self.folder = folder
        self.interrupted: Interrupted | None = None
        self._session = header
        self._device = device
        self._recipients = recipients
        self._clock = clock
        self._limits = limits
        self._files = files
        self._lock_fd = lock_fd
        self._number = 0
        self._live: LiveSegment | None = None
        self._previous: PreviousSegment | None = None
        self._failure: str | None = None
        self._closed = False

    @classmethod
    def create(
        cls,
        library: Path,
        header: SessionHeader,
        *,
        device: DeviceKey,
        recipients: Recipients,
        clock: Clock,
        limits: Limits = DEFAULT_LIMITS,
        files: Files | None = None,
    ) -> "RecordingWriter":
        """Make the recording's folder, take its lock and its reserve of disk.

        Raises:
            StorageError: any of it failed, or a recording of this session stands already.
        """
        files = files or SystemFiles()
        folder = library / header.session_id
        at = library
        try:
            files.make_folder(library, parents=True)
            at = folder
            files.make_folder(folder, parents=False)
            lock_fd = _furnish(folder, files, limits.reserve_bytes)
        except OSError as error:
            raise StorageError(storage_sentence(at, error)) from error
        return cls(
            folder,
            header,
            device=device,
            recipients=recipients,
            clock=clock,
            limits=limits,
            files=files,
            lock_fd=lock_fd,
        )

    @classmethod
    def resume(
        cls,
        folder: Path,
        *,
        device: DeviceKey,
        recipients: Recipients,
        clock: Clock,
        boot_id: str,
        acknowledged: PreviousSegment | None = None,
        limits: Limits = DEFAULT_LIMITS,
        files: Files | None = None,
    ) -> "RecordingWriter":
        """Go on with a recording whose recorder is gone: `start_segment` with one of `resuming.RESUMED` is next.

        What the recorder left is looked at and never touched, a torn tail included. `acknowledged` is the last `tip`
        that somebody who lived on heard of. `interrupted` tells how it was left.

        Raises:
            StorageError: another recorder writes it, or it could not be read or furnished.
            UnreadableError: it cannot go on, and why.
        """
        files = files or SystemFiles()
        lock_fd: int | None = None
        try:
            lock_fd = files.lock(folder / LOCK_FILE)
            left = look_at_interrupted(
                folder, device=device.public_bytes, boot_id=boot_id, now=clock.read(), acknowledged=acknowledged
            )
            files.sync_file(folder / segment_name(left.previous.segment))
            files.remove(folder / RESERVE_FILE)
            files.reserve(folder / RESERVE_FILE, limits.reserve_bytes)
        except BaseException as error:
            if lock_fd is not None:
                files.close(lock_fd)
            if isinstance(error, OSError):
                raise StorageError(storage_sentence(folder, error)) from error
            raise
        writer = cls(
            folder,
            session_header(left.header),
            device=device,
            recipients=recipients,
            clock=clock,
            limits=limits,
            files=files,
            lock_fd=lock_fd,
        )
        writer.interrupted, writer._number, writer._previous = left, left.number, left.previous
        return writer

    @property
    def header(self) -> SessionHeader:
        """Who, where, when and why."""
        return self._session

    @property
    def tip(self) -> PreviousSegment | None:
        """The newest record that is on the disk for sure; None before the first."""
        return self._live.tip() if self._live is not None else self._previous

    @property
    def segment(self) -> int:
        """The number of the newest segment; 0 before the first."""
        return self._number

    @property
    def segment_bytes(self) -> int:
        """How long the live segment is; 0 if none is alive."""
        return self._live.size_bytes if self._live is not None else 0

    @property
    def is_disk_full(self) -> bool:
        """Whether the last thing that failed did so for want of room."""
        return self._failure == DISK_FULL

    @property
    def is_alive(self) -> bool:
        """Whether a chunk can be appended now."""
        return self._live is not None

    @property
    def wants_new_segment(self) -> bool:
        """Whether the live segment is full or old, or none is alive."""
        if self._live is None:
            return True
        age_ns = self._clock.boot_ns() - self._live.started_boot_ns
        return age_ns >= self._limits.segment_ns or self._live.size_bytes >= self._limits.segment_bytes

    def start_segment(self, reason: str) -> None:
        """End the live segment, if there is one, and begin the next; the first one too.

        Raises:
            StorageError: the new segment could not be begun. It may be tried again: numbers are never used twice.
        """
        self._refuse_if_closed()
        if self._live is not None:
            self._end_live(reason, final=False)
        reason = self._failure or reason
        self._number += 1
        live = LiveSegment(self.folder / segment_name(self._number), self._number, self._files)
        body, root = self._header_body(reason)
        try:
            live.open()
            live.begin(body, root, self._clock.read(), self._device)
            self._files.sync_folder(self.folder)
        except OSError as error:
            live.abandon()
            self._failure = failure_name(error)
            raise StorageError(storage_sentence(live.path, error)) from error
        self._live = live
        self._failure = None

    def append(self, events: bytes, *, heartbeat: bool = False) -> ChunkReceipt:
        """Seal these events and put them on the disk; on return they are there.

        Raises:
            StorageError: they may not be. The segment is dead; `start_segment("io_error")` begins another.
        """
        self._refuse_if_closed()
        if self._live is None:
            msg = "append without a live segment"
            raise BugError(msg)
        if len(events) > MAX_EVENTS_BYTES:
            msg = f"a chunk of {len(events)} bytes is above the format's limit"
            raise BugError(msg)
        kind = RecordType.HEARTBEAT if heartbeat else RecordType.EVENTS
        try:
            return self._live.append(kind, events, self._clock.read())
        except OSError as error:
            path = self._live.path
            self._bury_live(failure_name(error))
            raise StorageError(storage_sentence(path, error)) from error

    def close(self, reason: str, *, last: bytes = b"") -> None:
        """End the recording with a signed end record, from the reserve if the disk is full. A second call does nothing.

        `last` are events that are sealed before that end, if it takes the reserve.

        Raises:
            StorageError: even so no end could be written. What was acknowledged before is unharmed.
        """
        if self._closed:
            return
        try:
            if self._live is None or not self._end_live(reason, final=True):
                self._end_from_reserve(reason, last)
        finally:
            self._closed = True
            self._let_go()

    def _end_from_reserve(self, reason: str, last: bytes) -> None:
        path = self.folder / RESERVE_FILE
        try:
            self._files.remove(path)
            # The blocks are free for others only once the removal is on the disk.
            self._files.sync_folder(self.folder)
        except OSError as error:
            raise StorageError(storage_sentence(path, error)) from error
        self.start_segment(reason)
        if last:
            with suppress(StorageError):  # an end is worth more than what it would have said
                self.append(last)
        if not self.is_alive:
            self.start_segment(reason)
        if not self._end_live(reason, final=True):
            msg = f"The recording {self.folder} could not be closed; it is readable up to its last chunk."
            raise StorageError(msg)

    def _let_go(self) -> None:
        try:
            self._files.remove(self.folder / RESERVE_FILE)
        except OSError as error:
            raise StorageError(storage_sentence(self.folder / RESERVE_FILE, error)) from error
        finally:
            self._files.close(self._lock_fd)

    def _end_live(self, reason: str, *, final: bool) -> bool:
        """Whether the live segment's end is on the disk; either way it is alive no more."""
        live = self._live
        if live is None:
            msg = "no segment to end"
            raise BugError(msg)
        try:
            live.end(reason, self._clock.read(), self._device, final=final)
        except OSError as error:
            self._bury_live(failure_name(error))
            return False
        self._previous = live.tip()
        self._live = None
        live.abandon()
        return True

    def _bury_live(self, failure: str) -> None:
        if self._live is not None:
            self._previous = self._live.tip()
            self._live.abandon()
        self._live = None
        self._failure = failure

    def _header_body(self, reason: str) -> tuple[bytes, bytes]:
        secrets_by_group = {group: secrets.token_bytes(seal.SECRET_BYTES) for group, _ in self._recipients.groups}
        wraps = [
            seal.wrap_secret(
                secrets_by_group[member.group], member, session_id=self._session.session_id, segment=self._number
            )
            for member in self._recipients.members
        ]
        body = pack(self._segment_header(reason, wraps))
        if len(body) > MAX_HEADER_BODY_BYTES:
            msg = f"The header would have {len(body)} bytes, more than its limit; seal to fewer people, or say less."
            raise StorageError(msg)
        return body, seal.root_key(secrets_by_group)

    def _segment_header(self, reason: str, wraps: list[Wrap]) -> SegmentHeader:
        session = self._session
        started = session.started
        return SegmentHeader(
            format=FORMAT_NAME,
            session_id=session.session_id,
            segment=self._number,
            reason=reason,
            operator=session.operator,
            host=session.host,
            purpose=session.purpose,
            started=Clocks(monotonic_ns=started.monotonic_ns, boot_ns=started.boot_ns, wall_ns=started.wall_ns),
            utc_offset_s=session.utc_offset_s,
            program=session.program,
            device=self._device.public_bytes.hex(),
            heartbeat_ns=self._limits.heartbeat_ns,
            recipients=RecipientsNote(version=self._recipients.version, root=self._recipients.root_public_bytes.hex()),
            wraps=wraps,
            previous=self._previous,
            boot_id=session.boot_id,
        )

    def _refuse_if_closed(self) -> None:
        if self._closed:
            msg = "the recording is closed"
            raise BugError(msg)


def _furnish(folder: Path, files: Files, reserve_bytes: int) -> int:
    """Put lock and reserve into a new recording's folder; it is taken away again if that fails."""
    lock_fd: int | None = None
    try:
        files.sync_folder(folder.parent)
        lock_fd = files.lock(folder / LOCK_FILE)
        release_left_reserves(folder.parent, files)
        files.reserve(folder / RESERVE_FILE, reserve_bytes)
    except OSError:
        with suppress(OSError):  # what made it fail is said already
            if lock_fd is not None:
                files.close(lock_fd)
            files.remove(folder / RESERVE_FILE)
            files.remove(folder / LOCK_FILE)
            folder.rmdir()
        raise
    return lock_fd


def release_left_reserves(library: Path, files: Files) -> None:
    """Give back the reserves of recorders that were killed; their recordings are not touched.

    A recorder makes its reserve only after it holds its lock, so one beside a free lock is nobody's.
    """
    for reserve in library.glob(f"*/{RESERVE_FILE}"):
        if not is_locked(reserve.parent / LOCK_FILE):
            files.remove(reserve)
