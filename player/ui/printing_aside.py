"""A report as PDF, printed by a process of its own, so that the window goes on meanwhile."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from player.outfile import partial_file, storage_errors
from player.report.page import Page
from player.ui.printing_argument import ARGUMENT
from player.ui.printing_process import DONE, SHEET, page_bytes
from recorder.errors import StorageError

_HOME = Path(__file__).resolve().parents[2]


def print_aside(page: Page, out: Path, *, foot: str, progress: Callable[[float], None]) -> None:
    """Print the page into the file; what `progress` raises ends the process, and nothing half-written stays.

    Raises:
        StorageError: it cannot be written.
    """
    with (
        partial_file(out) as partial,
        storage_errors(out),
        # What a process that is killed leaves lies in a folder that goes with it.
        tempfile.TemporaryDirectory(prefix=f".{out.stem}.", suffix=".part", dir=partial.parent) as place,
    ):
        printed = Path(place) / "report.pdf"
        last = _printed(page, printed, foot, progress)
        if last != DONE or not printed.exists():
            msg = f"{out} could not be printed. Check the folder and its free space."
            raise StorageError(msg)
        shutil.move(printed, partial)


def _printed(page: Page, path: Path, foot: str, progress: Callable[[float], None]) -> str:
    """Run the process; the last line that it said."""
    process = subprocess.Popen(
        [*_command(), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(_HOME), "PYTHONIOENCODING": "utf-8", "QT_QPA_PLATFORM": "offscreen"},
    )
    # It reads everything before it says anything: no pipe can fill up on both sides.
    giving = threading.Thread(target=_give, args=(process, page_bytes(page, foot)), name="page to the printing process")
    giving.start()
    last = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            last = line.decode("utf-8", "replace").strip()
            word, *numbers = last.split()
            if word == SHEET:
                progress(int(numbers[0]) / max(1, int(numbers[1])))
    finally:
        process.kill()  # if it is not over by itself
        process.wait()
        giving.join()
        if process.stdout is not None:
            process.stdout.close()
    return last


def _give(process: "subprocess.Popen[bytes]", content: bytes) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(content)
        process.stdin.close()
    except OSError:  # it is gone: that shows in what it says
        return


def _command() -> list[str]:
    """The frozen program by itself, else this Python."""
    if getattr(sys, "frozen", False):
        return [sys.executable, ARGUMENT]
    return [sys.executable, "-m", "player.ui.printing_process"]
