"""Tiles column by column, as runs of pixels of one colour: what is to be done for every pixel is done for every run."""

from dataclasses import dataclass

import numpy as np

from recorder.codec.tiles import Canvas, Numbers


@dataclass(frozen=True, slots=True)
class Runs:
    """So many tiles: the colour of each run, and how many pixels it has."""

    tiles: int
    colours: Canvas
    lengths: Numbers


def runs_of(tiles: Canvas) -> Runs:
    """The runs of tiles (n, 16, 64), column by column: a letter's columns stand together then."""
    pixels: Canvas = np.ascontiguousarray(tiles.swapaxes(1, 2)).reshape(-1)
    starts = np.concatenate(([0], np.flatnonzero(pixels[1:] != pixels[:-1]) + 1))
    return Runs(len(tiles), pixels[starts], np.diff(starts, append=pixels.size))
