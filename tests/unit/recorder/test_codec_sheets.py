"""Finding the patch that brought a tile or a colour, among many that nobody has read yet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.codec import numbered, sheets, wire
from recorder.codec.errors import DamagedPictureError
from recorder.codec.groups import GROUP_BYTES
from recorder.codec.numbered import NumberedWriter
from recorder.codec.palette import pack_colours
from recorder.codec.runs import runs_of
from recorder.codec.tiles import bgr_of
from recorder.codec.wire import Ops

EMPTY = Ops((), np.zeros(0, np.int64), np.zeros(0, np.int64))


def as_colours(numbers):
    return numbers.astype(np.uint32)


def numbered_sheet(numbers, first_id, writer=None):
    """The sheet of tiles of numbers, in a group of its own if there is no writer."""
    runs = runs_of(numbers.astype(np.uint32))
    writer = writer or NumberedWriter(as_colours)
    data = writer.encode(runs.colours.astype(np.uint16), runs.lengths, first_id)
    return wire.Sheet(wire.SheetKind.NUMBERED, first_id, len(numbers), 1, data)


def patches(count, *, tiles=2):
    """Patches of so many tiles each, every third one without any, each in a colour of its own; and their pixels."""
    made, pixels, first_id, colours = [], [], 0, 0
    for number in range(count):
        if number % 3 == 2:
            made.append(wire.pack(number, first_id, (), EMPTY, first_colour=colours))
            continue
        numbers = np.full((tiles, 16, 64), colours, np.uint16)
        sheet = numbered_sheet(numbers, first_id)
        colour = bytes((number, number // 2, 7))
        packed = pack_colours(np.frombuffer(colour + b"\x00", np.uint32))
        made.append(wire.pack(number, first_id, (sheet,), EMPTY, first_colour=colours, colour_count=1, colours=packed))
        pixels += [colour] * tiles
        first_id, colours = first_id + tiles, colours + 1
    return made, pixels


def expecting(made):
    store = sheets.SheetStore()
    for data in made:
        store.expect(data)
    return store


def colours_of(store, identities):
    tiles = bgr_of(store.pixels(np.array(identities)))
    assert all((tile == tile[0, 0]).all() for tile in tiles)
    return [tile[0, 0].tobytes() for tile in tiles]


def test_every_tile_is_found_in_whatever_order_it_is_asked_for():
    made, pixels = patches(60)
    store = expecting(made)
    for identity in np.random.default_rng(1).permutation(len(pixels)).tolist():
        assert colours_of(store, [identity]) == [pixels[identity]]
    assert colours_of(expecting(made), range(len(pixels))) == pixels


def test_few_of_many_patches_are_read():
    made, _ = patches(240)
    store = expecting(made)
    store.find(150)
    assert len(store._heads) <= 77  # those that brought the colours until then, one each


def test_a_tile_that_never_came_is_refused():
    made, pixels = patches(9)
    for identity in (len(pixels), 1 << 40, -1):
        with pytest.raises(DamagedPictureError):
            expecting(made).find(identity)
    with pytest.raises(DamagedPictureError):
        expecting([]).find(0)


@pytest.mark.parametrize("damaged", range(9))
@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01" + b"\xff" * 40, b"\x09 of another version"])
def test_beside_a_damaged_patch_others_are_found_unless_they_need_its_colours(damaged, rubbish):
    made, pixels = patches(9)
    brought = {
        number: [identity for identity in range(len(pixels)) if pixels[identity][0] == number] for number in range(9)
    }
    made[damaged] = rubbish
    for number, identities in brought.items():
        for identity in identities:
            if number < damaged or not brought[damaged]:
                assert colours_of(expecting(made), [identity]) == [pixels[identity]]
            else:
                with pytest.raises(DamagedPictureError):
                    expecting(made).pixels(np.array([identity]))


def test_a_lost_patch_takes_only_its_own_tiles_along_if_it_brought_no_colour():
    made, pixels = patches(9)
    first = numbered_sheet(np.zeros((1, 16, 64), np.uint16), len(pixels))
    second = numbered_sheet(np.ones((1, 16, 64), np.uint16), len(pixels) + 1)
    made.append(wire.pack(9, len(pixels), (first,), EMPTY, first_colour=6))
    made.append(wire.pack(10, len(pixels) + 1, (second,), EMPTY, first_colour=6))
    del made[9]
    store = expecting(made)
    with pytest.raises(DamagedPictureError):
        store.find(len(pixels))
    assert colours_of(store, [len(pixels) + 1]) == [pixels[2]]


def test_what_is_applied_is_known_once_whether_it_was_expected_or_not():
    made, pixels = patches(12)
    store = expecting(made)
    for data in made:
        store.add(wire.read_head(data))
    assert len(store._patches) == len(made)
    alone = sheets.SheetStore()
    for data in made:
        alone.add(wire.read_head(data))
    assert colours_of(alone, range(len(pixels))) == pixels


def grouped(count):
    """Patches of one tile each, all in one group and of known colours; the first tells the colours."""
    writer = NumberedWriter(as_colours)
    colours = np.arange(40, dtype=np.uint32)
    made = []
    for number in range(count):
        tile = np.random.default_rng(number).integers(0, 40, (1, 16, 64)).astype(np.uint16)
        sheet, told = numbered_sheet(tile, number, writer), colours if not number else colours[:0]
        made.append(
            wire.pack(
                number,
                number,
                (sheet,),
                EMPTY,
                first_colour=40 - told.size,
                colour_count=told.size,
                colours=pack_colours(told) if told.size else b"",
            )
        )
    return made, np.concatenate([np.random.default_rng(number).integers(0, 40, (1, 16, 64)) for number in range(count)])


def test_sheets_of_a_group_are_decoded_in_whatever_order_they_are_asked_for():
    made, tiles = grouped(30)
    for cache_bytes in (1, 1 << 20):
        store = sheets.SheetStore(cache_bytes=cache_bytes)
        for data in made:
            store.expect(data)
        for identity in np.random.default_rng(2).permutation(30).tolist():
            np.testing.assert_array_equal(store.pixels(np.array([identity]))[0], tiles[identity])
        np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


def test_going_on_in_a_group_decodes_every_sheet_once():
    made, _ = grouped(30)
    store = expecting(made)
    for identity in range(30):
        store.pixels(np.array([identity]))

    assert store.decoded_sheets == 30


@pytest.mark.parametrize("lost", [0, 7, 29])
def test_a_lost_patch_takes_what_follows_in_its_group_along(lost):
    made, tiles = grouped(30)
    made[lost] = b"\x01"
    store = expecting(made)
    for identity in range(30):
        if identity < lost:
            np.testing.assert_array_equal(store.pixels(np.array([identity]))[0], tiles[identity])
        else:
            with pytest.raises(DamagedPictureError):
                store.pixels(np.array([identity]))


def test_a_group_ends_when_beginning_in_its_middle_would_cost_too_much():
    writer, heads = NumberedWriter(as_colours), []
    tiles = np.random.default_rng(1).integers(0, 9, (300, 16, 64)).astype(np.uint16)
    for number in range(9):
        sheet = numbered_sheet(tiles, number * 300, writer)
        heads.append(numbered.read(sheet.data, sheet.first_id, sheet.tiles))

    assert len({head.group for head in heads}) > 1
    assert max(head.before_bytes for head in heads) < 2 * GROUP_BYTES


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 900), st.integers(0, 99)), min_size=1, max_size=12))
def test_sheets_of_any_size_and_variety_come_back_through_a_group(shapes):
    writer, reader, first_id = NumberedWriter(as_colours), None, 0
    for count, variety, seed in shapes:
        tiles = np.random.default_rng(seed).integers(0, variety, (count, 16, 64)).astype(np.uint16)
        sheet = numbered_sheet(tiles, first_id, writer)
        head = numbered.read(sheet.data, first_id, count)
        if reader is None or not reader.stands_before(head):
            reader = numbered.NumberedReader(head.group)
        [plain] = reader.decompress([head])
        decoded = reader.decode(plain, as_colours)
        np.testing.assert_array_equal(decoded.pixels(slice(None)), tiles)
        first_id += count


def test_sheets_whose_group_began_before_the_first_that_is_known_are_refused():
    made, _ = grouped(30)
    store = expecting(made[7:])
    for identity in range(30):
        with pytest.raises(DamagedPictureError):
            store.pixels(np.array([identity]))
