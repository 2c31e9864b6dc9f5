"""Numbers for monitors that stay with their names."""

import itertools
from collections.abc import Container, Iterable

from recorder.events import Screen
from recorder.geometry import Rect


class ScreenNumbers:
    """Gives each name of a monitor a number, from 0, the same one whenever it comes back in this session."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The number of this name."""
        return self._numbers.setdefault(name, len(self._numbers))

    def screens(self, monitors: Iterable[tuple[str, Rect, float | None]]) -> tuple[Screen, ...]:
        """The monitors (name, place, refresh rate) as screens, in the order of their numbers.

        Of monitors that show the same place (mirrors) only the first is a screen. Two of one name are told apart: one
        that changes may be found as it was and as it is.
        """
        by_place: dict[Rect, Screen] = {}
        names: set[str] = set()
        for told, place, refresh_hz in monitors:
            if place not in by_place and not place.is_empty:
                name = _another_than(names, told)
                names.add(name)
                by_place[place] = Screen(self.number(name), name, place, refresh_hz)
        return tuple(sorted(by_place.values(), key=lambda screen: screen.number))


def _another_than(taken: Container[str], name: str) -> str:
    numbered = (f"{name} ({number})" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbered) if one not in taken)
