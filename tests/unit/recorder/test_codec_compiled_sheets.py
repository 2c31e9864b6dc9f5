"""Sheets decoded by the compiled kernel are those that NumPy decodes, and what NumPy refuses is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.codec import numbered
from recorder.codec.compiled_sheets import CompiledReader
from recorder.codec.errors import DamagedPictureError
from recorder.codec.numbered import NumberedReader, NumberedWriter, Plain
from recorder.codec.palette import Palette, pack_colours
from recorder.codec.runs import runs_of

compiled = pytest.importorskip("recorder.codec._kernel", reason="the compiled kernel was not built here: no compiler")

PIXELS = 1024
COMMON = 248


def palette_of(count):
    colours = np.random.default_rng(count).integers(0, 1 << 24, count).astype(np.uint32)
    palette = Palette()
    for first in range(0, count, 20_000):
        some = colours[first : first + 20_000]
        palette.add(first, some.size, pack_colours(some))
    return palette


def readers(palette):
    return NumberedReader(0), CompiledReader(0, compiled, palette)


def sheets_of(pictures, palette):
    """The plain bytes of sheets of one group that show these numbers of colours."""
    writer, reader, first_id, plains = NumberedWriter(palette.colours_of), NumberedReader(0), 0, []
    for numbers in pictures:
        runs = runs_of(numbers.astype(np.uint32))
        data = writer.encode(runs.colours.astype(np.uint16), runs.lengths, first_id)
        [plain] = reader.decompress([numbered.read(data, first_id, len(numbers))])
        plains.append((len(numbers), plain.data))
        first_id += len(numbers)
    return plains


def decoded(reader, plains, palette, wanted=slice(None)):
    """The pixels of each sheet, or why there are none."""
    found = []
    try:
        for tiles, data in plains:
            found.append(reader.decode(Plain(tiles, data), palette.colours_of).pixels(wanted))
    except DamagedPictureError as error:
        found.append(error.what)
    return found


def assert_same(one, other):
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 2000), st.integers(0, 9)), min_size=1, max_size=8))
def test_sheets_of_any_size_and_variety_are_the_same(shapes):
    palette = palette_of(2000)
    pictures = [
        np.random.default_rng(seed).integers(0, variety, (count, 16, 64)).astype(np.uint16)
        for count, variety, seed in shapes
    ]
    plains = sheets_of(pictures, palette)
    one, other = readers(palette)
    found = decoded(one, plains, palette)
    assert_same(found, decoded(other, plains, palette))
    for numbers, pixels in zip(pictures, found, strict=True):
        np.testing.assert_array_equal(pixels, palette.colours_of(numbers))


def test_a_sheet_of_colours_in_the_tens_of_thousands_is_the_same():
    palette = palette_of(60_000)
    plains = sheets_of([np.arange(60 * PIXELS).reshape(60, 16, 64) % 60_000], palette)
    assert_same(*(decoded(reader, plains, palette) for reader in readers(palette)))


def test_tiles_in_any_order_and_twice_are_those_that_were_asked_for():
    palette = palette_of(700)
    numbers = np.random.default_rng(1).integers(0, 700, (9, 16, 64))
    [(tiles, data)] = sheets_of([numbers], palette)
    kept = CompiledReader(0, compiled, palette).decode(Plain(tiles, data), palette.colours_of)
    for wanted in ([8, 0, 3, 3], [], [5]):  # the first looks at all of the sheet, the others know that it is sound
        pixels = kept.pixels(np.array(wanted, np.int64))
        np.testing.assert_array_equal(pixels, palette.colours_of(numbers[wanted]) if wanted else pixels[:0])
    for outside in (9, -1, 1 << 40):
        with pytest.raises(DamagedPictureError):
            kept.pixels(np.array([0, outside]))


def test_a_colour_that_never_came_is_missed_by_both():
    palette, fewer = palette_of(900), palette_of(300)
    for variety in (301, 900):
        numbers = np.arange(4 * PIXELS).reshape(4, 16, 64) % variety
        plains = sheets_of([numbers], palette)
        for reader in readers(fewer):
            assert decoded(reader, plains, fewer) == ["a colour of it never came"]


HOSTILE = st.one_of(
    st.tuples(st.just("flip"), st.floats(0, 1), st.integers(0, 255)),
    st.tuples(st.just("cut"), st.floats(0, 1), st.integers(1, 40)),
    st.tuples(st.just("grow"), st.floats(0, 1), st.integers(1, 40)),
)


def spoilt(data, symbols, deed, where, what):
    """The sheet changed somewhere, twice as often behind its symbols."""
    low = 0 if where < 0.3 else symbols
    at = low + int((len(data) - 1 - low) * where)
    match deed:
        case "flip":
            return data[:at] + bytes((what,)) + data[at + 1 :]
        case "cut":
            return data[: max(symbols, at)] + data[max(symbols, at) + what :]
        case _:
            return data[: max(symbols, at)] + bytes((what,)) * what + data[max(symbols, at) :]


@settings(max_examples=400, deadline=None)
@given(st.integers(1, 4), st.sampled_from((3, 200, 260, 400, 1500)), st.lists(HOSTILE, min_size=1, max_size=3))
def test_a_hostile_sheet_is_refused_by_both_or_shows_the_same(tiles, variety, deeds):
    palette = palette_of(1500)
    numbers = np.random.default_rng(variety).integers(0, variety, (tiles, 16, 64))
    numbers[0] %= 9
    plains = sheets_of([numbers, numbers[::-1]], palette)
    for deed in deeds:
        plains = [(count, spoilt(data, count * PIXELS, *deed)) for count, data in plains]
    one, other = (decoded(reader, plains, palette) for reader in readers(palette))
    assert [isinstance(found, str) for found in one] == [isinstance(found, str) for found in other]
    assert_same([found for found in one if not isinstance(found, str)], [f for f in other if not isinstance(f, str)])


def rest_of(*, changes=b"\0", rare=b"\0\0", late=b""):
    return changes + rare + late


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        rest_of(changes=b"\1"),
        rest_of(changes=b"\1\xf8\0\0"),
        rest_of(changes=b"\1\0\0"),
        rest_of(changes=b"\2\0\1\0\5\0"),
        rest_of(changes=b"\2\0\1\0\xff\xff\5\0\5\0"),
        rest_of(changes=b"\1\0\1\xff\xff\1"),
        rest_of(changes=b"\1\0\1\0\0"),
        rest_of(changes=b"\1\0\1\1\0\xc0"),
        rest_of(changes=b"\1\0\0\0", rare=b"\xff\xff"),
        rest_of(changes=b"\1\0\0\0", rare=b"\1\0"),
        rest_of(changes=b"\1\0\0\0", late=b"\0"),
    ],
)
@pytest.mark.parametrize("symbol", [0, 1, 247, 248, 255])
def test_what_stands_behind_the_symbols_is_refused_when_it_is_cut_or_impossible(rest, symbol):
    palette = palette_of(10)
    plains = [(1, bytes((symbol,)) * PIXELS + rest)]
    for reader in readers(palette):
        assert decoded(reader, plains, palette)[0] in ("a sheet is damaged", "a colour of it never came")


def test_arrays_that_do_not_fit_are_refused_before_they_are_touched():
    data = bytes(PIXELS) + b"\1\0\0\0\0\0"
    numbers, palette, wanted = np.zeros(COMMON, np.int64), np.zeros(3, np.uint32), np.zeros(2, np.int64)
    out = np.full((2, PIXELS), 7, np.uint32)
    good = (data, 1, PIXELS + 4, numbers, palette, wanted, out, False)
    refused = {
        1: (-1, 2, 513, 1 << 40),
        2: (-1, PIXELS - 1, len(data) + 1, 1 << 60),
        3: (numbers[:-1], numbers.astype(np.int32), numbers.reshape(2, -1), np.zeros(2 * COMMON, np.int64)[::2]),
        4: (palette.astype(np.uint16), palette.reshape(1, 3), np.zeros(6, np.uint32)[::2]),
        5: (wanted.astype(np.int32), wanted[:1], np.zeros(4, np.int64)[::2]),
        6: (out[:1], out[:, :-1], out.astype(np.uint64), np.zeros((2, 2 * PIXELS), np.uint32)[:, ::2], out[::-1]),
    }
    for place, values in refused.items():
        for value in values:
            with pytest.raises(ValueError):
                compiled.numbered_tiles(*good[:place], value, *good[place + 1 :])
    for changeable in (bytearray(data), memoryview(data), None):
        with pytest.raises(TypeError):
            compiled.numbered_tiles(changeable, *good[1:])
        with pytest.raises(TypeError):
            compiled.change_symbols(changeable, 0, numbers)
    for at, array in ((-1, numbers), (len(data) + 1, numbers), (0, numbers[1:]), (0, numbers.astype(np.int32))):
        with pytest.raises(ValueError):
            compiled.change_symbols(data, at, array)
    assert (out == 7).all()
    assert compiled.change_symbols(data, PIXELS, numbers) == PIXELS + 4
    assert compiled.numbered_tiles(*good) == 0
    assert not out.any()
