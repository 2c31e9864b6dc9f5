"""`report`: a recording told on a page, as HTML or PDF."""

import time
from pathlib import Path

from player.commands.desk import Desk, ProgressLine
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.outfile import refuse_no_file, write_whole
from player.persons import person_name
from player.report.facts import gather
from player.report.page import Page, as_html, page_of
from player.report.reviews import reviews_told
from player.words import read_words
from recorder.evidence.verify import verify
from recorder.release import release


def run_report(desk: Desk, recording: str, *, out: Path, language: str) -> int:
    """Write the report; its format is what the file's name ends with."""
    refuse_no_file(out)
    folder = desk.library.find(recording)
    progress = ProgressLine(desk.notes)
    words = read_words(language)
    source = desk.play(folder, Doing(Kind.EXPORT, {"report": str(out), "language": language}))
    try:
        verdict = verify(folder, devices=desk.library.devices, keys=source.keys)
        report = gather(
            source,
            folder,
            verdict,
            made_by=person_name(),
            made_wall_ns=time.time_ns(),
            program=release(),
            reviews=reviews_told(folder, words),
            progress=lambda done: progress.show(f"writing the report: {100 * done:.0f} %"),
        )
        write_page(page_of(report, words), out, foot=folder.name)
    finally:
        progress.clear()
        source.close()
    desk.note(f"{out}: the report on {folder.name}; not sealed.")
    return 0


def write_page(page: Page, out: Path, *, foot: str) -> None:
    """The page as a file of its own, PDF or HTML."""
    if out.suffix.lower() != ".pdf":
        write_whole(out, as_html(page).encode("utf-8", "replace"))
        return
    from player.ui.application import make_application
    from player.ui.report_printing import write_pdf

    application = make_application(offscreen=True)  # a PDF needs fonts, and no display
    write_pdf(page, out, foot=foot)
    del application
