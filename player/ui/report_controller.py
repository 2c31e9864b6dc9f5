"""Connects reports with the window: what is proposed, and the work on its thread."""

from pathlib import Path
from typing import TYPE_CHECKING

from player.outfile import refuse_no_file, write_whole
from player.report.order import ReportOrder
from player.report.page import as_html
from player.ui.access import Access, AskPassphrase
from player.ui.printing_aside import print_aside
from player.ui.report_dialog import ReportDialog, ReportStage, ReportWanted
from player.ui.settings import export_folder, keep_export_folder
from player.ui.writing import KeepOn, Tell
from player.ui.writing_controller import WritingController
from resources.ui.settings import Settings
from resources.words import read_words

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class ReportController(WritingController):
    """One for each window. The dialog is made when it is first wanted."""

    dialog: ReportDialog | None

    def __init__(self, window: "PlayerWindow", settings: Settings) -> None:
        super().__init__(window, settings, "reporting")

    def write_report(self) -> None:
        """Show the dialog, for the open recording."""
        facts = self._now.facts
        if facts is None:
            self._window.libraries.say(self._look.words("give_out.nothing_open"))
            return
        dialog = self.dialog = self.dialog or self._made()
        if not self.writing.is_running:
            path = export_folder(self._settings) / f"tachiai-{facts.session_id}.html"
            dialog.show_proposed(self._now.about, path)
        self._come_forward(dialog)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _made(self) -> ReportDialog:
        dialog, writing = ReportDialog(look=self._look, parent=self._window), self.writing
        self._connect(dialog)
        writing.progressed.connect(dialog.show_stage)
        writing.finished.connect(dialog.show_made)
        return dialog

    def _start(self, wanted: ReportWanted) -> None:
        folder, desk = self._now.folder, self._window.desk
        if folder is None:
            return
        keep_export_folder(self._settings, wanted.path)
        order = ReportOrder(folder, wanted.path, read_words(wanted.language), self._window.export.redactions)
        self.writing.start(lambda keep_on, tell: written(desk.access, order, desk.ask_passphrase, keep_on, tell))

    def _note(self) -> None:
        """What must be known beforehand."""
        dialog = self.dialog
        if dialog is None or self.writing.is_running:
            return
        words, wanted = self._look.words, dialog.wanted
        if wanted is None:
            dialog.show_notes(words("report_out.no_name"), tone="bad")
            return
        said = [words("package_out.replaces", name=wanted.path.name)] if wanted.path.exists() else []
        dialog.show_notes(*said, words("report_out.holds"))


def written(access: Access, order: ReportOrder, ask: AskPassphrase, keep_on: KeepOn, tell: Tell) -> Path:
    """On the thread: read the recording, and write the page as its name wants it."""

    def told(stage: ReportStage) -> None:
        keep_on()
        tell(stage)

    refuse_no_file(order.out)
    page = access.report_page(order, ask, lambda share: told(ReportStage(False, share)))
    if order.out.suffix.lower() == ".pdf":
        told(ReportStage(True, 0))
        print_aside(page, order.out, foot=order.folder.name, progress=lambda share: told(ReportStage(True, share)))
    else:
        write_whole(order.out, as_html(page).encode("utf-8", "replace"))
    return order.out
