"""`report`: a recording told on a page, as HTML or PDF."""

from pathlib import Path

from player.commands.desk import Desk, ProgressLine
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.outfile import refuse_no_file, write_whole
from player.report.order import ReportOrder, page_for
from player.report.page import Page, as_html
from resources.words import read_words


def run_report(desk: Desk, recording: str, *, out: Path, language: str) -> int:
    """Write the report; its format is what the file's name ends with."""
    refuse_no_file(out)
    order = ReportOrder(desk.library.find(recording), out, read_words(language))
    progress = ProgressLine(desk.notes)
    source = desk.play(order.folder, Doing(Kind.EXPORT, order.told))
    try:
        page = page_for(
            source,
            order,
            keys=source.keys,
            devices=desk.library.devices,
            progress=lambda done: progress.show(f"writing the report: {100 * done:.0f} %"),
        )
        write_page(page, out, foot=order.folder.name)
    finally:
        progress.clear()
        source.close()
    desk.note(f"{out}: the report on {order.folder.name}; not sealed.")
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
