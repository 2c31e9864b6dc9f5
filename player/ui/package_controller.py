"""Connects evidence packages with the window: what is proposed, the work, and checking what was written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from player.package.checking import CheckedPackage
from player.package.making import Package, Stage, Wanted
from player.package.order import PackageOrder
from player.persons import this_person
from player.ui.access import Access, AskPassphrase
from player.ui.package_dialog import PackageDialog, PackageWanted
from player.ui.settings import export_folder, keep_export_folder
from player.ui.writing import KeepOn, Tell
from player.ui.writing_controller import WritingController
from player.video.writers import has_pyav
from recorder.errors import WorldError
from resources.ui.settings import Settings
from resources.words import read_words

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


@dataclass(frozen=True, slots=True)
class MadePackage:
    """A package, and what checking it again said; None: why not is in `problem`."""

    package: Package
    checked: CheckedPackage | None
    problem: str = ""


class PackageController(WritingController):
    """One for each window. The dialog is made when it is first wanted."""

    dialog: PackageDialog | None

    def __init__(self, window: "PlayerWindow", settings: Settings) -> None:
        super().__init__(window, settings, "packing")

    def make_package(self) -> None:
        """Show the dialog, for the open recording and the selected range."""
        facts, news = self._now.facts, self._now.news
        if facts is None or news is None:
            self._window.libraries.say(self._look.words("give_out.nothing_open"))
            return
        dialog = self.dialog = self.dialog or self._made()
        if not self.writing.is_running:
            folder = export_folder(self._settings)
            dialog.show_recording(self._now.about, news.duration_ns, folder / f"tachiai-{facts.session_id}.zip")
            selected = self._window.timeline.selected_range
            if selected is not None:
                dialog.range.show_range(selected.start_ns, selected.end_ns)
        self._come_forward(dialog)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _made(self) -> PackageDialog:
        dialog, writing = PackageDialog(look=self._look, parent=self._window), self.writing
        self._connect(dialog)
        writing.progressed.connect(dialog.show_stage)
        writing.finished.connect(lambda made: dialog.show_made(made.package, made.checked, made.problem))
        return dialog

    def _start(self, wanted: PackageWanted) -> None:
        folder = self._now.folder
        if folder is None:
            return
        keep_export_folder(self._settings, wanted.path)
        order = PackageOrder(folder, wanted.path, self._inside(wanted), read_words(wanted.language))
        desk = self._window.desk
        self.writing.start(
            lambda keep_on, tell: made_and_checked(desk.access, order, desk.ask_passphrase, keep_on, tell)
        )

    def _inside(self, wanted: PackageWanted) -> Wanted:
        return Wanted(
            start_ns=wanted.start_ns,
            end_ns=wanted.end_ns,
            video=wanted.video,
            skip_idle=wanted.skip_idle,
            with_recording=wanted.with_recording,
            redactions=self._window.export.redactions,
        )

    def _note(self) -> None:
        """What must be known beforehand."""
        dialog = self.dialog
        if dialog is None or self.writing.is_running:
            return
        words, wanted = self._look.words, dialog.wanted
        if wanted is None:
            is_time = dialog.range.range_ns[0] is None
            dialog.show_notes(words("package_out.no_time" if is_time else "package_out.no_name"), tone="bad")
            return
        said = [words("package_out.is_altered")] if self._now.is_doubtful else []
        if self._now.news is not None and self._now.news.is_live:
            said.append(words("package_out.is_live"))
        if wanted.video == ".mp4" and not has_pyav():
            said.append(words("package_out.no_pyav"))
        if not wanted.with_recording:
            said.append(words("package_out.no_recording"))
        if wanted.path.exists():
            said.append(words("package_out.replaces", name=wanted.path.name))
        said.append(words("package_out.holds" if wanted.video else "package_out.holds_no_video"))
        if self._inside(wanted).is_shortened:
            said.append(words("package_out.shortened"))
            said += [words("package_out.sealed_whole")] if wanted.with_recording else []
        said.append(self._signs())
        dialog.show_notes(*said, tone="bad" if self._now.is_doubtful else "")

    def _signs(self) -> str:
        words = self._look.words
        try:
            me = this_person().person
        except WorldError as error:
            return words.said(str(error))
        return words("package_out.signs", name=me.name, fingerprint=me.fingerprint)


def made_and_checked(
    access: Access, order: PackageOrder, ask: AskPassphrase, keep_on: KeepOn, tell: Tell
) -> MadePackage:
    """On the thread: make it, and check what lies there then as if it had come from elsewhere."""

    def told(stage: Stage) -> None:
        keep_on()
        tell(stage)

    package = access.make_package(order, ask, told)
    try:
        checked = access.check_package(
            package.path, lambda done, every: told(Stage("checking", min(1.0, done / max(1, every))))
        )
    except WorldError as error:
        return MadePackage(package, None, str(error))
    return MadePackage(package, checked)
