"""What `frame` gives is, pixel by pixel, what the X server showed."""

import datetime
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.looks import Look, difference, look_at_rest
from tests.e2e.programs import Site
from tests.xserver import XServer


def differences(site: Site, folder: Path, looks: list[Look], *, screen: int | None = None) -> list[str]:
    """Ask `frame` for every moment and compare."""
    row = next(row for row in site.player_rows("list") if row["path"] == str(folder))
    started_s = datetime.datetime.fromisoformat(row["started_at"]).timestamp()
    found = []
    for look in looks:
        arguments = ["frame", str(folder), "--at", f"{look.wall_s - started_s:.3f}", "--out", "-"]
        if screen is not None:
            arguments += ["--screen", str(screen)]
        done = subprocess.run(
            [sys.executable, "-m", "player", *arguments],
            env=site.environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        found.append(difference(look, done.stdout))
    return [sentence for sentence in found if sentence]


def test_text_scrolling_and_dragged_windows_are_recorded_exactly(desktop: XServer, site: Site) -> None:
    desktop.start_xterm(title="one", geometry="90x30+40+40")
    desktop.start_xterm(title="two", geometry="60x20+500+300")
    recording = site.start_recording()
    looks = [look_at_rest(desktop, "the first picture")]

    desktop.focus("one")
    desktop.run("xdotool", "type", "--delay", "15", "echo a witness was here; seq 1 400")
    looks.append(look_at_rest(desktop, "typing"))
    desktop.run("xdotool", "key", "Return")
    looks.append(look_at_rest(desktop, "a scrolling list"))

    two = str(desktop.focus("two"))
    for step in range(12):
        desktop.run("xdotool", "windowmove", "--sync", two, str(480 - 23 * step), str(290 - 13 * step))
    looks.append(look_at_rest(desktop, "a dragged window"))
    desktop.focus("one")
    looks.append(look_at_rest(desktop, "a raised window"))

    assert recording.stop() == 0, recording.errors
    assert differences(site, recording.folder, looks) == []


def test_gradients_and_a_film_that_comes_to_rest_are_exact_at_rest(desktop: XServer, site: Site) -> None:
    recording = site.start_recording()
    desktop.start([sys.executable, "-m", "tests.e2e.paint", "gradient"], env=desktop.environment | {"PYTHONPATH": "."})
    desktop.wait_for_window("paint gradient")
    looks = [look_at_rest(desktop, "a gradient")]
    desktop.start([sys.executable, "-m", "tests.e2e.paint", "noise:4"], env=desktop.environment | {"PYTHONPATH": "."})
    desktop.wait_for_window("paint rests")
    recording.wait_seconds_recorded(2.5)
    looks.append(look_at_rest(desktop, "a film at rest"))

    assert recording.stop() == 0, recording.errors
    assert differences(site, recording.folder, looks) == []


def test_two_monitors_are_two_exact_streams(desktop: XServer, site: Site) -> None:
    desktop.run("xrandr", "--setmonitor", "left", "640/200x800/200+0+0", "screen")
    desktop.run("xrandr", "--setmonitor", "right", "640/200x800/200+640+0", "none")
    recording = site.start_recording()
    desktop.start_xterm(title="one", geometry="60x20+400+100")
    look = look_at_rest(desktop, "a window across two monitors")
    assert recording.stop() == 0, recording.errors

    left = Look("left", look.wall_s, look.picture[:, :640])
    right = Look("right", look.wall_s, look.picture[:, 640:])
    assert differences(site, recording.folder, [left], screen=0) == []
    assert differences(site, recording.folder, [right], screen=1) == []


@pytest.mark.parametrize("size", ["1024x768", "800x600"])
def test_a_monitor_resized_in_the_middle_is_exact_before_and_after(desktop: XServer, site: Site, size: str) -> None:
    desktop.start_xterm(title="one", geometry="60x20+40+40")
    recording = site.start_recording()
    looks = [look_at_rest(desktop, "before")]
    width, height = (int(number) for number in size.split("x"))
    timings = [str(width + more) for more in (0, 24, 96, 224)] + [str(height + more) for more in (0, 3, 6, 24)]
    desktop.run("xrandr", "--newmode", size, "36", *timings)
    desktop.run("xrandr", "--addmode", "screen", size)
    desktop.run("xrandr", "--output", "screen", "--mode", size)
    looks.append(look_at_rest(desktop, f"after {size}"))
    assert recording.stop() == 0, recording.errors
    assert looks[0].picture.shape != looks[1].picture.shape
    assert differences(site, recording.folder, looks) == []
