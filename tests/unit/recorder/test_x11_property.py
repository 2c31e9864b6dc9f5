"""What other programs write at their windows is read as it was, however fast they write it."""

import itertools
import threading
from collections.abc import Iterator

import pytest
from Xlib import X
from Xlib import error as xerror

from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_property import read_property
from recorder.capture.x11_window import X11ActiveWindow
from recorder.capture.x11_windows import X11Windows
from recorder.events import SourceStatus, WindowActive

TITLES = ("A" * 100, "B" * 100, "short", "C" * 41)  # longer and shorter than what python-xlib asks for at first


@pytest.fixture
def connection(server) -> Iterator[X11Connection]:
    opened = X11Connection(server.display)
    yield opened
    opened.close()


@pytest.fixture
def hectic(server) -> Iterator[int]:
    """A window that has another title all the time."""
    stop = threading.Event()
    with server.connection() as own:
        window = own.screen().root.create_window(10, 10, 300, 200, 0, own.screen().root_depth)
        window.set_wm_name(TITLES[0])
        window.map()
        own.sync()
        name, text = own.intern_atom("_NET_WM_NAME"), own.intern_atom("UTF8_STRING")

        def write() -> None:
            for title in itertools.cycle(TITLES):
                if stop.is_set():
                    return
                window.change_property(name, text, 8, title.encode())
                own.sync()

        writing = threading.Thread(target=write)
        writing.start()
        yield window.id
        stop.set()
        writing.join()


def test_a_request_that_the_server_refuses_is_an_error_of_the_protocol_and_the_connection_goes_on(connection):
    connection.root.change_property(connection.atom("TACHIAI_TRY"), connection.atom("STRING"), 8, b"short")
    with pytest.raises(xerror.BadValue):
        connection.root.get_property(connection.atom("TACHIAI_TRY"), X.AnyPropertyType, 10, 10)
    assert connection.root.get_geometry().width > 0


def test_a_property_is_what_it_was_at_one_moment(connection, hectic):
    name = connection.atom("_NET_WM_NAME")
    window = connection.display.create_resource_object("window", hectic)
    answers = [read_property(window, name) for _ in range(500)]
    found = {answer.value.decode() for answer in answers if answer is not None}
    assert found <= set(TITLES)
    assert len(found) > 1


def test_what_is_longer_than_wanted_is_cut(connection):
    atom = connection.atom("TACHIAI_TRY")
    connection.root.change_property(atom, connection.atom("STRING"), 8, b"x" * 1000)
    found = read_property(connection.root, atom, most_bytes=400)
    assert found is not None
    assert (len(found.value), found.bytes_after) == (400, 600)


def test_the_active_window_is_told_on_while_its_title_changes_without_end(server, hear, hectic):
    heard = hear(X11ActiveWindow())
    server.run("xdotool", "mousemove", "50", "50")
    heard.wait_for(lambda one: len(one.of(WindowActive)) > 200, "many titles")
    assert [status.working for status in heard.of(SourceStatus)] == [True]
    titles = {event.window.title for event in heard.of(WindowActive) if event.window is not None}
    assert titles <= set(TITLES)


def test_the_windows_are_looked_at_while_a_title_changes_without_end(server, hectic):
    windows = X11Windows(server.display)
    windows.open()
    try:
        for _ in range(200):
            titles = {window.title for window in windows.look().windows if window.window_id == hectic}
            assert titles <= set(TITLES)
    finally:
        windows.close()


def test_news_of_a_property_that_changes_all_the_time_do_not_pile_up_while_something_is_asked(connection, server):
    connection.root.change_attributes(event_mask=X.PropertyChangeMask)
    connection.sync()
    with server.connection() as other:
        root, text = other.screen().root, other.intern_atom("STRING")
        for number in range(1000):
            for name in ("TACHIAI_ONE", "TACHIAI_TWO"):
                root.change_property(other.intern_atom(name), text, 8, b"%d" % number)
        root.delete_property(other.intern_atom("TACHIAI_ONE"))
        other.sync()
        connection.sync()
        news = [(event.atom, event.state) for event in connection.events(0)]
        one, two = (other.intern_atom(name) for name in ("TACHIAI_ONE", "TACHIAI_TWO"))
    changed = X.PropertyNewValue
    assert news == [(one, changed), (two, changed), (one, changed), (two, changed), (one, X.PropertyDelete)]


def test_of_news_that_were_not_taken_the_last_tells_when_it_changed_last(connection, server):
    connection.root.change_attributes(event_mask=X.PropertyChangeMask)
    connection.sync()
    with server.connection() as other:
        root, name, text = other.screen().root, other.intern_atom("TACHIAI_TRY"), other.intern_atom("STRING")
        for number in range(3):
            threading.Event().wait(0.02)  # of the server's time, which is what is tried
            root.change_property(name, text, 8, b"%d" % number)
            other.sync()
    connection.sync()
    first, last = connection.events(0)
    assert last.time - first.time >= 40
    found = read_property(connection.root, connection.atom("TACHIAI_TRY"))
    assert found is not None
    assert found.value == b"2"


def test_news_that_were_taken_are_told_again(connection, server):
    connection.root.change_attributes(event_mask=X.PropertyChangeMask)
    connection.sync()
    with server.connection() as other:
        root, name, text = other.screen().root, other.intern_atom("TACHIAI_TRY"), other.intern_atom("STRING")
        for number in range(5):
            root.change_property(name, text, 8, b"%d" % number)
            other.sync()
            connection.sync()
            assert len(connection.events(0)) == 1
