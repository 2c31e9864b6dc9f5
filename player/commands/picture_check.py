"""Decode every picture of a recording and compare it with the hash that was sealed with it."""

from collections.abc import Iterator, Sequence

from recorder.codec.decoder import ScreenDecoder
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.events import Event, Patch, Snapshot
from recorder.evidence.findings import Code, Finding, Severity
from recorder.evidence.reader import Chunk

PICTURE_MISMATCH = "PICTURE_MISMATCH"


class PictureCheck:
    """Given to `verify` as `check_events`. After a bad picture a screen is left alone until its next full one."""

    def __init__(self) -> None:
        self.snapshots = 0
        self._segment: int | None = None
        self._decoders: dict[int, ScreenDecoder] = {}
        self._lost: set[int] = set()

    def __call__(self, segment: int, chunk: Chunk, events: Sequence[Event]) -> Iterator[Finding]:
        """What is wrong with the pictures of this chunk."""
        if segment != self._segment:  # each segment stands alone
            self._segment = segment
            self._decoders.clear()
            self._lost.clear()
        for event in events:
            if isinstance(event, Patch | Snapshot):
                yield from self._check(segment, chunk, event)

    def _check(self, segment: int, chunk: Chunk, event: Patch | Snapshot) -> Iterator[Finding]:
        if isinstance(event, Patch) and event.kind == "full":
            self._lost.discard(event.screen)
        if event.screen in self._lost:
            return
        try:
            self._decoders.setdefault(event.screen, ScreenDecoder()).apply(event)
        except IntegrityMismatchError:
            self._lost.add(event.screen)
            sentence = f"Screen {event.screen} decodes to another picture than the one that was recorded."
            yield _finding(PICTURE_MISMATCH, Severity.ALTERED, sentence, segment, chunk, event.at_ns)
        except DamagedPictureError as error:
            self._lost.add(event.screen)
            yield _finding(Code.UNDECODABLE, Severity.PARTIAL, str(error), segment, chunk, event.at_ns)
        else:
            self.snapshots += isinstance(event, Snapshot)


def _finding(code: str, severity: Severity, sentence: str, segment: int, chunk: Chunk, at_ns: int) -> Finding:
    return Finding(code, segment, chunk.sequence, chunk.offset_bytes, at_ns, None, sentence, severity)
