"""Work on a store of sheets before anybody asks for it: on a second thread, while the patches of a segment come in."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from recorder.codec.errors import DamagedPictureError


class AheadThread:
    """Does one piece of work after the other, until `stop`.

    Nothing is said of what cannot be decoded: work ends there, and whoever needs it decodes it again and says why.
    """

    def __init__(self) -> None:
        self._is_over = False
        self._thread = ThreadPoolExecutor(1, "ahead")
        self._begun: list[Future[None]] = []

    @property
    def is_over(self) -> bool:
        """Whether what is in hand should come to an end."""
        return self._is_over

    def then(self, work: Callable[[], None]) -> None:
        """Do this next."""
        self._begun.append(self._thread.submit(self._do, work))

    def stop(self) -> None:
        """Leave what is not begun, and wait until what is in hand has ended."""
        self._is_over = True
        self._thread.shutdown(cancel_futures=True)
        for done in self._begun:
            if not done.cancelled():
                done.result()

    def _do(self, work: Callable[[], None]) -> None:
        if self._is_over:
            return
        try:
            work()
        except DamagedPictureError:
            self._is_over = True
