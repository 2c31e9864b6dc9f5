"""The compiled kernel: the functions of `numpy_kernel`, and those of `sheet_kernel.SheetKernel`; `pressing.Press`."""

from recorder.codec.numpy_kernel import Hashes, Numbers16
from recorder.codec.numpy_kernel import best_area as best_area
from recorder.codec.numpy_kernel import count_variety as count_variety
from recorder.codec.numpy_kernel import count_wrong as count_wrong
from recorder.codec.numpy_kernel import equal_tiles as equal_tiles
from recorder.codec.numpy_kernel import find_colours as find_colours
from recorder.codec.numpy_kernel import find_landmarks as find_landmarks
from recorder.codec.numpy_kernel import find_runs as find_runs
from recorder.codec.numpy_kernel import hash_tiles as hash_tiles
from recorder.codec.numpy_kernel import meet_landmarks as meet_landmarks
from recorder.codec.numpy_kernel import move_area as move_area
from recorder.codec.numpy_kernel import pack_tiles as pack_tiles
from recorder.codec.numpy_kernel import put_right as put_right
from recorder.codec.numpy_kernel import same_tiles as same_tiles
from recorder.codec.numpy_kernel import scrolled_by as scrolled_by
from recorder.codec.numpy_kernel import settle as settle
from recorder.codec.numpy_kernel import stamp_tiles as stamp_tiles
from recorder.codec.numpy_kernel import store_tiles as store_tiles
from recorder.codec.numpy_kernel import take_in as take_in
from recorder.codec.numpy_kernel import take_tiles as take_tiles
from recorder.codec.numpy_kernel import wrong_by_column as wrong_by_column
from recorder.codec.numpy_kernel import wrong_by_row as wrong_by_row
from recorder.codec.tiles import Bytes, Canvas, Numbers

VERSION: int

def press(
    plain: bytes,
    window: Bytes,
    heads: Canvas,
    chain: Canvas,
    chances: Numbers16,
    registers: Hashes,
    out: Bytes,
    /,
) -> int: ...
def change_symbols(plain: bytes, at: int, numbers: Numbers, /) -> int: ...
def numbered_tiles(
    plain: bytes,
    tiles: int,
    at: int,
    numbers: Numbers,
    palette: Canvas,
    wanted: Numbers,
    out: Canvas,
    is_checked: bool,
    /,
) -> int: ...
