"""Verify the pictures of a recording: each is decoded, and each snapshot's hash must be met. A hook for `verify`."""

from collections.abc import Iterator, Sequence

from recorder.codec.decoder import ScreenDecoder
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.events import Event, Patch, Snapshot
from recorder.evidence.findings import Code, Finding, Severity
from recorder.evidence.reader import Chunk

PICTURE_MISMATCH = "PICTURE_MISMATCH"
# Of all screens together: four of 8K. A hostile recording can name a large screen in a few bytes, as often as it likes.
_MOST_PX = 1 << 27


class PictureCheck:
    """Give it to `verify` as `check_events`: it is called with every chunk, in order, and yields what is wrong.

    After damage a screen's pictures are not judged again until one that stands alone.
    """

    def __init__(self) -> None:
        self.pictures = 0
        self.snapshots = 0
        self._segment = -1
        self._last_sequence = -1
        self._decoders: dict[int, ScreenDecoder] = {}

    def __call__(self, segment: int, chunk: Chunk, events: Sequence[Event]) -> Iterator[Finding]:
        """What is wrong with the pictures of this chunk."""
        if segment != self._segment or chunk.sequence <= self._last_sequence:
            self._decoders.clear()
            self._segment = segment
        elif chunk.sequence != self._last_sequence + 1:
            self._decoders.clear()  # what is missing between is a finding already
        self._last_sequence = chunk.sequence
        for event in events:
            if isinstance(event, Patch | Snapshot):
                yield from self._check(chunk, event)

    def _check(self, chunk: Chunk, event: Patch | Snapshot) -> Iterator[Finding]:
        decoder = self._decoders.get(event.screen)
        if isinstance(event, Patch) and event.kind == "full":
            self._decoders.pop(event.screen, None)
            if event.width_px * event.height_px > _MOST_PX - sum(_px(one) for one in self._decoders.values()):
                yield _finding(chunk, event, DamagedPictureError("there are more screens than can be looked at"))
                return
            decoder = self._decoders[event.screen] = ScreenDecoder()
        if decoder is None:
            return
        try:
            decoder.apply(event)
        except DamagedPictureError as error:
            del self._decoders[event.screen]
            yield _finding(chunk, event, error)
            return
        self.pictures += isinstance(event, Patch)
        self.snapshots += isinstance(event, Snapshot)


def _px(decoder: ScreenDecoder) -> int:
    height, width, _ = decoder.picture.shape
    return int(height) * int(width)


def _finding(chunk: Chunk, event: Patch | Snapshot, error: DamagedPictureError) -> Finding:
    is_mismatch = isinstance(error, IntegrityMismatchError)
    return Finding(
        code=PICTURE_MISMATCH if is_mismatch else str(Code.UNDECODABLE),
        segment=chunk.segment,
        sequence=chunk.sequence,
        offset_bytes=chunk.offset_bytes,
        at_ns=event.at_ns,
        end_ns=None,
        sentence=f"Screen {event.screen}: {error}",
        # What was sealed undecodable was not altered since: the recorder failed, and it is lost.
        severity=Severity.ALTERED if is_mismatch else Severity.PARTIAL,
    )
