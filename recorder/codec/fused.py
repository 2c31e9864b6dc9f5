"""The codec's loops over pixels: compiled where that was built, otherwise NumPy's, which give the same bytes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from recorder.codec import numpy_kernel
from recorder.codec.tiles import Bytes, Canvas, Mask

VARIABLE = "TACHIAI_KERNEL"  # "numpy": for tests, for measuring, and should the compiled one ever be at fault
VERSION = 1  # of kernel.c; a file that was built from another is not used


class Kernel(Protocol):
    """What there is in both. Pictures are parts of larger ones as often as not: rows stand apart in memory."""

    def take_in(
        self, grabbed: Canvas, top: int, left: int, now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /
    ) -> None:
        """Write grabbed pixels into `now`, from this place on.

        `right` is 255 where `now` equals `before`, else 0; `wrong` says which tiles hold a pixel that does not. Both
        are true before and after.
        """


@dataclass(frozen=True, slots=True)
class Choice:
    """A kernel, and why it is NumPy's if it is; `is_wanted`: somebody asked for that."""

    kernel: Kernel
    is_compiled: bool
    why_not: str = ""
    is_wanted: bool = False


def choose(environment: Mapping[str, str] = os.environ) -> Choice:
    """The compiled kernel, or NumPy's if that is wanted or there is no other."""
    if environment.get(VARIABLE):
        return _without(f"{VARIABLE} is set", is_wanted=True)
    try:
        import recorder.codec._kernel as compiled
    except ModuleNotFoundError:
        return _without("there is no compiled part")
    except ImportError:
        return _without("the compiled part does not load here")
    if compiled.VERSION != VERSION:
        return _without("the compiled part is of another version")
    return Choice(compiled, is_compiled=True)


def _without(why_not: str, *, is_wanted: bool = False) -> Choice:
    return Choice(numpy_kernel, is_compiled=False, why_not=why_not, is_wanted=is_wanted)
