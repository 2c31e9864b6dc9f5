"""One screen's pictures in one segment, as the worker holds them: what the player says is decoded, in its order."""

from player.worker.wire import Do, Expect, How, Step
from recorder.codec.decoder import ScreenDecoder
from recorder.codec.errors import DamagedPictureError
from recorder.codec.sheet_kernel import SheetKernel
from recorder.codec.sheets import SheetStore
from recorder.codec.tiles import Bytes
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect


class TrackState:
    """What is decoded of a track. Hashes of pictures are not compared here: whoever asked does that itself."""

    def __init__(self, kernel: SheetKernel | None = None) -> None:
        self._kernel = kernel
        self._run = -1
        self._patches: dict[int, Patch] = {}
        self._store: SheetStore | None = None
        self._decoder: ScreenDecoder | None = None
        self._is_ahead = False

    def expect(self, request: Expect) -> None:
        """Know what belongs to a run; it is decoded when something of it is shown."""
        self._use(request.run)
        for place, patch in zip(request.places, request.patches, strict=True):
            self._patches[place] = patch
            if self._store is not None:
                self._store.expect(patch.data)
        if request.coming and self._store is None:  # one that nobody used has all, and nothing is decoded yet
            self._is_ahead = True
            self._stored().begin_ahead(request.coming)
        if self._is_ahead and self._store is not None:
            self._store.go_on_ahead()

    def do(self, request: Do, step: Step) -> None:
        """Decode one thing.

        Raises:
            DamagedPictureError: it cannot be decoded.
        """
        self._use(request.run)
        self.end_ahead()
        if step.how is How.BEGIN:
            self._begin(step.place)
        elif step.how is How.START:
            self._decoder = None
            self._decoder = ScreenDecoder.from_snapshot(_given(step), (), sheets=self._stored(), checks_digest=False)
        elif self._decoder is None:
            msg = "a patch before it is missing"
            raise DamagedPictureError(msg)
        else:
            self._decoder.apply(_given(step) if step.how is How.CHECK else self._patches[step.place])

    def end_ahead(self) -> None:
        """Have the second thread leave what it has not begun."""
        if self._is_ahead and self._store is not None:
            self._store.end_ahead()
        self._is_ahead = False

    @property
    def picture(self) -> Bytes:
        """The picture now."""
        if self._decoder is None:
            msg = "a patch before it is missing"
            raise DamagedPictureError(msg)
        return self._decoder.picture

    @property
    def film_areas(self) -> tuple[Rect, ...]:
        """Where the picture is film."""
        return () if self._decoder is None else self._decoder.film_areas

    def _use(self, run: int) -> None:
        if run != self._run:
            self.end_ahead()
            self._run, self._patches, self._store = run, {}, None

    def _begin(self, place: int) -> None:
        self._decoder = self._store = None
        store = SheetStore(kernel=self._kernel)
        decoder = ScreenDecoder(sheets=store, checks_digest=False)
        decoder.apply(self._patches[place])
        for later, patch in self._patches.items():
            if later > place:
                store.expect(patch.data)
        self._store, self._decoder = store, decoder

    def _stored(self) -> SheetStore:
        """All that the run brought, so that any of its snapshots can be started from."""
        if self._store is None:
            self._store = SheetStore(kernel=self._kernel)
            for patch in self._patches.values():
                self._store.expect(patch.data)
        return self._store


def _given(step: Step) -> Snapshot:
    if step.snapshot is None:
        msg = "a snapshot is not whole"
        raise DamagedPictureError(msg)
    return step.snapshot
