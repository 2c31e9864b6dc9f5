"""Which tiles of a decoded picture are film: painted from a lossy sheet, so only roughly what the screen showed."""

import numpy as np

from recorder.codec.tiles import Grid, Mask, Numbers, areas_of
from recorder.codec.wire import Move
from recorder.geometry import Rect

_AT_MOST_AREAS = 16


class FilmTiles:
    """Follows a picture tile by tile. Where it is in doubt a tile counts as film, never as exact."""

    def __init__(self) -> None:
        self._grid: Grid | None = None
        self._is_film: Mask = np.zeros((0, 0), np.bool_)

    def begin(self, grid: Grid) -> None:
        """A picture of this size, none of it film."""
        self._grid = grid
        self._is_film = np.zeros((grid.rows, grid.columns), np.bool_)

    def paint(self, positions: Numbers, film: Mask | bool) -> None:
        """These tiles are painted; which of them from a lossy sheet."""
        self._is_film.reshape(-1)[positions] = film

    def move(self, move: Move) -> None:
        """An area moved: what it brings is film if anything it was taken from is."""
        grid = self._grid
        if grid is None or not self._is_film.any():
            return
        source = move.target.moved(-move.dx, -move.dy)
        if self._is_film[grid.tiles_under(source.intersection(grid.area))].any():
            self._is_film[grid.tiles_under(move.target.intersection(grid.area))] = True

    def all_exact(self) -> None:
        """The whole picture is the screen's, pixel by pixel."""
        self._is_film[:] = False

    def areas(self) -> tuple[Rect, ...]:
        """At most 16 areas that together hold every film tile; none if there is none."""
        if self._grid is None or not self._is_film.any():
            return ()
        return areas_of(self._grid, self._is_film, at_most=_AT_MOST_AREAS)
