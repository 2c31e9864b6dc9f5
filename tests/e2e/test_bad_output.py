"""A recording does not end because nobody listens to its recorder, and no answer is lost without a word."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.programs import Site

STORAGE_FAILED, WRONG_USAGE = 4, 64
FULL = "/dev/full"

pytestmark = pytest.mark.skipif(not Path(FULL).exists(), reason="only Linux has a disk that is always full")


def run_in_shell(site: Site, redirections: str, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program with its streams as a shell's user redirects them; its own exit status."""
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {redirections}', "-", sys.executable, "-m", module, *arguments],
        env=site.environment,
        stdin=subprocess.DEVNULL,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("redirections", "form"),
    [("| head -1", ["--json"]), (f"> {FULL}", ["--json"]), (f"2> {FULL}", []), ("<&- >&- 2>&-", [])],
    ids=str,
)
def test_a_recording_is_closed_and_sealed_though_nobody_listens(site: Site, redirections: str, form: list[str]) -> None:
    done = run_in_shell(site, redirections, "app.agent", "record", "--for", "1.2", *form)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (row,) = site.player_rows("list")
    assert row["state"] == "closed"
    assert row["duration_s"] >= 1.2
    assert site.player("verify", row["recording"]).returncode == 0


@pytest.mark.parametrize("form", [["--json"], ["--log", "-"]], ids=str)
def test_a_recording_is_closed_and_sealed_though_whoever_listens_has_stopped_to_read(
    site: Site, form: list[str]
) -> None:
    unread, full = os.pipe()
    os.set_blocking(full, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(full, b"\n" * 4096):
            pass
    os.set_blocking(full, True)
    arguments = [sys.executable, "-m", "app.agent", "record", "--for", "1.2", *form]
    with subprocess.Popen(arguments, env=site.environment, stdout=full, stderr=subprocess.PIPE, text=True) as recorder:
        os.close(full)
        try:
            _, told = recorder.communicate(timeout=60)
        finally:
            recorder.kill()
            os.close(unread)
    assert recorder.returncode == 0, told
    (row,) = site.player_rows("list")
    assert (row["state"], row["path"] in told) == ("closed", True)
    assert row["duration_s"] >= 1.2
    assert site.player("verify", row["recording"]).returncode == 0
    assert ("The plain log is not complete: nobody reads" in told) == ("--log" in form)


def test_the_folder_is_told_on_standard_error_if_standard_output_is_full(site: Site) -> None:
    done = run_in_shell(site, f"> {FULL}", "app.agent", "record", "--for", "0.5")
    (row,) = site.player_rows("list")
    assert row["path"] in done.stderr.splitlines()[-1]


def test_a_plain_log_that_fills_its_disk_is_told_and_the_recording_is_sealed(site: Site) -> None:
    done = site.agent("record", "--for", "0.5", "--log", FULL)
    assert done.returncode == 0
    assert "The plain log is not complete: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", [["--log", "/nowhere/at/all.log"], ["--video", "/nowhere/at/all.mp4"]])
def test_what_cannot_be_written_beside_is_said_before_anything_is_recorded(site: Site, option: list[str]) -> None:
    done = site.agent("record", "--for", "1", *option)
    assert done.returncode == STORAGE_FAILED
    assert option[1] in done.stderr.splitlines()[-1]
    assert not site.library.exists()


@pytest.mark.parametrize(
    "option",
    [["--operator", ""], ["--operator", os.fsdecode(b"\xff")], ["--purpose", "x" * 3000], ["--library", ""]],
    ids=lambda option: option[0] + option[1][:3].encode("ascii", "replace").decode(),
)
def test_what_no_header_can_hold_is_wrong_usage(site: Site, option: list[str]) -> None:
    done = site.agent("record", "--for", "1", *option)
    assert done.returncode == WRONG_USAGE
    assert not site.library.exists()


@pytest.fixture
def recorded(site: Site) -> str:
    assert site.agent("record", "--for", "0.5").returncode == 0
    return str(site.player_rows("list")[0]["recording"])


def test_an_answer_that_cannot_be_written_is_4_with_one_sentence(site: Site, recorded: str) -> None:
    for module, *arguments in (
        ("player", "list"),
        ("player", "log", recorded),
        ("player", "verify", recorded),
        ("player", "frame", recorded, "--at", "0.4", "--out", "-"),
        ("player", "export", recorded, "--log", "-"),
        ("app.agent", "doctor"),
    ):
        done = run_in_shell(site, f"> {FULL}", module, *arguments)
        assert done.returncode == STORAGE_FAILED, arguments
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "Standard output cannot be written" in done.stderr


def test_the_exit_status_of_verify_is_the_verdict_though_its_reader_went(site: Site, recorded: str) -> None:
    segment = next((site.library / recorded).glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    assert run_in_shell(site, "| head -c 1", "player", "verify", recorded, "--json").returncode == 2
