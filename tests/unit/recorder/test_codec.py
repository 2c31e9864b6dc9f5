"""The screen codec: what the decoder shows is what was on the screen."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.codec import numpy_kernel
from recorder.codec.decoder import ScreenDecoder
from recorder.codec.dictionary import WEIGHTS, TileDictionary
from recorder.codec.encoder import ScreenEncoder
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.codec.tiles import Grid
from recorder.codec.wire import read_head, read_ops
from recorder.errors import BugError
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect
from tests.codec_screens import STEP_NS, Screen, gradient, noise, text_like


def moves_in(patch):
    return read_ops(read_head(patch.data).ops, Grid(patch.width_px, patch.height_px)).moves


@pytest.mark.parametrize(("height", "width"), [(1, 1), (16, 64), (17, 65), (15, 63), (1, 300), (300, 1), (101, 203)])
def test_any_size_is_recorded_exactly(height, width):
    screen = Screen(text_like(height, width))
    screen.picture = text_like(height, width, seed=1)
    screen.changed_everywhere()

    assert screen.decoder.picture.shape == (height, width, 3)
    assert screen.decoder.exact


def test_the_longest_side_is_recorded_exactly():
    screen = Screen(text_like(20, 16384))
    screen.picture[3, 16383, :3] = 7

    assert screen.changed(Rect(16383, 3, 1, 1)).changed_px == 1


def test_a_size_beyond_the_limit_is_refused_in_words():
    with pytest.raises(DamagedPictureError, match="16385"):
        ScreenEncoder(0, 16385, 10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_random_edits_are_recorded_exactly_or_become_exact(data):
    height, width = data.draw(st.integers(1, 120)), data.draw(st.integers(1, 200))
    screen = Screen(text_like(height, width, data.draw(st.integers(0, 99))))
    for _ in range(data.draw(st.integers(1, 8))):
        left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        area = Rect(left, top, data.draw(st.integers(1, width - left)), data.draw(st.integers(1, height - top)))
        make = data.draw(st.sampled_from([text_like, noise, lambda h, w, s: np.full((h, w, 4), s, np.uint8)]))
        screen.picture[top : area.bottom, left : area.right] = make(
            area.height, area.width, data.draw(st.integers(0, 9))
        )
        screen.changed(area)
    screen.rest()

    np.testing.assert_array_equal(screen.decoder.picture, screen.picture[..., :3])
    assert screen.decoder.exact


def test_nothing_is_sent_when_only_the_fourth_byte_differs():
    screen = Screen(text_like(80, 200))
    screen.picture[..., 3] ^= 0xFF

    assert screen.changed_everywhere() is None


@pytest.mark.parametrize("outside", [Rect(200, 0, 9, 9), Rect(-20, 0, 9, 9), Rect(0, 80, 9, 9), Rect(0, -20, 9, 9)])
def test_an_area_beside_the_screen_changes_nothing(outside):
    screen = Screen(text_like(80, 200))
    pixels = np.zeros((outside.height, outside.width, 4), np.uint8)

    assert screen.encoder.encode([(outside, pixels)], STEP_NS) is None


def test_a_patch_says_truly_what_changed():
    screen = Screen(text_like(200, 400))
    screen.picture[40:44, 70:80, :3] = 9
    screen.picture[40, 70, :3] = screen.decoder.picture[40, 70]
    before = screen.decoder.picture.copy()
    patch = screen.changed_everywhere()

    differs = (before != screen.picture[..., :3]).any(axis=2)
    assert patch.changed_px == np.count_nonzero(differs)
    assert patch.areas == (Rect(64, 32, 64, 16),)


def test_many_scattered_changes_are_told_in_sixteen_areas_that_cover_them():
    screen = Screen(text_like(640, 1280))
    before = screen.decoder.picture.copy()
    screen.picture[::70, ::150, :3] ^= 0xFF
    patch = screen.changed_everywhere()

    uncovered = (before != screen.picture[..., :3]).any(axis=2)
    for area in patch.areas:
        uncovered[area.top : area.bottom, area.left : area.right] = False
    assert len(patch.areas) <= 16
    assert not uncovered.any()


def test_scrolling_is_sent_as_a_move():
    page = text_like(1600, 600)
    screen = Screen(page[:480].copy())
    sizes = []
    for top in range(37, 400, 37):
        screen.picture = page[top : top + 480].copy()
        patch = screen.changed_everywhere()
        assert moves_in(patch)
        sizes.append(len(patch.data))

    assert max(sizes) < len(screen.patches[0].data) / 4


def test_a_dragged_window_is_sent_as_a_move_in_both_directions():
    background, window = gradient(500, 700), text_like(200, 300)
    screen = Screen(background.copy())
    for left, top in ((50, 50), (83, 71), (150, 40), (90, 190), (301, 250)):
        screen.picture = background.copy()
        screen.picture[top : top + 200, left : left + 300] = window
        patch = screen.changed_everywhere()
        if len(screen.patches) > 2:
            assert any(move.dx and move.dy for move in moves_in(patch))


def test_what_a_dragged_window_uncovers_costs_a_fraction_of_its_pixels():
    page, window = text_like(900, 960, 1), text_like(170, 290, 2)
    screen = Screen(page[:480].copy())
    for top in (23, 61):  # what is uncovered later was never sent in whole tiles
        screen.picture = page[top : top + 480].copy()
        screen.changed_everywhere()
    sizes = []
    for left in range(50, 450, 37):
        screen.picture = page[61:541].copy()
        screen.picture[101:271, left : left + 290] = window
        sizes.append(len(screen.changed_everywhere().data))

    assert max(sizes[2:]) < len(screen.patches[0].data) / 8


def test_horizontal_scrolling_is_sent_as_a_move():
    page = text_like(300, 1500)
    screen = Screen(page[:, :640].copy())
    screen.picture = page[:, 90:730].copy()

    assert any(move.dx == -90 for move in moves_in(screen.changed_everywhere()))


def test_what_was_seen_before_is_nearly_free():
    one, other = text_like(480, 640, 1), text_like(480, 640, 2)
    screen = Screen(one.copy())
    screen.picture = other.copy()
    first = screen.changed_everywhere()
    screen.picture = one.copy()

    assert len(screen.changed_everywhere().data) < len(first.data) / 100


def test_gradients_are_exact():
    screen = Screen(gradient(300, 500))
    screen.picture = gradient(300, 500)[::-1].copy()

    assert screen.changed_everywhere().exact


class OneHash:
    """A kernel to which all tiles have the same hash."""

    def __getattr__(self, name):
        return getattr(numpy_kernel, name)

    def hash_tiles(self, _canvas, _positions, _weights, hashes):
        hashes[:] = 1


def one_below_the_other(*values):
    """A picture of tiles of one colour, and their positions."""
    return np.repeat(np.array(values, np.uint32), 1024).reshape(-1, 64), np.arange(len(values))


def remember(dictionary, value, identity):
    canvas, positions = one_below_the_other(value)
    dictionary.add(canvas, positions, dictionary.find(canvas, positions)[1], identity)


def found(dictionary, value):
    return dictionary.find(*one_below_the_other(value))[0].tolist()[0]


def test_tiles_of_one_hash_are_told_apart():
    dictionary = TileDictionary(kernel=OneHash())
    remember(dictionary, 10, 1)

    assert found(dictionary, 20) == -1
    remember(dictionary, 20, 2)
    assert found(dictionary, 20) == 2
    assert found(dictionary, 10) == -1


def test_a_new_tile_that_stands_twice_gets_one_id():
    dictionary, (canvas, positions) = TileDictionary(), one_below_the_other(1, 2, 1)
    ids, new = dictionary.add(canvas, positions, dictionary.find(canvas, positions)[1], 7)

    assert ids.tolist() == [7, 8, 7]
    assert new.tolist() == [0, 1]


def test_every_pixel_of_a_tile_counts_for_its_hash():
    tiles, hashes = np.zeros((1024 * 16, 64), np.uint32), np.zeros(1024, np.uint64)
    tiles.reshape(1024, 1024)[np.arange(1024), np.arange(1024)] = 1
    numpy_kernel.hash_tiles(tiles, np.arange(1024), WEIGHTS, hashes)

    assert len(np.unique(hashes)) == 1024


def test_pictures_stay_exact_when_every_tile_has_the_same_hash():
    screen = Screen(text_like(100, 200))
    screen.encoder._dictionary = TileDictionary(kernel=OneHash())
    for seed in range(1, 7):
        screen.picture = text_like(100, 200, seed)
        assert screen.changed_everywhere().exact


def test_the_dictionary_forgets_what_was_used_least_recently():
    dictionary = TileDictionary(capacity=2)
    remember(dictionary, 10, 1)
    remember(dictionary, 20, 2)
    found(dictionary, 10)
    remember(dictionary, 30, 3)

    assert [found(dictionary, value) for value in (10, 20, 30)] == [1, -1, 3]


def test_a_new_segment_stands_alone():
    screen = Screen(text_like(200, 300))
    screen.picture = text_like(200, 300, 5)
    screen.changed_everywhere()
    patch = screen.encoder.start_segment(screen.picture, 10 * STEP_NS)

    alone = ScreenDecoder()
    alone.apply(patch)
    screen.decoder.apply(patch)
    np.testing.assert_array_equal(alone.picture, screen.picture[..., :3])
    np.testing.assert_array_equal(screen.decoder.picture, screen.picture[..., :3])


def test_a_missing_patch_shows():
    screen = Screen(text_like(100, 100))
    for seed in range(3):
        screen.picture = text_like(100, 100, seed + 1)
        screen.changed_everywhere()
    decoder = ScreenDecoder()
    decoder.apply(screen.patches[0])

    with pytest.raises(DamagedPictureError, match="missing"):
        decoder.apply(screen.patches[2])


def test_a_snapshot_shows_what_sequential_decoding_shows_and_goes_on_from_there():
    page = text_like(2000, 500)
    screen = Screen(page[:400].copy())
    for number, top in enumerate(range(23, 500, 23)):
        screen.picture = page[top : top + 400].copy()
        screen.changed_everywhere()
        if number % 5 == 2:
            snapshot = screen.encoder.snapshot(screen.at_ns)
            at = len(screen.patches)
    jumped = ScreenDecoder.from_snapshot(snapshot, screen.patches[:at])
    for patch in screen.patches[at:]:
        jumped.apply(patch)

    np.testing.assert_array_equal(jumped.picture, screen.decoder.picture)
    assert jumped.exact == screen.decoder.exact


def test_a_snapshot_of_another_picture_is_an_integrity_finding():
    screen = Screen(text_like(100, 100))
    snapshot = screen.encoder.snapshot(0)
    screen.decoder.apply(snapshot)
    false = Snapshot(0, 0, 100, 100, True, bytes(32), snapshot.data)

    with pytest.raises(IntegrityMismatchError):
        screen.decoder.apply(false)
    with pytest.raises(IntegrityMismatchError):
        ScreenDecoder.from_snapshot(false, screen.patches)


def test_snapshots_become_due_as_work_goes_on_and_are_not_due_at_once_again():
    screen = Screen(text_like(480, 640))
    for seed in range(100):
        if screen.encoder.snapshot_due():
            break
        screen.picture = text_like(480, 640, seed + 1)
        screen.changed_everywhere()
    else:
        pytest.fail("no snapshot became due")
    screen.encoder.snapshot(screen.at_ns)

    assert not screen.encoder.snapshot_due()


def test_a_picture_given_out_cannot_be_written():
    screen = Screen(text_like(20, 20))

    with pytest.raises(ValueError, match="read-only"):
        screen.decoder.picture[0, 0] = 1


def test_an_area_of_the_wrong_shape_is_our_bug():
    encoder = ScreenEncoder(0, 50, 50)
    with pytest.raises(BugError):
        encoder.encode([(Rect(0, 0, 10, 10), np.zeros((5, 5, 4), np.uint8))], 0)


def test_patches_are_events():
    screen = Screen(text_like(20, 20))

    assert isinstance(screen.patches[0], Patch)
    assert screen.patches[0].kind == "full"


def test_memory_stays_flat_over_many_new_tiles():
    screen = Screen(text_like(160, 640))
    screen.encoder._dictionary = TileDictionary(capacity=200)
    sizes = []
    for seed in range(1, 25):
        screen.picture = text_like(160, 640, seed)
        screen.changed_everywhere()
        sizes.append(len(screen.encoder._dictionary))

    assert max(sizes) == 200
    assert min(sizes[2:]) > 190


def test_a_snapshot_after_scrolling_is_far_smaller_than_the_picture():
    page = text_like(900, 640)
    screen = Screen(page[:480].copy())
    for top in range(21, 300, 21):
        screen.picture = page[top : top + 480].copy()
        screen.changed_everywhere()

    assert len(screen.encoder.snapshot(screen.at_ns).data) < len(screen.patches[0].data) / 8
