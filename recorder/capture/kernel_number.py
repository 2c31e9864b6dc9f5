"""A number of the kernel's that moves when there is something to look at: whoever reads it may leave looks out."""

LEFT_OUT_MOST = 10


class KernelNumber:
    """Tells a look that would find nothing from one that may.

    The kernel may keep something to itself, and who may write to it can set a number: every tenth look is made anyway.
    """

    def __init__(self) -> None:
        self._seen: object = None
        self._left_out = 0

    def may_have_moved(self, now: object) -> bool:
        """Whether there may be something new; `now` is what was read, empty if it cannot be known."""
        is_same = bool(now) and now == self._seen
        self._seen = now
        self._left_out = self._left_out + 1 if is_same else 0
        if self._left_out < LEFT_OUT_MOST:
            return not is_same
        self._left_out = 0
        return True
