"""What a person does with libraries in the window: switch, add, import, narrow, save searches, take links."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from player.facets import Facets
from player.importing import Imported, ImportProgress
from player.links import Link
from player.shelf import LONGEST_NAME, SavedSearch
from player.ui.access import Access, Hit
from player.ui.background import Line
from player.ui.dialogs import FolderDialog, NameDialog, PackageDialog
from player.ui.facet_popover import FacetPopover
from player.ui.facet_words import summary
from player.ui.hit_context import HitContext
from player.ui.import_dialog import ImportDialog
from player.ui.list_orders import order_of
from player.ui.toast import Toast
from recorder.errors import WorldError
from resources.ui.inert import plain_tip, visible
from resources.ui.settings import Settings
from resources.ui.signals import HomeCarrier

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

LEARN_EVERY_MS = 60_000
TELL_EVERY_S = 0.05
CLEARING_S = 5.0  # what was copied so far is removed


class LibraryController(QObject):
    """Made by the window, once its panels are."""

    def __init__(self, window: "PlayerWindow", access: Access, settings: Settings) -> None:
        super().__init__(window)
        self._settings = settings
        self._window, self._access, self._look = window, access, window.look
        self._home = HomeCarrier(self)
        self._importing, self._learning = (Line(name, home=self._home.carry) for name in ("importing", "learning"))
        self.import_dialog: ImportDialog | None = None
        self.popover = FacetPopover(look=window.look, parent=window)
        self.saved_menu = QMenu(window)
        self.toast = Toast(window.stage)
        self.context = HitContext(
            window.desk, access, window.search, window.search.preview, ask=window.desk.ask_passphrase
        )
        self._learn_again = QTimer(self, interval=LEARN_EVERY_MS)
        self._learn_again.timeout.connect(self._learn)
        self._connect()
        self.show_libraries()

    def _connect(self) -> None:
        window, library = self._window, self._window.library
        library.libraries.chosen.connect(self._use)
        library.libraries.all_requested.connect(self._show_all)
        library.libraries.add_requested.connect(window.commands.open_folder)
        library.libraries.import_requested.connect(self.ask_import)
        library.libraries.package_requested.connect(self.ask_package)
        library.libraries.drop_requested.connect(self._drop)
        library.facet_button.clicked.connect(self.show_facets)
        library.saved_button.setMenu(self.saved_menu)
        library.saved_button.setPopupMode(library.saved_button.ToolButtonPopupMode.InstantPopup)
        library.facets_changed.connect(self._facets_changed)
        library.show_order(order_of(self._settings.value("list_order")))
        library.order_changed.connect(lambda order: self._settings.setValue("list_order", order.value))
        self.saved_menu.aboutToShow.connect(self._fill_saved)
        self.popover.changed.connect(library.show_facets)
        self.popover.save_requested.connect(self.ask_save)
        window.desk.library_changed.connect(self._library_changed)
        window.desk.opened.connect(lambda _facts, news: self.context.show_news(news))
        window.desk.news.connect(self.context.show_news)
        window.desk.closed.connect(lambda: self.context.show_news(None))
        window.desk.listed.connect(self._learn_once)

    # --- which library ------------------------------------------------------------------------------------------------

    def show_libraries(self) -> None:
        """Say which library is shown, and which there are."""
        access = self._access
        button = self._window.library.libraries
        button.show_libraries(access.library, access.libraries, is_all=access.shows_all)

    def _use(self, folder: Path) -> None:
        self._window.desk.use_library(folder)

    def _show_all(self) -> None:
        if self._kept(self._access.show_all):
            self._window.desk.library_changed.emit(self._access.library)
            self._window.desk.list_library()

    def _drop(self, folder: Path) -> None:
        if self._kept(lambda: self._access.drop_library(folder)):
            self.show_libraries()
            if self._access.shows_all:
                self._window.desk.list_library()

    def _library_changed(self, _folder: Path) -> None:
        self._window.library.show_elsewhere()
        self.show_libraries()

    def _kept(self, change: Callable[[], object]) -> bool:
        """Change what is kept on the shelf; what hinders it is said."""
        try:
            change()
        except WorldError as error:
            self.say(self._look.words.said(str(error)))
            return False
        return True

    # --- narrowing ----------------------------------------------------------------------------------------------------

    def show_facets(self) -> None:
        """Open the controls."""
        library = self._window.library
        self._window.panel_of(library).show()
        self.popover.show_below(library.facet_button, library.facets, library.entries)

    def _facets_changed(self, facets: Facets) -> None:
        self.popover.show_facets(facets)
        self._window.desk.facets = facets
        if self._window.searching.query:
            self._window.searching.look_for(self._window.searching.query)

    # --- saved searches -----------------------------------------------------------------------------------------------

    def ask_save(self) -> None:
        """Ask for a name, and keep what is looked for now under it."""
        words, query = self._look.words, self._window.searching.query
        facets = self._window.library.facets
        text = words("saved.ask", search=visible(summary(facets, query, words)) or words("saved.everything"))
        name = NameDialog.ask(words("saved.title"), text, look=self._look, parent=self._window)
        if name is not None:
            search = SavedSearch.of(name[:LONGEST_NAME], query, facets)
            if self._kept(lambda: self._access.save_search(search)):
                self.say(words("saved.kept", name=visible(search.name)))

    def take(self, search: SavedSearch) -> None:
        """Look for what was saved."""
        self._window.library.show_facets(search.facets)
        self._window.header.search.setText(search.text)

    def _fill_saved(self) -> None:
        words, menu = self._look.words, self.saved_menu
        menu.clear()
        try:
            searches = list(self._access.searches())
        except WorldError as error:
            menu.addAction(visible(words.said(str(error)))[:120]).setEnabled(False)
            return
        for search in searches:
            action = menu.addAction(_in_menu(search.name))
            action.setToolTip(plain_tip(visible(summary(search.facets, search.text, words))))
            action.triggered.connect(self._takes(search))
        menu.setToolTipsVisible(True)
        if searches:
            menu.addSeparator()
        else:
            menu.addAction(words("saved.none")).setEnabled(False)
        menu.addAction(words("saved.save")).triggered.connect(self.ask_save)
        if searches:
            forget = menu.addMenu(words("saved.forget"))
            for search in searches:
                forget.addAction(_in_menu(search.name)).triggered.connect(self._drops(search))

    def _takes(self, search: SavedSearch) -> Callable[[], None]:
        return lambda: self.take(search)

    def _drops(self, search: SavedSearch) -> Callable[[], None]:
        def drop() -> None:
            self._kept(lambda: self._access.drop_search(search.name))

        return drop

    # --- importing ----------------------------------------------------------------------------------------------------

    def ask_import(self) -> None:
        """Ask which recording, and take it in."""
        folder = FolderDialog.ask(self._look.words("import.ask"), Path.home(), parent=self._window)
        if folder is not None:
            self.take_in(folder)

    def ask_package(self) -> None:
        """Ask which evidence package, and take the recording in it in."""
        package = PackageDialog.ask(self._look.words("import.ask_package"), Path.home(), parent=self._window)
        if package is not None:
            self.take_in(package)

    def take_in(self, source: Path) -> None:
        """Import this recording, in the background, with a dialog that says how far it is."""
        dialog = ImportDialog(source.name or str(source), look=self._look, parent=self._window)
        self.import_dialog = dialog
        is_wanted = [True]

        told_s = [0.0]

        def told(progress: ImportProgress, keep_on: Callable[[], None]) -> None:
            keep_on()
            now_s = time.monotonic()
            if now_s - told_s[0] < TELL_EVERY_S:
                return
            told_s[0] = now_s
            self._home.carry(lambda: dialog.show_progress(progress) if is_wanted[0] else None)

        def done(imported: Imported) -> None:
            is_wanted[0] = False
            dialog.show_done(imported)
            dialog.open_requested.connect(lambda: self._window.desk.open(imported.folder))
            self._window.desk.list_library()

        def failed(error: WorldError) -> None:
            is_wanted[0] = False
            dialog.show_failure(str(error))

        def ended() -> None:
            is_wanted[0] = False
            self._importing.forget()

        dialog.ended_early.connect(ended)
        self._importing.ask(
            lambda keep_on: self._access.take_in(source, lambda progress: told(progress, keep_on)),
            then=done,
            failed=failed,
        )
        dialog.open()

    # --- links --------------------------------------------------------------------------------------------------------

    def copy_link(self) -> None:
        """Put the link of the moment that is shown on the clipboard."""
        desk, words = self._window.desk, self._look.words
        facts = desk.facts
        if facts is None:
            self.say(words("link.nothing"))
            return
        link = str(Link(facts.session_id, max(0, desk.playback.position_ns)))
        QGuiApplication.clipboard().setText(link)
        self.say(words("link.copied", link=link))

    def say(self, text: str) -> None:
        """Say something for a moment, where the eyes are."""
        self.toast.say(text)

    # --- the index ----------------------------------------------------------------------------------------------------

    def _learn_once(self, _entries: object) -> None:
        if not self._learn_again.isActive():
            self._learn_again.start()
            self._learn()

    def _learn(self) -> None:
        """Read what is new into the index, so that facets know it; the list is then shown anew."""
        self._learning.ask(self._access.learn, then=self._learned, failed=lambda _error: None)

    def _learned(self, has_news: bool) -> None:
        if has_news:
            self._window.desk.look_at_library()

    def show_hit(self, hit: Hit | None) -> None:
        """Show this hit in its context."""
        self.context.show_hit(hit)

    def stop(self) -> None:
        """End the threads."""
        self._learn_again.stop()
        self.context.stop()
        self._importing.stop(within_s=CLEARING_S)
        self._learning.stop()
        self._home.shut()


def _in_menu(name: str) -> str:
    return visible(name).replace("&", "&&")
