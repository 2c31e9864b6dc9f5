"""Verify the pictures of a recording: each is decoded, and each snapshot's hash must be met. A hook for `verify`."""

from collections.abc import Iterator, Sequence

from player.decoding import NotDecodedError, PictureDecoding, StepFailedError, TrackDecoding, Work, Workers
from player.picture_worker import Cause
from player.worker.wire import How, Step
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.errors import WorldError
from recorder.events import Event, Patch, Snapshot
from recorder.evidence.findings import Code, Finding, Severity
from recorder.evidence.reader import Chunk

PICTURE_MISMATCH = "PICTURE_MISMATCH"
# Of all screens together: four of 8K. A hostile recording can name a large screen in a few bytes, as often as it likes.
_MOST_PX = 1 << 27


class PictureCheck:
    """Give it to `verify` as `check_events`: it is called with every chunk, in order, and yields what is wrong.

    After damage a screen's pictures are not judged again until one that stands alone. What decodes them is a worker
    behind walls; `close` ends it.
    """

    def __init__(self, workers: Workers | None = None) -> None:
        self.pictures = 0
        self.snapshots = 0
        self._segment = -1
        self._last_sequence = -1
        self._decoding = PictureDecoding(workers)
        self._screens: dict[int, _Screen] = {}

    def __call__(self, segment: int, chunk: Chunk, events: Sequence[Event]) -> Iterator[Finding]:
        """What is wrong with the pictures of this chunk."""
        if segment != self._segment or chunk.sequence <= self._last_sequence:
            self._forget_all()
            self._segment = segment
        elif chunk.sequence != self._last_sequence + 1:
            self._forget_all()  # what is missing between is a finding already
        self._last_sequence = chunk.sequence
        for event in events:
            if isinstance(event, Patch | Snapshot):
                yield from self._take(chunk, event)
        for number in list(self._screens):
            yield from self._judge(chunk, number)

    def close(self) -> None:
        """End what decodes."""
        self._decoding.stop()

    def _take(self, chunk: Chunk, event: Patch | Snapshot) -> Iterator[Finding]:
        """Keep this for the end of the chunk; a full picture begins anew, so what came before it is judged first."""
        if isinstance(event, Patch) and event.kind == "full":
            yield from self._judge(chunk, event.screen)
            self._forget(event.screen)
            if event.width_px * event.height_px > _MOST_PX - sum(one.px for one in self._screens.values()):
                yield _finding(chunk, event, DamagedPictureError("there are more screens than can be looked at"))
                return
            self._screens[event.screen] = _Screen(self._decoding.new_track(), event.width_px * event.height_px)
        if event.screen in self._screens:
            self._screens[event.screen].waiting.append(event)

    def _judge(self, chunk: Chunk, number: int) -> Iterator[Finding]:
        screen = self._screens.get(number)
        if screen is None or not screen.waiting:
            return
        events = list(screen.waiting)
        failed = screen.decode()
        done = len(events) if failed is None else failed.done
        self.pictures += sum(isinstance(event, Patch) for event in events[:done])
        self.snapshots += sum(isinstance(event, Snapshot) for event in events[:done])
        if failed is not None:
            self._forget(number)
            yield _finding(chunk, events[failed.done], failed.error)

    def _forget(self, number: int) -> None:
        screen = self._screens.pop(number, None)
        if screen is not None:
            screen.decoding.forget()

    def _forget_all(self) -> None:
        for number in list(self._screens):
            self._forget(number)


class _Screen:
    """One screen's pictures since its last full one, and those that wait to be decoded."""

    def __init__(self, decoding: TrackDecoding, px: int) -> None:
        self.decoding = decoding
        self.px = px
        self.waiting: list[Patch | Snapshot] = []
        self._place = 0

    def decode(self) -> StepFailedError | None:
        """Decode what waits; what went wrong, if anything did."""
        waiting, self.waiting = self.waiting, []
        works = [_work(self._place + index, event) for index, event in enumerate(waiting)]
        self._place += len(waiting)
        if works[0][0].place > 0 and not self.decoding.stands:
            return StepFailedError(0, NotDecodedError(Cause.DIED.value))
        expected = [(step.place, event) for step, event in works if isinstance(event, Patch)]
        while True:
            try:
                self.decoding.do(0, expected, works)
            except StepFailedError as error:
                if error.try_again and works[0][0].place == 0:
                    continue
                return error
            return None


def _work(place: int, event: Patch | Snapshot) -> Work:
    if isinstance(event, Snapshot):
        return Step(How.CHECK, place, event), event
    return Step(How.BEGIN if place == 0 else How.FOLLOW, place), event


def _finding(chunk: Chunk, event: Patch | Snapshot, error: WorldError) -> Finding:
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
