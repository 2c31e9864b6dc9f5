"""Work that a second thread does ahead."""

import threading
from functools import partial

import pytest

from recorder.codec.beside import beside


def test_results_come_in_the_order_of_the_pieces_whichever_thread_did_them():
    with beside([partial(pow, number, 2) for number in range(40)]) as results:
        assert list(results) == [number * number for number in range(40)]


def test_a_second_thread_begins_before_anything_is_asked_for():
    begun = threading.Event()
    with beside([begun.set, lambda: None]):
        assert begun.wait(10)


def test_what_a_piece_raises_is_raised_in_its_place():
    def fail():
        msg = "damaged"
        raise ValueError(msg)

    with beside([lambda: 1, fail, lambda: 3]) as results:
        assert next(results) == 1
        with pytest.raises(ValueError, match="damaged"):
            next(results)


def test_no_thread_is_left_when_the_results_are_not_wanted_any_more():
    before = threading.active_count()
    with beside([lambda: None] * 20) as results:
        next(results)
    assert threading.active_count() == before
