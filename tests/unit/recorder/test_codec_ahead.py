"""Sheets decoded before anybody asks: the same pixels and the same refusals, whatever was done ahead."""

import numpy as np
import pytest

from recorder.codec import sheets
from recorder.codec.errors import DamagedPictureError
from tests.unit.recorder.test_codec_sheets import expecting, grouped, patches


def ahead(made, *, parts=1, cache_bytes=sheets.CACHE_BYTES):
    """A store that decoded these ahead, as many as it would."""
    store = sheets.SheetStore(cache_bytes=cache_bytes)
    for part in np.array_split(np.arange(len(made)), parts):
        data = [made[index] for index in part]
        for one in data:
            store.expect(one)
        store.decode_ahead(data)
    return store


def done(store):
    """Wait for what was begun, then take it over."""
    store._ahead.add([])
    store._ahead._begun[-1].result()
    store.end_ahead()
    return store


@pytest.mark.parametrize("parts", [1, 4, 30])
def test_what_was_decoded_ahead_is_not_decoded_again_and_is_the_same(parts):
    made, tiles = grouped(30)
    store = done(ahead(made, parts=parts))

    decoded = store.decoded_sheets
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)
    assert decoded == store.decoded_sheets == 30


def test_what_was_left_is_decoded_when_it_is_asked_for():
    made, tiles = grouped(30)
    store = ahead(made[:11], parts=3)
    done(store)
    for one in made[11:]:
        store.expect(one)
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


def test_ending_at_once_loses_nothing():
    made, tiles = grouped(30)
    store = ahead(made, parts=30)
    store.end_ahead()
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


@pytest.mark.parametrize("rubbish", [b"\x01", b"", b"\x07hostile", b"\x01" + b"\xff" * 40])
@pytest.mark.parametrize("lost", [0, 7, 29])
def test_a_damaged_patch_ends_it_and_takes_along_only_what_it_always_did(lost, rubbish):
    made, tiles = grouped(30)
    made[lost] = rubbish
    store = done(ahead(made, parts=5))
    for identity in range(30):
        if identity < lost:
            np.testing.assert_array_equal(store.pixels(np.array([identity]))[0], tiles[identity])
        else:
            with pytest.raises(DamagedPictureError):
                store.pixels(np.array([identity]))


def test_a_patch_that_repeats_the_ids_of_another_is_not_decoded_ahead():
    made, _ = grouped(10)
    made.insert(5, made[4])
    store = done(ahead(made))
    assert store.decoded_sheets <= 5


def test_of_groups_of_one_sheet_with_colours_of_their_own_all_are_found():
    made, _ = patches(40)
    store, plain = done(ahead(made, parts=3)), expecting(made)
    np.testing.assert_array_equal(store.pixels(np.arange(54)), plain.pixels(np.arange(54)))
    assert store.decoded_sheets == plain.decoded_sheets


def test_it_ends_when_as_much_is_decoded_as_may_be_kept():
    made, tiles = grouped(30)
    store = done(ahead(made, parts=30, cache_bytes=2500))
    assert store.decoded_sheets == 1
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)
