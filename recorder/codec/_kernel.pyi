"""The compiled kernel; what each function does stands in `fused.Kernel`."""

from recorder.codec.tiles import Bytes, Canvas, Mask

VERSION: int

def take_in(
    grabbed: Canvas, top: int, left: int, now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /
) -> None: ...
