"""Closing the window waits for nothing that hangs, as on a share that went away, and still ends what can be ended."""

import threading
import time
from functools import partial

import pytest

from player.ui import outbox
from player.ui.background import Line, let_go
from player.ui.outbox import Outbox
from tests.fakes import FakeAccess, FakeSource, S
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")
LONGEST_S = 10.0  # whole seconds more than all that may hang together, and far less than for ever


@pytest.fixture
def share():
    """Hangs whoever comes to `wait` while it is away; at the end it is back, so that no thread is left."""

    class Share:
        def __init__(self):
            self.is_back, self.visits = threading.Event(), 0

        def wait(self):
            self.visits += 1
            self.is_back.wait()

    share = Share()
    yield share
    share.is_back.set()


def closing_s(window):
    began_s = time.monotonic()
    window.close()
    return time.monotonic() - began_s


def test_a_listing_that_hangs_does_not_keep_the_window_open(open_window, qtbot, monkeypatch, share):
    access = FakeAccess({RECORDING: FakeSource()})
    window = open_window(access)
    listing = access.listing
    monkeypatch.setattr(access, "listing", lambda: (share.wait(), listing())[1])
    window.desk.list_library()
    qtbot.waitUntil(lambda: share.visits == 1)
    assert closing_s(window) < LONGEST_S
    assert not window.isVisible()


def test_a_search_that_hangs_does_not_keep_the_window_open(open_window, qtbot, monkeypatch, share):
    access = FakeAccess({RECORDING: FakeSource()})
    window = open_window(access)
    monkeypatch.setattr(access, "search_library", lambda *_args, **_more: share.wait())
    window.desk.search_library("billing")
    qtbot.waitUntil(lambda: share.visits == 1)
    assert closing_s(window) < LONGEST_S


def test_an_entry_about_closing_that_hangs_does_not_keep_the_window_open(open_window, share):
    class Attended(FakeSource):
        """Its closing is entered into a ledger on the share."""

        def close(self):
            share.wait()

    window = open_window(FakeAccess({RECORDING: Attended()}))
    assert closing_s(window) < LONGEST_S
    assert share.visits == 1


def test_a_picture_that_hangs_keeps_neither_the_window_nor_the_next_recording(open_window, qtbot, share):
    other = RECORDING.with_name("two")

    class Dead(FakeSource):
        def picture_at(self, screen, at_ns):
            if at_ns >= 30 * S:
                share.wait()
            return super().picture_at(screen, at_ns)

    window = open_window(FakeAccess({RECORDING: Dead(), other: FakeSource()}))
    window.desk.seek(40 * S)
    qtbot.waitUntil(lambda: share.visits == 1)
    window.desk.open(other)
    qtbot.waitUntil(lambda: window.desk.folder == other, timeout=int(LONGEST_S * 1000))
    assert closing_s(window) < LONGEST_S


def test_what_waits_in_the_outbox_is_done_unless_it_hangs(monkeypatch, share):
    monkeypatch.setattr(outbox, "REST_S", 0.05)
    done: list[int] = []
    box = Outbox("test", home=lambda _work: None)
    for number in range(3):
        box.put(partial(done.append, number), then=lambda _x: None, failed=lambda _x: None)
    box.put(share.wait, then=lambda _x: None, failed=lambda _x: None)
    box.stop()
    assert box._thread.is_alive()
    share.is_back.set()
    box._thread.join()
    assert done == [0, 1, 2]


def test_what_does_not_hang_is_waited_for():
    ended = []
    assert let_go(lambda: ended.append(1))
    assert ended == [1]
    line = Line("test", home=lambda _work: None)
    line.stop()
    assert not line._thread.is_alive()


def test_a_recording_is_closed_aside_once_its_threads_have_ended(open_window):
    closed_by = []

    class Kept(FakeSource):
        def close(self):
            closed_by.append(threading.current_thread().name)

    window = open_window(FakeAccess({RECORDING: Kept()}))
    window.desk.close()
    assert closed_by == ["letting go"]
