"""What bad input gets: one sentence, the right exit status, no traceback, nothing lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.programs import Site
from tests.xserver import XServer

CANNOT_RECORD, STORAGE_FAILED, WRONG_USAGE = 3, 4, 64


def is_one_sentence(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) == 1 and "Traceback" not in text and lines[0].rstrip().endswith((".", ")"))


def test_without_a_display_it_cannot_record_and_says_so(site_without_display: Site) -> None:
    done = site_without_display.agent("record", "--for", "1")
    assert done.returncode == CANNOT_RECORD
    assert is_one_sentence(done.stderr), done.stderr
    assert not site_without_display.library.exists() or not list(site_without_display.library.iterdir())


def test_on_wayland_it_cannot_record_and_says_so(site: Site) -> None:
    wayland = site.with_environment(WAYLAND_DISPLAY="wayland-0", XDG_SESSION_TYPE="wayland")
    done = wayland.agent("record", "--for", "1")
    assert done.returncode == CANNOT_RECORD
    assert "Wayland" in done.stderr
    assert is_one_sentence(done.stderr), done.stderr


def test_a_display_that_dies_leaves_a_closed_recording(desktop: XServer, site: Site) -> None:
    recording = site.start_recording()
    desktop.kill()
    assert recording.wait() == CANNOT_RECORD, recording.errors
    assert "Traceback" not in recording.errors
    verdict = site.player("verify", str(recording.folder))
    assert verdict.returncode in (0, 1), verdict.stdout + verdict.stderr
    rows = site.player_rows("log", str(recording.folder))
    assert any("display" in (row["text"] + row["detail"]).lower() for row in rows), rows


@pytest.mark.parametrize(
    "arguments",
    [
        ["record", "--fps", "0"],
        ["record", "--for", "soon"],
        ["record", "--keys", "all"],
        ["record", "--video", "a.txt"],
        [],
    ],
)
def test_wrong_usage_is_64(site_without_display: Site, arguments: list[str]) -> None:
    done = site_without_display.agent(*arguments)
    assert done.returncode == WRONG_USAGE
    assert "Traceback" not in done.stderr


def test_a_library_that_is_a_file_is_a_storage_failure(site: Site) -> None:
    site.library.write_text("not a folder")
    done = site.agent("record", "--for", "1")
    assert done.returncode == STORAGE_FAILED
    assert is_one_sentence(done.stderr.splitlines()[-1]), done.stderr


# So that the disk itself refuses, and not the policy before it.
WARNS_ONLY = """
version = 1
organisation = "Example Bank"

[storage]
at_low = "warn"
at_reserve = "warn"
at_full = "warn"
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of 2 MB of its own, half of it the reserve, where the test may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can make a small file system")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if done.returncode != 0:
        pytest.skip(f"this machine mounts no file system: {done.stderr.decode()}")
    return folder


@pytest.fixture
def unmounted(small_disk: Path):
    yield small_disk
    subprocess.run(["umount", "-l", str(small_disk)], check=True)


def test_a_disk_that_fills_in_the_middle_leaves_a_closed_and_signed_recording(
    desktop: XServer, site: Site, unmounted: Path
) -> None:
    policy = site.home / "policy.toml"
    policy.write_text(WARNS_ONLY)
    recording = site.start_recording("--library", str(unmounted), "--policy", str(policy))
    desktop.start([sys.executable, "-m", "tests.e2e.paint", "noise:20"], env=desktop.environment | {"PYTHONPATH": "."})
    assert recording.wait() == STORAGE_FAILED, recording.errors
    assert "Traceback" not in recording.errors
    verdict = site.player("verify", str(recording.folder))
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert site.player_rows("list", "--library", str(unmounted))[0]["state"] == "closed"


def test_a_full_disk_from_the_start_is_a_storage_failure(site: Site, unmounted: Path) -> None:
    with (unmounted / "filler").open("wb") as filler:
        try:
            while True:
                filler.write(b"\0" * 65536)
        except OSError:
            pass
    done = site.agent("record", "--for", "1", "--library", str(unmounted))
    assert done.returncode == STORAGE_FAILED
    assert "Traceback" not in done.stderr
