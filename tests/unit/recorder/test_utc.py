"""Instants as text: cut off, and said in nanoseconds where no calendar reaches."""

from recorder.utc import utc_second, utc_text, utc_words

WALL_NS = 1_772_373_909_999_999_999


def test_an_instant_is_cut_off_and_never_rounded_to_one_that_is_to_come():
    assert utc_text(WALL_NS) == "2026-03-01T14:05:09.999Z"
    assert utc_second(WALL_NS) == "2026-03-01T14:05:09Z"
    assert utc_words(WALL_NS) == "2026-03-01 14:05:09 UTC"


def test_a_clock_that_was_set_beyond_every_calendar_is_told_in_nanoseconds():
    for write in (utc_text, utc_second, utc_words):
        assert write(2**62 * 1000) == f"{2**62 * 1000} ns since 1970"
