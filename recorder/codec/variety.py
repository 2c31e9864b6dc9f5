"""How much a tile looks like a photograph."""

import numpy as np
import numpy.typing as npt

from recorder.codec.fused import Kernel, taken
from recorder.codec.tiles import Canvas, Numbers

_LITTLE = 0.15  # less than any that is asked about
_SAMPLED_PX = 256


def variety_of(kernel: Kernel, canvas: Canvas, positions: Numbers) -> npt.NDArray[np.float64]:
    """How many colours each tile has for its pixels, 0 to 1, gradients not counted; 0 for a tile with few.

    Text stays under 0.33 (0.45 in the shadow of a menu), film is mostly over 0.6.
    """
    steps = np.zeros(positions.size, np.int64)
    kernel.count_steps(canvas, positions, steps)
    # A tile has no more colours than runs of one colour: most tiles of a desktop need no closer look.
    many = np.flatnonzero(steps > _LITTLE * _SAMPLED_PX)
    variety = np.zeros(positions.size, np.float64)
    if many.size:
        variety[many] = _variety(taken(kernel, canvas, positions[many]))
    return variety


def _variety(tiles: Canvas) -> npt.NDArray[np.float64]:
    sample = np.sort(tiles[:, 2::4].reshape(len(tiles), -1), axis=1)
    colours = (sample[:, 1:] != sample[:, :-1]).mean(axis=1)
    green = (tiles >> np.uint32(8)).astype(np.uint8)
    across = green[:, :, 1:] - green[:, :, :-1]  # wraps around, as a gradient may
    bends = (across[:, 2::4] != across[:, 1::4]).mean(axis=(1, 2))
    return np.asarray(np.minimum(colours, bends * 1.5), np.float64)
