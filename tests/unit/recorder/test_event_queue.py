"""The queue every event comes through."""

import threading
from collections.abc import Sequence

from recorder.events import Event, Key, Patch
from recorder.geometry import Rect
from recorder.session.event_queue import PICTURE_BYTES_HIGH, EventQueue, SegmentBoundary


def patch_of(size_bytes: int) -> Patch:
    return Patch(0, 0, "change", 10, 10, True, 1, (Rect(0, 0, 1, 1),), bytes(size_bytes))


def test_it_gives_back_what_was_put_in_the_order_it_came():
    queue = EventQueue()
    items: Sequence[Event | SegmentBoundary] = [Key(3, "a"), SegmentBoundary(4, "rollover"), Key(1, "b")]
    for item in items:
        queue.put(item)
    assert queue.drain() == items
    assert queue.drain() == []


def test_what_is_refused_is_counted_with_its_times_and_boundaries_never_are():
    queue = EventQueue(events_limit=2)
    for at_ns in (10, 20, 30, 40):
        queue.put(Key(at_ns, "x"))
    queue.put(SegmentBoundary(50, "rollover"))
    assert [item.at_ns for item in queue.drain()] == [10, 20, 50]
    assert queue.take_refused() == (2, 30, 40)
    assert queue.take_refused()[0] == 0


def test_many_waiting_pictures_ask_for_a_pause_until_they_are_taken():
    queue = EventQueue()
    queue.put(patch_of(PICTURE_BYTES_HIGH))
    assert not queue.is_congested
    queue.put(patch_of(1))
    assert queue.is_congested
    queue.drain()
    assert not queue.is_congested


def test_waiting_ends_when_something_comes_from_another_thread():
    queue = EventQueue()
    thread = threading.Thread(target=lambda: queue.put(Key(1, "a")))
    thread.start()
    assert queue.wait(10)
    thread.join()


def test_waiting_ends_when_it_is_closed():
    queue = EventQueue()
    thread = threading.Thread(target=queue.close)
    thread.start()
    assert queue.wait_closed(10)
    assert not queue.wait(10)
    thread.join()
