"""`python -m player.ui.printing_process FILE.pdf`: prints the page that comes on its input, and tells how far it is.

A long table is laid out in one go, which takes Qt a second and longer: no window may wait for that.
"""

import base64
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from player.report.page import Page
from recorder.errors import WorldError
from recorder.process_guard import guard_memory
from recorder.streams import say

DONE, FAILED, SHEET = "done", "failed", "sheet"


def page_bytes(page: Page, foot: str) -> bytes:
    """The page as it is given to the process."""
    pictures = {name: base64.b64encode(png).decode("ascii") for name, png in page.pictures.items()}
    said = {"title": page.title, "language": page.language, "body": page.body, "pictures": pictures, "foot": foot}
    return json.dumps(said).encode("ascii")


def run(arguments: Sequence[str]) -> int:
    """Print, and say so in lines: `sheet 3 12`, then `done`, or `failed` and why."""
    from player.ui.application import make_application
    from player.ui.report_printing import write_pdf

    said = json.loads(sys.stdin.buffer.read())
    pictures = {name: base64.b64decode(png) for name, png in said["pictures"].items()}
    page = Page(said["title"], said["language"], said["body"], pictures)
    application = make_application(offscreen=True)  # a PDF needs fonts, and no display
    try:
        write_pdf(page, Path(arguments[0]), foot=said["foot"], progress=_tell_sheet)
    except WorldError as error:
        say(sys.stdout, f"{FAILED} {error}\n")
        return error.exit_status
    finally:
        del application
    say(sys.stdout, f"{DONE}\n")
    return 0


def _tell_sheet(number: int, every: int) -> None:
    say(sys.stdout, f"{SHEET} {number} {every}\n")


if __name__ == "__main__":
    guard_memory()
    sys.exit(run(sys.argv[1:]))
