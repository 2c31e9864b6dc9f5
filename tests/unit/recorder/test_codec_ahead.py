"""Sheets decoded before anybody asks: the same pixels and the same refusals, whatever was done ahead."""

import numpy as np
import pytest

from recorder.codec import sheets, wire
from recorder.codec.decoder import ScreenDecoder
from recorder.codec.errors import DamagedPictureError
from recorder.events import Patch
from recorder.geometry import Rect
from tests.codec_screens import Screen, text_like
from tests.unit.recorder.test_codec_sheets import expecting, grouped, patches


def showing(*ids):
    """A patch that shows these tiles."""
    ops = wire.Ops((), np.arange(len(ids)), np.array(ids))
    return Patch(0, 0, "change", 64 * len(ids), 16, True, 0, (), wire.pack(0, 0, (), ops, first_colour=0))


def ahead(made, coming, *, parts=1, cache_bytes=sheets.CACHE_BYTES):
    """A store that was told these in parts, and before them what will be shown."""
    store = sheets.SheetStore(cache_bytes=cache_bytes)
    store.begin_ahead(coming)
    for part in np.array_split(np.arange(len(made)), parts):
        for index in part:
            store.expect(made[index])
        store.go_on_ahead()
    return store


def done(store):
    """Wait until all of it was done that will be, then take it over."""
    store.go_on_ahead()
    store._ahead._begun[-1].result()
    store.end_ahead()
    return store


@pytest.mark.parametrize("parts", [1, 4, 30])
def test_what_was_decoded_ahead_is_not_decoded_again_and_is_the_same(parts):
    made, tiles = grouped(30)
    store = done(ahead(made, [showing(29, 3)], parts=parts))

    assert store.decoded_sheets == 30
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)
    assert store.decoded_sheets == 30


def test_what_is_shown_by_nothing_that_comes_is_left():
    made, tiles = grouped(30)
    store = done(ahead(made, [showing(4), showing(9, 2)], parts=7))

    assert store.decoded_sheets == 10
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)
    assert store.decoded_sheets == 30


def test_what_never_came_is_left_and_what_comes_later_is_decoded_when_it_is_asked_for():
    made, tiles = grouped(30)
    store = done(ahead(made[:11], [showing(*range(30)), showing(10**6)], parts=3))
    assert store.decoded_sheets == 11
    for one in made[11:]:
        store.expect(one)
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


def test_ending_at_once_loses_nothing():
    made, tiles = grouped(30)
    store = ahead(made, [showing(*range(30))], parts=30)
    store.end_ahead()
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


@pytest.mark.parametrize("rubbish", [b"\x01", b"", b"\x07hostile", b"\x01" + b"\xff" * 40])
@pytest.mark.parametrize("lost", [0, 7, 29])
def test_a_damaged_patch_ends_it_and_takes_along_only_what_it_always_did(lost, rubbish):
    made, tiles = grouped(30)
    made[lost] = rubbish
    store = done(ahead(made, [showing(*range(30))], parts=5))
    for identity in range(30):
        if identity < lost:
            np.testing.assert_array_equal(store.pixels(np.array([identity]))[0], tiles[identity])
        else:
            with pytest.raises(DamagedPictureError):
                store.pixels(np.array([identity]))


def test_what_comes_may_be_damaged_itself():
    made, tiles = grouped(30)
    damaged = Patch(0, 0, "change", 64, 16, True, 0, (), b"\x01\xff")
    store = done(ahead(made, [showing(5), damaged, showing(20)]))
    assert store.decoded_sheets == 6
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


def test_of_groups_of_one_sheet_with_colours_of_their_own_all_are_found():
    made, _ = patches(40)
    store, plain = done(ahead(made, [showing(*range(54))], parts=3)), expecting(made)
    np.testing.assert_array_equal(store.pixels(np.arange(54)), plain.pixels(np.arange(54)))
    assert store.decoded_sheets == plain.decoded_sheets


def test_it_ends_when_as_much_is_decoded_as_may_be_kept():
    made, tiles = grouped(30)
    store = ahead(made[:1], [showing(*range(30))], cache_bytes=2500)
    store._ahead._begun[-1].result()
    for one in made[1:]:
        store.expect(one)
    assert done(store).decoded_sheets == 1
    np.testing.assert_array_equal(store.pixels(np.arange(30)), tiles)


def scrolled():
    """A screen whose lines were scrolled, so that a snapshot of it holds sheets of both kinds; and that snapshot."""
    screen = Screen(text_like(320, 300))
    for number in range(30):
        screen.picture[:-9] = screen.picture[9:].copy()
        screen.picture[-9:] = text_like(9, 300, seed=number)
        screen.changed(Rect(0, 0, 300, 320))
    return screen, screen.encoder.snapshot(screen.at_ns)


def test_a_snapshot_that_was_told_before_what_leads_up_to_it_shows_the_same():
    screen, snapshot = scrolled()
    kinds = {sheet.kind for sheet in wire.read_head(snapshot.data).sheets}
    assert wire.SheetKind.COMPOSED in kinds
    store = done(ahead([patch.data for patch in screen.patches], [snapshot], parts=9))
    decoded = store.decoded_sheets
    assert decoded
    decoder = ScreenDecoder.from_snapshot(snapshot, (), sheets=store)
    np.testing.assert_array_equal(decoder.picture, screen.picture[:, :, :3])
    assert store.decoded_sheets == decoded
