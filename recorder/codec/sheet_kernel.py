"""What the compiled kernel does for the decoder; `numbered` does the same where there is none."""

import os
from collections.abc import Mapping
from typing import Protocol

from recorder.codec import fused
from recorder.codec.tiles import Canvas, Numbers


class SheetKernel(Protocol):
    """The part of the kernel that reads what a recording says; kernel_sheets.c says how it guards itself."""

    def change_symbols(self, plain: bytes, at: int, numbers: Numbers, /) -> int:
        """Read at this place of a sheet which symbols have a new colour, and put these colours' numbers in.

        Gives where it ends; -1, and nothing is put in, if it is damaged.
        """

    def numbered_tiles(
        self,
        plain: bytes,
        tiles: int,
        at: int,
        numbers: Numbers,
        palette: Canvas,
        wanted: Numbers,
        out: Canvas,
        is_checked: bool,
        /,
    ) -> int:
        """Write the wanted ones of a sheet's tiles as rows of pixels; what stands behind its symbols begins at `at`.

        Gives 0, or 1 if the sheet is damaged anywhere, or 2 if a colour of it never came; `out` is anything then.
        Without looking again at what is not wanted if the sheet `is_checked`.
        """


def sheet_kernel(environment: Mapping[str, str] = os.environ) -> SheetKernel | None:
    """The compiled kernel, if that is the choice."""
    if not fused.choose(environment).is_compiled:
        return None
    import recorder.codec._kernel as compiled

    return compiled
