"""Encoders of one video at work side by side, each on a thread of its own, so that both cores have something to do.

A passage begins with a picture that stands alone; the encoders take passages in turn. Two encoders of one thread each
take a third less time than one with two threads, and need less of the processor.
"""

import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

_INTRA = 1  # FFmpeg's number for a picture that stands alone


class SideBySide:
    """Pictures in, packets out, in the order of the pictures. One thread gives and takes, and ends it.

    `most_waiting`: so many pictures wait for their encoder at most; then giving waits.
    """

    def __init__(self, contexts: Sequence[Any], *, most_waiting: int) -> None:
        self._encoders = [_Encoder(context, self) for context in contexts]
        self._turn = -1
        self._room = threading.Semaphore(most_waiting)
        self._order: deque[int] = deque()  # the times of pictures whose packets were not taken yet
        self._packets: dict[int, Any] = {}
        self._error: Exception | None = None
        self.is_stopping = False

    def give(self, frame: Any, *, begins_passage: bool) -> None:
        """Have this picture encoded; what went wrong with those before is raised here."""
        self._raise()
        if begins_passage:
            self._turn = (self._turn + 1) % len(self._encoders)
            frame.pict_type = _INTRA
        self._room.acquire()
        self._order.append(frame.pts)
        self._encoders[self._turn].frames.put(frame)

    def taken(self) -> Iterator[Any]:
        """The packets that are ready and come next."""
        while self._order and (packet := self._packets.pop(self._order[0], None)) is not None:
            self._order.popleft()
            yield packet

    def finish(self) -> None:
        """Wait for all that was given; then all packets can be taken."""
        self._join()
        self._raise()

    def stop(self) -> None:
        """End; what was not encoded yet is dropped."""
        self.is_stopping = True
        self._join()

    def _join(self) -> None:
        for encoder in self._encoders:
            encoder.frames.put(None)
        for encoder in self._encoders:
            encoder.thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    # --- from the encoders' threads -----------------------------------------------------------------------------------

    def came(self, packets: Sequence[Any]) -> None:
        """Keep them until it is their turn."""
        for packet in packets:
            self._packets[packet.pts] = packet

    def has_room(self) -> None:
        """A picture waits no more."""
        self._room.release()

    def failed(self, error: Exception) -> None:
        """Nothing more is encoded."""
        self._error = self._error or error
        self.is_stopping = True


class _Encoder:
    """One encoder and its thread, which ends when it is given None."""

    def __init__(self, context: Any, owner: SideBySide) -> None:
        self.frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._context = context
        self._owner = owner
        self.thread = threading.Thread(target=self._run, name="video encoder", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while (frame := self.frames.get()) is not None:
            self._encode(frame)
            self._owner.has_room()
        self._encode(None)

    def _encode(self, frame: Any) -> None:
        """None: what the encoder holds back."""
        if self._owner.is_stopping:
            return
        try:
            self._owner.came(self._context.encode(frame))
        except Exception as error:  # noqa: BLE001  a thread's top: it is raised where the video is made
            self._owner.failed(error)
