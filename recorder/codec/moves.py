"""Areas that moved: found by their content, in any direction."""

from collections.abc import Iterator

from recorder.codec.tiles import Canvas, Grid, Mask, Numbers
from recorder.codec.wire import Move

WORTH_TILES = 12  # fewer new tiles than this cost less than looking for a move


def find(grid: Grid, before: Canvas, now: Canvas, unknown: Numbers, blocked: Mask) -> Iterator[Move]:
    """The moves that explain many of the unknown tiles."""
    yield from ()


def apply(canvas: Canvas, move: Move) -> None:
    """Move an area of the picture."""
    source = move.target.moved(-move.dx, -move.dy)
    pixels = canvas[source.top : source.bottom, source.left : source.right].copy()
    canvas[move.target.top : move.target.bottom, move.target.left : move.target.right] = pixels
