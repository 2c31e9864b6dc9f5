"""Streams that the compiled kernel presses are read by liblzma, and what it keeps of them leads nowhere outside."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.codec.groups import GroupReader, GroupWriter
from recorder.codec.pressing import PressedStream

compiled = pytest.importorskip("recorder.codec._kernel", reason="the compiled kernel was not built here: no compiler")

SEEDS = st.integers(0, 2**32 - 1)


def plains(chance, most_bytes):
    """What sheets may hold: repeated, with a little changed, and what cannot be guessed."""
    sizes = chance.integers(1, most_bytes, 6)
    for size in sizes.tolist():
        kind = chance.integers(0, 4)
        if kind == 0:
            yield chance.integers(0, 256, size, dtype=np.uint8).tobytes()
        elif kind == 1:
            yield np.repeat(chance.integers(0, 3, size // 8 + 1, dtype=np.uint8), 8)[:size].tobytes()
        else:
            rows = np.tile(chance.integers(0, 9, 64 + 16 * kind, dtype=np.uint8), size // 64 + 1)[:size]
            rows[chance.random(size) < 0.01] += 1
            yield rows.tobytes()


@given(SEEDS, st.sampled_from((3, 60, 5000, 300_000)))
@settings(deadline=None, max_examples=40)
def test_what_is_pressed_is_read_again_at_once_and_one_after_the_other(seed, most_bytes):
    chance = np.random.default_rng(seed)
    sheets = [sheet for _ in range(2) for sheet in plains(chance, most_bytes)]
    writer = GroupWriter(0, compiled.press)
    stretches = [writer.add(sheet) for sheet in sheets]
    sizes = [len(sheet) for sheet in sheets]
    assert list(GroupReader(0).read(stretches, sizes)) == sheets
    reader = GroupReader(0)
    assert [next(reader.read([stretch], [size])) for stretch, size in zip(stretches, sizes, strict=True)] == sheets


def test_a_long_stream_finds_again_what_it_still_holds_and_no_more():
    """The window slides several times, and takes a sheet that is larger than itself."""
    chance = np.random.default_rng(5)
    large = chance.integers(0, 256, 3 << 20, dtype=np.uint8).tobytes()
    known = chance.integers(0, 256, 200_000, dtype=np.uint8).tobytes()
    sheets = [known, large, known, known, *(known[at:] for at in range(0, 160_000, 20_000))]
    writer = GroupWriter(0, compiled.press)
    stretches = [writer.add(sheet) for sheet in sheets]
    assert list(GroupReader(0).read(stretches, [len(sheet) for sheet in sheets])) == sheets
    assert len(stretches[2]) > len(known) * 0.99
    assert max(map(len, stretches[3:])) < 4000


def test_streams_that_do_not_fit_are_refused_before_they_are_touched():
    stream = PressedStream(compiled.press)
    kept: list[Any] = [stream._window, stream._heads, stream._chain, stream._chances, stream._registers]
    out = np.zeros(100, np.uint8)
    for index, array in enumerate(kept):
        with pytest.raises(ValueError):
            compiled.press(b"plain", *kept[:index], array[:-1], *kept[index + 1 :], out)
    outside = (
        (3, 0),
        (4, 12),
        (4, 7),
        (5, 1 << 19),
        (8, 1 << 19),
        (9, 1),
        (10, 1 << 40),
        (10, (1 << 20) + 1),
        (1, 1 << 32),
    )
    for register, number in outside:
        forged = stream._registers.copy()
        forged[register] = number
        with pytest.raises(ValueError):
            compiled.press(b"plain", *kept[:-1], forged, out)
    assert compiled.press(bytes(1000) + bytes(range(256)) * 8, *kept, out) > out.size  # and wrote no more than that
    forged_heads = np.full_like(stream._heads, 0xFFFFFF00)
    again = PressedStream(compiled.press)
    again._heads[:] = forged_heads
    assert again.compress(b"places that are nowhere" * 9)
