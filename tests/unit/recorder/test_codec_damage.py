"""Bytes that are not a picture: an error, never a crash, a hang or a huge allocation."""

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.codec import numbered, origins, palette, wire
from recorder.codec.decoder import ScreenDecoder
from recorder.codec.encoder import ScreenEncoder
from recorder.codec.errors import DamagedPictureError
from recorder.codec.runs import runs_of
from recorder.codec.sheets import SheetStore
from recorder.codec.tiles import Grid
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect
from tests.codec_screens import gradient, noise, text_like


def patches():
    encoder = ScreenEncoder(0, 400, 200)
    page = text_like(600, 400)
    made: list[Patch | None] = [encoder.start_segment(page[:200].copy(), 0)]
    made.append(encoder.encode([(Rect(0, 0, 400, 200), page[30:230].copy())], 1))
    made.append(encoder.encode([(Rect(0, 0, 400, 200), gradient(200, 400))], 2))
    made += [encoder.encode([(Rect(0, 0, 400, 200), noise(200, 400, seed))], 3 + seed) for seed in range(4)]
    return [patch for patch in made if patch is not None], encoder.snapshot(9)


def with_data(event, data):
    if isinstance(event, Snapshot):
        return Snapshot(0, 0, event.width_px, event.height_px, event.exact, event.picture_sha256, data)
    return Patch(0, 0, event.kind, event.width_px, event.height_px, event.exact, event.changed_px, event.areas, data)


@pytest.fixture(scope="module")
def made():
    return patches()


def try_all(made, damage):
    """Play everything with one event's data damaged; only DamagedPictureError may come out."""
    sound, snapshot = made
    for index in range(len(sound)):
        decoder = ScreenDecoder()
        for patch in sound[:index]:
            decoder.apply(patch)
        attempt(lambda decoder=decoder, index=index: decoder.apply(with_data(sound[index], damage(sound[index].data))))
    attempt(lambda: ScreenDecoder.from_snapshot(with_data(snapshot, damage(snapshot.data)), sound))


def attempt(decode):
    try:
        decode()
    except DamagedPictureError as error:
        assert str(error)


def test_every_truncation_is_an_error(made):
    sound, snapshot = made
    for cut in range(0, len(sound[0].data), 7):
        with pytest.raises(DamagedPictureError):
            ScreenDecoder().apply(with_data(sound[0], sound[0].data[:cut]))
    with pytest.raises(DamagedPictureError):
        ScreenDecoder.from_snapshot(with_data(snapshot, snapshot.data[:-1]), sound)


def test_flipped_bits_never_crash(made, capfd):
    chance = random.Random(5)

    def flip(data):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            near_the_head = chance.random() < 0.7
            damaged[chance.randrange(min(60, len(damaged)) if near_the_head else len(damaged))] ^= (
                1 << chance.randrange(8)
            )
        return bytes(damaged)

    for _ in range(60):
        try_all(made, flip)
    capfd.readouterr()  # libjpeg says on the terminal what it thinks of the bytes


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_error_or_a_picture(data):
    for event in (
        Patch(0, 0, "full", 64, 32, True, 0, (), bytes((wire.VERSION,)) + data),
        Patch(0, 0, "full", 64, 32, True, 0, (), data),
    ):
        attempt(lambda event=event: ScreenDecoder().apply(event))


def test_a_newer_version_is_refused_in_words(made):
    data = bytes((wire.VERSION + 1,)) + made[0][0].data[1:]

    with pytest.raises(DamagedPictureError, match="newer"):
        ScreenDecoder().apply(with_data(made[0][0], data))


@pytest.mark.parametrize(("width", "height"), [(0, 10), (10, 0), (-1, 10), (16385, 1), (16384, 16384)])
def test_an_impossible_size_is_refused_before_anything_is_allocated(width, height):
    with pytest.raises(DamagedPictureError):
        ScreenDecoder().apply(Patch(0, 0, "full", width, height, True, 0, (), b"\x01"))


def test_a_sheet_that_claims_more_than_the_picture_is_refused():
    sheet = wire.Sheet(wire.SheetKind.NUMBERED, 0, 5, 1, b"\x00\x00")
    ops = wire.Ops((), np.arange(1), np.zeros(1, np.int64))
    data = wire.pack(0, 0, [sheet], ops, first_colour=0)

    with pytest.raises(DamagedPictureError, match="more tiles"):
        ScreenDecoder().apply(Patch(0, 0, "full", 64, 16, True, 0, (), data))


def test_a_reference_to_a_tile_that_never_came_is_refused():
    ops = wire.Ops((), np.arange(1), np.full(1, 77))
    data = wire.pack(0, 0, [], ops, first_colour=0)

    with pytest.raises(DamagedPictureError, match="never came"):
        ScreenDecoder().apply(Patch(0, 0, "full", 64, 16, True, 0, (), data))


def composed_of(tile):
    """One tile, composed of the pixels of the tile with this id."""
    data = origins.encode(np.full((1, 16, 64), tile << 10, np.uint32) + origins.IN_TILE)
    assert data is not None
    sheet = wire.Sheet(wire.SheetKind.COMPOSED, 1, 1, 1, data)
    return wire.pack(1, 1, [sheet], wire.Ops((), np.arange(1), np.ones(1, np.int64)), first_colour=6)


@pytest.mark.parametrize("told", [1, 77])
def test_a_tile_composed_of_itself_or_of_later_ones_is_refused(told):
    encoder = ScreenEncoder(0, 64, 16)
    full = encoder.start_segment(text_like(16, 64), 0)
    sound = encoder.snapshot(0)

    ScreenDecoder.from_snapshot(msgspec.structs.replace(sound, data=composed_of(0)), [full])
    with pytest.raises(DamagedPictureError, match="never came"):
        ScreenDecoder.from_snapshot(msgspec.structs.replace(sound, data=composed_of(told)), [full])


def test_a_patch_with_a_composed_tile_is_refused():
    encoder, decoder = ScreenEncoder(0, 64, 16), ScreenDecoder()
    decoder.apply(encoder.start_segment(text_like(16, 64), 0))

    with pytest.raises(DamagedPictureError, match="only a snapshot"):
        decoder.apply(Patch(0, 0, "change", 64, 16, True, 0, (), composed_of(0)))


def test_a_move_out_of_the_picture_is_refused():
    ops = wire.Ops((wire.Move(Rect(0, 0, 10, 10), 5, 0),), np.zeros(0, np.int64), np.zeros(0, np.int64))
    data = wire.pack(0, 0, [], ops, first_colour=0)

    with pytest.raises(DamagedPictureError, match="not in the picture"):
        wire.read_ops(wire.read_head(data).ops, Grid(64, 16))


def as_colours(numbers):
    return numbers.astype(np.uint32)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 0xFFFFFF), max_size=300))
def test_colours_come_back(values):
    colours = np.array(values, np.uint32)

    np.testing.assert_array_equal(palette.unpack_colours(palette.pack_colours(colours), len(values)), colours)


def test_every_colour_keeps_its_number_also_where_slots_are_taken():
    numbers = palette.ColourNumbers()
    known: dict[int, int] = {}
    chance = np.random.default_rng(3)
    for _ in range(12):
        tiles = chance.choice(chance.integers(0, 1 << 24, 4000, np.uint32), (500, 16, 64)).astype(np.uint32)
        runs = runs_of(tiles)
        numbered_runs = numbers.number(runs, may_add=True)
        assert numbered_runs is not None
        np.testing.assert_array_equal(numbers.colours_of(numbered_runs[0]), runs.colours)
        known.update(zip(runs.colours.tolist(), numbered_runs[0].tolist(), strict=True))
    assert numbers._overflow
    for colour, number in list(known.items())[::50]:
        tile = np.full((1, 16, 64), colour, np.uint32)
        again = numbers.number(runs_of(tile), may_add=False)
        assert again is not None
        assert (again[0] == number).all()
        assert not again[1].size


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=9), st.integers(0, 99), st.integers(-1, 8))
def test_colours_that_came_in_several_parts_are_those_of_each(counts, seed, damaged):
    colours = np.random.default_rng(seed).integers(0, 1 << 24, sum(counts)).astype(np.uint32)
    ends = np.cumsum(counts).tolist()
    brought = [
        (count, palette.pack_colours(colours[end - count : end])) for count, end in zip(counts, ends, strict=True)
    ]
    known = palette.Palette()
    if 0 <= damaged < len(counts):
        brought[damaged] = (counts[damaged], b"\xff" + brought[damaged][1])
        with pytest.raises(DamagedPictureError, match="its colours are damaged"):
            known.add_all(brought)
        np.testing.assert_array_equal(known.known, colours[: ends[damaged] - counts[damaged]])
    else:
        known.add_all(brought)
        np.testing.assert_array_equal(known.known, colours)


def test_a_patch_that_brings_no_colour_but_says_so_is_not_waited_for():
    nothing = np.zeros(0, np.int64)
    store = SheetStore()
    ops = wire.Ops((), nothing, nothing)
    store.expect(wire.pack(0, 0, [], ops, first_colour=0, colour_count=0, colours=b"\3\0"))
    store.need_colours(5)
    assert store.palette.count == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 900), min_size=1), st.integers(0, 64000), st.integers(1, 3))
def test_numbers_of_colours_come_back(values, base, tiles):
    numbers = np.resize(np.array(values, np.uint16) + np.uint16(base), (tiles, 16, 64)).astype(np.uint16)

    runs = runs_of(numbers.astype(np.uint32))
    data = numbered.NumberedWriter(as_colours).encode(runs.colours.astype(np.uint16), runs.lengths, 0)
    reader = numbered.NumberedReader(0)

    [plain] = reader.decompress([numbered.read(data, 0, tiles)])
    decoded = reader.decode(plain, as_colours)
    np.testing.assert_array_equal(decoded.pixels(slice(None)), numbers)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.booleans()), max_size=60))
def test_runs_come_back(steps):
    positions, ids, position, identity = [], [], -1, 0
    for gap, jump, same in steps:
        position += 1 + gap
        identity = identity if same else identity + jump
        if position < 2000:
            positions.append(position)
            ids.append(identity)
    ops = wire.Ops((), np.array(positions, np.int64), np.array(ids, np.int64))
    read = wire.read_ops(wire.read_head(wire.pack(0, 0, [], ops, first_colour=0)).ops, Grid(640, 3200))

    assert read.positions.tolist() == positions
    assert read.ids.tolist() == ids
