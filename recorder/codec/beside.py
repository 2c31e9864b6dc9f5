"""Work that a second thread does ahead: decompressing runs beside Python, which only one thread at a time can run."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def beside(pieces: Sequence[Callable[[], T]]) -> Iterator[Iterator[T]]:
    """What these give, in their order. The second thread begins at once; what it has not begun is done when asked for.

    The pieces should be few and long. Small steps in two threads take longer than in one: each has to get the
    interpreter back from the other.
    """
    if len(pieces) < 2:
        yield (piece() for piece in pieces)
        return
    helper = ThreadPoolExecutor(1, "beside")
    try:
        promised = [helper.submit(piece) for piece in pieces]
        yield (
            piece() if promise.cancel() else promise.result() for piece, promise in zip(pieces, promised, strict=True)
        )
    finally:
        helper.shutdown(cancel_futures=True)
