"""What is recorded as typed is what the program under the keyboard got: dead keys, AltGr, Caps Lock, corrections."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Site
from tests.xserver import XServer, wait_until

RETURN, SHIFT, CAPS_LOCK, ALT_GR, NUM_LOCK, BACKSPACE = "36", "50", "66", "108", "77", "22"

# What is typed, as key codes with those held around them, for each layout; codes do not depend on the layout.
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AltGr": (("de",), (f"{ALT_GR}+24", f"{ALT_GR}+26", f"{ALT_GR}+20")),
    "dead keys": (("de",), ("21", "38", "49", "32", "21", "65")),
    "Caps Lock": (("de",), (CAPS_LOCK, "38", "56", "10", "34", f"{SHIFT}+38", CAPS_LOCK, "38")),
    "keypad": (("us",), (NUM_LOCK, "87", "88", "89", "86", "91", NUM_LOCK)),
    "dead keys by Shift": (("us", "-variant", "intl"), (f"{SHIFT}+49", "57", "48", "26")),
    "Compose": (("us", "-option", "compose:ralt"), (ALT_GR, "32", "54", ALT_GR, "38", "26")),
    "corrections": (("us", "-option"), ("38", "56", "54", "53", BACKSPACE, "40")),
    "Greek": (("gr",), ("38", "56", "47", "38")),
    "French": (("fr",), ("11", "16", f"{ALT_GR}+26")),
}


@pytest.fixture
def received(desktop: XServer, tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """The lines that a program in a terminal has got so far."""
    path = tmp_path / "received"
    desktop.start_xterm(title="typing", command=("sh", "-c", f"cat > '{path}'"))
    desktop.focus("typing")
    yield lambda: path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    desktop.run("setxkbmap", "us", "-option")


def press(desktop: XServer, chord: str) -> None:
    *held, key = chord.split("+")
    desktop.run("xdotool", *(word for code in held for word in ("keydown", code)), "key", "--delay", "20", key)
    if held:
        desktop.run("xdotool", *(word for code in reversed(held) for word in ("keyup", code)))


def has_lines(received: Callable[[], list[str]], count: int) -> Callable[[], bool]:
    return lambda: len(received()) == count


def test_the_log_has_what_the_program_got(desktop: XServer, site: Site, received: Callable[[], list[str]]) -> None:
    recording = site.start_recording()
    for number, (layout, chords) in enumerate(CASES.values(), start=1):
        desktop.run("setxkbmap", *layout)
        for chord in chords:
            press(desktop, chord)
        press(desktop, RETURN)
        wait_until(has_lines(received, number), what=f"line {number}")
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors
    rows = site.player_rows("log", str(recording.folder), "--kind", "text")
    assert dict(zip(CASES, [row["text"] for row in rows], strict=True)) == dict(zip(CASES, received(), strict=True))
    assert "abcx⌫d" in next(row["detail"] for row in rows if row["text"] == "abcd")
