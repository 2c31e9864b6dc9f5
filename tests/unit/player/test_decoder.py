"""The decoder's thread: the latest request wins, errors are told, and it ends when it is stopped."""

import threading

import pytest

from player.decoder import Decoder, Shown
from recorder.errors import UnreadableError

PATIENCE_S = 10


class Heard:
    """Keeps what the decoder says, and lets a test wait for it."""

    def __init__(self):
        self._condition = threading.Condition()
        self.shown = []
        self.errors = []

    def on_shown(self, shown):
        with self._condition:
            self.shown.append(shown.at_ns)
            self._condition.notify_all()

    def on_error(self, at_ns, error):
        with self._condition:
            self.errors.append((at_ns, error))
            self._condition.notify_all()

    def wait_for(self, condition):
        with self._condition:
            assert self._condition.wait_for(condition, PATIENCE_S)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def start(heard):
    started = []

    def start(read, ahead=None):
        decoder = Decoder(read, on_shown=heard.on_shown, on_error=heard.on_error, ahead=ahead)
        decoder.start()
        started.append(decoder)
        return decoder

    yield start
    for decoder in started:
        decoder.stop()
    assert "decoder" not in {thread.name for thread in threading.enumerate()}


def shown(at_ns):
    return Shown(at_ns, (), (), None)


def test_only_the_latest_request_is_decoded(start, heard):
    gate, begun = threading.Event(), threading.Event()

    def read(at_ns):
        begun.set()
        assert gate.wait(PATIENCE_S)
        return shown(at_ns)

    decoder = start(read)
    decoder.request(1)
    assert begun.wait(PATIENCE_S)
    for at_ns in (2, 3, 4):
        decoder.request(at_ns)
    gate.set()
    heard.wait_for(lambda: 4 in heard.shown)
    assert heard.shown == [1, 4]


def test_an_error_is_told_and_the_next_request_is_answered(start, heard):
    def read(at_ns):
        if at_ns == 1:
            raise UnreadableError("This is damaged.")
        return shown(at_ns)

    decoder = start(read)
    decoder.request(1)
    heard.wait_for(lambda: heard.errors)
    decoder.request(2)
    heard.wait_for(lambda: heard.shown == [2])
    assert heard.errors[0][0] == 1
    assert str(heard.errors[0][1]) == "This is damaged."


def test_work_ahead_is_done_while_nothing_is_asked_and_stops_for_a_request(start, heard):
    worked, asked = threading.Event(), []

    def ahead(at_ns):
        asked.append(at_ns)
        if len(asked) > 3:
            worked.set()
        return True

    decoder = start(shown, ahead)
    decoder.request(7)
    assert worked.wait(PATIENCE_S)
    decoder.request(8)
    heard.wait_for(lambda: heard.shown == [7, 8])
    decoder.stop()
    assert set(asked) <= {7, 8}


def test_work_ahead_ends_when_there_is_none_left(start, heard):
    left = [3]

    def ahead(_at_ns):
        left[0] -= 1
        return left[0] > 0

    decoder = start(shown, ahead)
    decoder.request(1)
    heard.wait_for(lambda: heard.shown == [1])
    decoder.request(2)
    heard.wait_for(lambda: heard.shown == [1, 2])
    decoder.stop()
    assert left[0] <= 0


def test_an_error_ahead_is_told_and_ends_only_the_work_ahead(start, heard):
    def ahead(_at_ns):
        raise UnreadableError("What comes next is damaged.")

    decoder = start(shown, ahead)
    decoder.request(1)
    heard.wait_for(lambda: heard.errors)
    decoder.request(2)
    heard.wait_for(lambda: heard.shown == [1, 2])


def test_stopping_one_that_was_never_started_is_harmless(heard):
    Decoder(shown, on_shown=heard.on_shown, on_error=heard.on_error).stop()
