"""What is typed into a window before its program has told which of its fields has the focus."""

import contextlib
import random
from collections.abc import Callable, Iterator

import pytest

from recorder.agent_events import HiddenInput
from recorder.events import Event, Key
from tests.e2e.logins import Fingers, Window, make_password
from tests.e2e.opened import events_of
from tests.e2e.programs import RunningRecording, Site
from tests.xserver import XServer

TOOLKITS = ("gtk", "qt")
OpenWindow = Callable[[str, str], contextlib.closing[Window]]
TEXT = "the quick brown fox"


@pytest.fixture
def fingers(desktop: XServer) -> Iterator[Fingers]:
    with contextlib.closing(Fingers(desktop.display)) as fingers:
        yield fingers


@pytest.fixture
def open_window(desktop: XServer, bus_site: Site) -> OpenWindow:
    return lambda toolkit, first: contextlib.closing(Window(desktop, toolkit, bus_site.environment, first=first))


def typed_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Key))


def ended(recording: RunningRecording, site: Site) -> list[Event]:
    recording.wait_seconds_recorded(1)
    assert recording.stop() == 0, recording.errors
    return events_of(recording, site)


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_a_password_typed_the_moment_a_fresh_window_is_there_is_hidden(
    toolkit: str, bus_site: Site, fingers: Fingers, desktop: XServer, open_window: OpenWindow
) -> None:
    recording = bus_site.start_recording()
    length = 0
    for _ in range(4):
        password = make_password(random.Random())
        length += len(password)
        with open_window(toolkit, "password") as window:
            desktop.focus(window.title)
            fingers.type(password)
            window.wait_for_length("password", len(password))
    events = ended(recording, bus_site)
    assert typed_of(events) == ""
    assert sum(event.keys for event in events if isinstance(event, HiddenInput)) >= length


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_a_password_field_that_had_the_focus_before_the_recorder_came_is_hidden_and_a_plain_one_is_not(
    toolkit: str, bus_site: Site, fingers: Fingers, open_window: OpenWindow
) -> None:
    for first, text, recorded in (("password", make_password(random.Random()), ""), ("remark", TEXT, TEXT)):
        with open_window(toolkit, first) as window:
            window.focus()
            recording = bus_site.start_recording()
            fingers.type(text)
            window.wait_for_length(first, len(text))
            assert typed_of(ended(recording, bus_site)) == recorded


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_what_a_person_types_into_a_plain_field_of_a_fresh_window_is_recorded_to_the_letter(
    toolkit: str, bus_site: Site, fingers: Fingers, open_window: OpenWindow
) -> None:
    recording = bus_site.start_recording()
    for _ in range(3):
        with open_window(toolkit, "remark") as window:
            window.focus()
            fingers.type(TEXT)
            window.wait_for_length("remark", len(TEXT))
    assert typed_of(ended(recording, bus_site)) == TEXT * 3


def test_a_terminal_that_tells_assistive_technology_nothing_is_recorded_at_once(
    bus_site: Site, fingers: Fingers, desktop: XServer
) -> None:
    recording = bus_site.start_recording()
    desktop.start_xterm(title="fresh", command=("cat",))
    desktop.focus("fresh")
    fingers.type(TEXT)
    assert typed_of(ended(recording, bus_site)) == TEXT


def test_after_windows_ended_with_the_focus_in_their_password_fields_what_is_typed_elsewhere_is_recorded(
    bus_site: Site, fingers: Fingers, desktop: XServer, open_window: OpenWindow
) -> None:
    recording = bus_site.start_recording()
    desktop.start_xterm(title="beside", command=("cat",))
    password = make_password(random.Random())
    for toolkit in TOOLKITS:
        with open_window(toolkit, "password") as window:
            window.focus()
            fingers.type(password)
            window.wait_for_length("password", len(password))
        desktop.focus("beside")
        for line in range(4):  # the first may be hidden in part on a busy machine
            fingers.type(f"{TEXT} {toolkit} {line}\n")
    typed = typed_of(ended(recording, bus_site))
    assert [toolkit for toolkit in TOOLKITS if f"{TEXT} {toolkit} 3" not in typed] == []
    assert password not in typed
