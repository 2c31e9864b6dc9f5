"""Go on with a recording whose recorder was killed, or say why that cannot be."""

from dataclasses import dataclass
from pathlib import Path

from app.agent.supervision.messages import Resume
from recorder.clock import NS_PER_S, Clock, boot_id
from recorder.errors import StorageError, UnreadableError
from recorder.events import GapReason
from recorder.evidence.keys import DeviceKey, Recipients
from recorder.evidence.resuming import RESUMED
from recorder.evidence.writer import RecordingWriter
from recorder.format.header import PreviousSegment
from recorder.session.recorder import Before, Lost
from recorder.session.sealer import HEARTBEAT_S, HOLD_BACK_NS

# While nothing happens a chunk is sealed every HEARTBEAT_S: whoever claims to know of more than that is not believed.
BELIEVED_NS = int((HEARTBEAT_S + 1) * NS_PER_S)
SLEPT_NS = NS_PER_S


@dataclass(frozen=True, slots=True)
class Continued:
    """A recording that goes on: its new segment stands, and what there is to say about the time between."""

    writer: RecordingWriter
    lost: Lost


@dataclass(slots=True)
class Resuming:
    """What to go on with, and why nothing was recorded since. `refusal` tells afterwards why it could not be."""

    folder: Path
    reason: GapReason
    detail: str
    sealed_boot_ns: int | None
    tip: PreviousSegment | None
    refusal: str = ""

    @classmethod
    def asked(cls, by: Resume) -> "Resuming":
        """As the resident asks for it."""
        return cls(Path(by.folder), GapReason(by.reason), by.detail, by.sealed_boot_ns, by.tip)

    def go_on(self, device: DeviceKey, recipients: Recipients, clock: Clock) -> Continued | None:
        """The recording with a new segment begun; None if a new recording has to be made instead."""
        try:
            writer = RecordingWriter.resume(
                self.folder,
                device=device,
                recipients=recipients,
                clock=clock,
                boot_id=boot_id(),
                acknowledged=self.tip,
            )
        except (UnreadableError, StorageError) as error:
            self.refusal = str(error)
            return None
        writer.start_segment(self.reason if self.reason in RESUMED else GapReason.RECORDER_DIED)
        return Continued(writer, self._lost(writer, clock))

    @property
    def before(self) -> Before | None:
        """What a new recording begins with, made because this one could not go on; None if nothing was heard of it."""
        if not self.refusal or self.sealed_boot_ns is None:
            return None
        return Before(self.sealed_boot_ns, self.reason, self.detail)

    def _lost(self, writer: RecordingWriter, clock: Clock) -> Lost:
        """From the last moment on up to which all is known to be on the disk."""
        started = writer.header.started
        left = writer.interrupted
        chunk = left.chunk if left is not None and left.chunk is not None else started
        now = clock.read()
        known_boot_ns = max(started.boot_ns, chunk.boot_ns - HOLD_BACK_NS)  # what was held back then is lost
        if self.sealed_boot_ns is not None and self.sealed_boot_ns <= chunk.boot_ns + BELIEVED_NS:
            known_boot_ns = max(known_boot_ns, self.sealed_boot_ns)
        slept_ns = (now.boot_ns - chunk.boot_ns) - (now.monotonic_ns - chunk.monotonic_ns)
        slept = f" The machine slept for {slept_ns / NS_PER_S:.1f} s of the time." if slept_ns > SLEPT_NS else ""
        return Lost(min(known_boot_ns, now.boot_ns) - started.boot_ns, self.reason, self.detail + slept)
