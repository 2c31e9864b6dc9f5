"""What the policy masks, from its file to the recording: pixels, title, keys and clipboard of a window."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.agent_events import HiddenInput, MaskChanged
from recorder.codec.decoder import ScreenDecoder
from recorder.events import ClipboardChanged, Patch, WindowActive
from tests.e2e.logins import Fingers
from tests.e2e.opened import events_of
from tests.e2e.programs import Site
from tests.secret_window import SecretWindow, shows_secret
from tests.xserver import XServer

POLICY = """version = 1
organisation = "Example Bank"
[[masks]]
name = "the vault"
applications = ["vault", "xclip"]
"""
SECRET = "Xq7#vault"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, encoding="utf-8")
    return path


@pytest.fixture
def vault(desktop: XServer) -> Iterator[SecretWindow]:
    window = SecretWindow(desktop, title="secrets of the house")
    yield window
    window.close()


def use_the_vault(desktop: XServer, vault: SecretWindow, fingers: Fingers) -> None:
    """Type into it, copy out of it, and drag it around."""
    vault.animate()
    desktop.focus("secrets of the house")
    fingers.type(SECRET)
    owner = desktop.start(["xclip", "-quiet", "-selection", "clipboard"], stdin=subprocess.PIPE)
    assert owner.stdin is not None
    owner.stdin.write(SECRET.encode())
    owner.stdin.close()
    for step in range(30):
        vault.move(40 + step * 12, 40 + step * 6)


def test_nothing_of_a_masked_window_is_in_the_recording_but_that_it_was_masked(
    desktop: XServer, site: Site, policy: Path, vault: SecretWindow
) -> None:
    recording = site.start_recording("--policy", str(policy), "--clipboard-text")
    with contextlib.closing(Fingers(desktop.display)) as fingers:
        use_the_vault(desktop, vault, fingers)
        recording.wait_seconds_recorded(2)
        desktop.start_xterm(title="plain", command=("cat",))
        desktop.focus("plain")
        fingers.type("plain words\n")
    recording.wait_seconds_recorded(1.5)
    assert recording.stop() == 0, recording.errors

    events = events_of(recording, site)
    decoder = ScreenDecoder()
    for event in events:
        if isinstance(event, Patch):
            if event.kind == "full":
                decoder = ScreenDecoder()
            decoder.apply(event)
            assert not shows_secret(decoder.picture)
    assert {area.reason for event in events if isinstance(event, MaskChanged) for area in event.areas} == {"the vault"}
    assert {(event.why, event.detail) for event in events if isinstance(event, HiddenInput)} == {
        ("masked", "the vault")
    }
    titles = {event.window.title for event in events if isinstance(event, WindowActive) and event.window}
    assert "(masked: the vault)" in titles
    assert not any("secrets" in title for title in titles)
    copied = [event for event in events if isinstance(event, ClipboardChanged) and event.owner == "xclip"]
    assert copied
    assert all((event.text, event.sha256, event.size_bytes) == (None, None, None) for event in copied)
    rows = [row["text"] for row in site.player_rows("log", str(recording.folder)) if row["kind"] == "text"]
    assert rows == ["plain words"]
