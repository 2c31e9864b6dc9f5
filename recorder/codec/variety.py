"""How much a tile looks like a photograph."""

import numpy as np
import numpy.typing as npt

from recorder.codec.fused import Kernel
from recorder.codec.tiles import TILE_WIDTH_PX, Canvas, Numbers

_LITTLE = 0.15  # less than any that is asked about
_SAMPLED_PX = 4 * TILE_WIDTH_PX
_COMPARED = 4 * (TILE_WIDTH_PX - 1)


def variety_of(kernel: Kernel, canvas: Canvas, positions: Numbers) -> npt.NDArray[np.float64]:
    """How many colours each tile has for its pixels, 0 to 1, gradients not counted; 0 for a tile with few.

    Text stays under 0.33 (0.45 in the shadow of a menu), film is mostly over 0.6.
    """
    steps, colours, bends = (np.empty(positions.size, np.int64) for _ in range(3))
    most_steps = int(_LITTLE * _SAMPLED_PX)  # a tile has no more colours than runs of one: most need no closer look
    kernel.count_variety(canvas, positions, most_steps, steps, colours, bends)
    found = np.minimum((colours - 1) / (_SAMPLED_PX - 1), bends / _COMPARED * 1.5)
    return np.where(steps > most_steps, found, 0.0)
