"""What was typed is found by `search`, at the second it was typed."""

import datetime
import time

import pytest

from tests.e2e.programs import RunningRecording, Site
from tests.xserver import XServer

NEAR_S = 1.0


def type_and_time(desktop: XServer, text: str) -> float:
    """Type a text into the active window; when the first key went down, UTC seconds."""
    started_s = time.time()
    desktop.run("xdotool", "type", "--delay", "60", text)
    return started_s


def found_at(site: Site, recording: RunningRecording, query: str) -> list[float]:
    """UTC seconds of each hit of a text that was typed."""
    row = next(row for row in site.player_rows("list") if row["path"] == str(recording.folder))
    started_s = datetime.datetime.fromisoformat(row["started_at"]).timestamp()
    hits = site.player_rows("search", query)
    return [started_s + hit["at_s"] for hit in hits if hit["kind"] == "text" and hit["recording"] == row["recording"]]


@pytest.fixture
def terminal(desktop: XServer) -> XServer:
    desktop.start_xterm(title="typing", geometry="100x30+20+20", command=("cat",))
    desktop.focus("typing")
    return desktop


def test_a_typed_word_is_found_at_its_second_even_in_the_middle_of_a_line(terminal: XServer, site: Site) -> None:
    recording = site.start_recording()
    type_and_time(terminal, "systemctl restart ")
    typed_s = type_and_time(terminal, "payroll-db")
    terminal.run("xdotool", "key", "Return")
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors
    assert found_at(site, recording, "payroll") == [pytest.approx(typed_s, abs=NEAR_S)]
    assert found_at(site, recording, "restart payroll") != []


def test_japanese_of_any_length_is_found(terminal: XServer, site: Site) -> None:
    recording = site.start_recording()
    typed_s = type_and_time(terminal, "日本語の記録")
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors
    for query in ("日", "日本", "日本語の記録", "記録"):
        assert found_at(site, recording, query) == [pytest.approx(typed_s, abs=NEAR_S)], query


LAYOUTS = {
    "us": ("24 25 26 27", "qwer"),
    "de": ("29 20 24 34", "zßqü"),
    "fr": ("24 25 26 27", "azer"),
    "ru": ("24 25 26 27", "йцук"),
    "jp": ("24 25 51 34", "qw]@"),
}


def test_every_layout_gives_the_characters_that_appeared(terminal: XServer, site: Site) -> None:
    recording = site.start_recording()
    for layout, (keycodes, _) in LAYOUTS.items():
        terminal.run("setxkbmap", layout)
        for keycode in (*keycodes.split(), "36"):
            terminal.run("xdotool", "key", "--delay", "40", keycode)
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors
    for layout, (_, text) in LAYOUTS.items():
        assert found_at(site, recording, text) != [], (layout, site.player("log", str(recording.folder)).stdout)


def test_without_text_the_recording_says_that_keys_were_pressed_and_not_which(terminal: XServer, site: Site) -> None:
    recording = site.start_recording("--keys", "activity")
    type_and_time(terminal, "secretword")
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors
    rows = site.player_rows("log", str(recording.folder))
    assert [row for row in rows if row["kind"] == "activity"]
    # the program that pressed the keys has the word among its arguments, as any process may
    assert "secretword" not in str([row for row in rows if row["kind"] != "process"])
