"""The player's window: puts the panels together, and carries what happens between them and the desk."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from player.playback import Moment, Playback
from player.source import SessionFacts
from player.ui.access import Entry, Hit, Judgement, Level
from player.ui.admission import Admission
from player.ui.background import Question
from player.ui.coming_back import ComingBack
from player.ui.commands import Commands
from player.ui.coverage_controller import CoverageController
from player.ui.desk import Desk
from player.ui.dialogs import PassphraseDialog
from player.ui.export_controller import ExportController
from player.ui.findings_view import FindingsView
from player.ui.give_out_menu import GiveOutMenu
from player.ui.giving_out import GivingOut
from player.ui.header_bar import HeaderBar
from player.ui.library_controller import LibraryController
from player.ui.library_view import LibraryView
from player.ui.log_view import LogView
from player.ui.menu import main_menu
from player.ui.places import Places
from player.ui.reading import News
from player.ui.redaction_controller import RedactionController
from player.ui.request import Request
from player.ui.review_commands import ReviewCommands
from player.ui.review_controller import ReviewController
from player.ui.screen_panel import ScreenPanel
from player.ui.screen_work import ScreenWork
from player.ui.search_view import SearchView
from player.ui.searching import Searching
from player.ui.side_panel import SidePanel
from player.ui.timeline_controller import TimelineController
from player.ui.timeline_view import TimelineView
from player.ui.transport_bar import TransportBar
from player.ui.typing_rest import TypingRest
from player.ui.verdict_banner import VerdictBanner
from player.ui.walls_banner import WallsBanner
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.settings import Settings
from resources.ui.signals import HomeCarrier
from resources.ui.widgets import lead_down, panel, rule


class PlayerWindow(QMainWindow):
    """Owns the desk and stops it when it is closed."""

    settled = Signal()  # everything asked has been answered and painted
    setting_chosen = Signal(str)  # "appearance" or "language": it is in the settings already

    def __init__(self, desk: Desk, *, look: Look, settings: Settings) -> None:
        super().__init__()
        self.desk, self.look, self._settings = desk, look, settings
        self._facts: SessionFacts | None = None
        self._asked: Path | None = None  # opened, or tried to
        self._home = HomeCarrier(self)
        self.commands = Commands(self)
        self.places = Places(desk, settings=settings)
        self._make_panels()
        self.review = ReviewController(self)
        self.side.add_page(self.review.view, look.words("review.title"))
        self.side.add_page(self.review.queue_view, look.words("queue.title"))
        self._lay_out()
        self._connect_desk()
        self._connect_panels()
        self.commands.also(TimelineController(self))
        self.export = ExportController(self, settings)
        self.redacting = RedactionController(self)
        for part in (self.export, self.redacting):
            self.commands.also(part)
        self.coverage = CoverageController(self)
        self.coming_back = ComingBack(self)
        self.giving_out = GivingOut(self, settings)
        self.commands.also(ReviewCommands(self))
        self.commands.add_shortcuts()
        self.setWindowTitle(look.words("app.name"))
        self.setWindowIcon(look.icon("application", tone="accent"))
        self.resize(1440, 900)
        self._restore()
        self.stage.view.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.stage.view.setFocus()

    @property
    def is_settled(self) -> bool:
        """Whether everything asked has been answered."""
        parts = (self.desk, self.searching, self.screen_work, self.review)
        return all(part.is_settled for part in parts)

    # --- putting together ---------------------------------------------------------------------------------------------

    def _make_panels(self) -> None:
        look = self.look
        give_out = GiveOutMenu(self, look=look)
        menu = main_menu(self, look=look, settings=self._settings, give_out=give_out)
        self.header = HeaderBar(look=look, menu=menu, give_out=give_out)
        self.typing = TypingRest(self.header.search, self)
        self.banner = VerdictBanner(look=look)
        self.walls = WallsBanner(self.desk.access, look=look, home=self._home.carry)
        self.library = LibraryView(look=look)
        self.stage = ScreenPanel(look=look)
        self.screen_work = ScreenWork(
            self.desk,
            self.stage,
            look=look,
            settings=self._settings,
            verdict=lambda: self.banner.judgement.level.value,
            enter=self.desk.enter,
            redactions=lambda: self.export.redactions,
            home=self._home.carry,
            parent=self,
        )
        self.log = LogView(look=look, home=self._home.carry, settings=self._settings, wall_ns=self.desk.wall_ns_at)
        self.search = SearchView(look=look)
        self.findings = FindingsView(look=look)
        self.side = SidePanel(look=look, log=self.log, search=self.search, findings=self.findings)
        self.timeline = TimelineView(look=look)
        self.transport = TransportBar(look=look)
        self.searching = Searching(self.desk, self.search, self)
        self.libraries = LibraryController(self, self.desk.access, self._settings)

    def _lay_out(self) -> None:
        whole, column = panel(surface="window")
        middle = QSplitter(Qt.Orientation.Horizontal)
        middle.setHandleWidth(1)
        middle.setChildrenCollapsible(False)
        self._holders: dict[QWidget, QWidget] = {}
        for widget, least_px, stretch in ((self.library, 200, 0), (self.stage, 240, 1), (self.side, 260, 0)):
            holder, inner = panel()
            holder.setMinimumWidth(least_px)
            inner.addWidget(widget)
            middle.addWidget(holder)
            middle.setStretchFactor(middle.count() - 1, stretch)
            self._holders[widget] = holder
        middle.setSizes([280, 780, 380])
        self.middle = middle
        bottom, lower = panel()
        lower.setContentsMargins(0, 4, 0, 0)
        lower.addWidget(self.timeline)
        lower.addWidget(self.transport)
        for part in (self.header, rule(), self.walls, self.banner):
            column.addWidget(part)
        column.addWidget(middle, 1)
        column.addWidget(rule())
        column.addWidget(bottom)
        self.setCentralWidget(whole)
        self.bottom = bottom

    def _connect_desk(self) -> None:
        desk = self.desk
        desk.opening.connect(self._opening)
        desk.opened.connect(self._opened)
        desk.open_failed.connect(self._open_failed)
        desk.closed.connect(self._closed)
        desk.news.connect(self._came)
        desk.shown.connect(self.stage.show_shown)
        desk.moved.connect(self._moved)
        desk.judged.connect(self._judged)
        desk.listed.connect(self._listed)
        desk.listing_failed.connect(self.library.show_problem)
        desk.library_changed.connect(self._library_changed)
        desk.passphrase_needed.connect(self._ask_passphrase)
        desk.ask_through(Admission(self, look=self.look, typing=self.typing))
        self.log.output.enter = desk.enter
        answers = (desk.news, desk.shown, desk.picture_failed, desk.judged, desk.found)
        for signal in (*answers, desk.listed, desk.listing_failed, desk.open_failed, self.screen_work.answered):
            signal.connect(self._look_whether_settled)
        self.review.answered.connect(self._look_whether_settled)

    def _connect_panels(self) -> None:
        desk, transport = self.desk, self.transport
        self.header.library_toggled.connect(self.commands.toggle_library)
        self.header.log_toggled.connect(self.commands.toggle_log)
        self.header.search_edited.connect(self._search)
        self.header.search_entered.connect(lambda: self.search.choose_next(1))
        lead_down(self.header.search, self.search.view)
        self.banner.findings_requested.connect(self.commands.next_finding)
        self.library.recording_chosen.connect(lambda folder: desk.open(folder))
        self.library.reload_requested.connect(desk.list_library)
        for at_moment in (self.log.moment_chosen, self.findings.moment_chosen):
            at_moment.connect(desk.seek)
        self.search.hit_chosen.connect(self._show_hit)
        self.searching.marked.connect(self.timeline.show_hits)
        self.searching.marked.connect(self._look_whether_settled)
        transport.play_toggled.connect(self.commands.toggle_play)
        transport.step_requested.connect(desk.step)
        transport.start_requested.connect(self.commands.to_start)
        transport.end_requested.connect(self.commands.to_end)
        transport.speed_chosen.connect(lambda speed: desk.do(lambda playback: playback.set_speed(speed)))
        transport.skip_idle_toggled.connect(lambda skips: desk.do(lambda playback: playback.set_skip_idle(skips)))
        transport.idle_play_requested.connect(lambda: desk.do(Playback.play_idle))
        transport.live_requested.connect(self.commands.go_live)

    # --- from the desk ------------------------------------------------------------------------------------------------

    def _opening(self, request: Request) -> None:
        self._asked = request.folder
        self.header.show_asked(self._entry(request.folder), request.folder)
        self.library.show_open(request.folder)
        self.stage.show_opening(request.folder.name)

    def _opened(self, facts: SessionFacts, news: News) -> None:
        self._facts = facts
        self.setWindowTitle(self.look.words("app.title", who=visible(f"{facts.operator} @ {facts.host}")))
        self.header.show_facts(facts)
        self.stage.show_recording(news)
        self.log.show_recording(news, facts.utc_offset_s)
        self.timeline.show_recording(news, facts.started_wall_ns, facts.utc_offset_s)
        self.transport.show_recording(news.duration_ns, is_live=news.is_live)
        self.library.show_open(self.desk.folder)
        self.searching.show_news(news)

    def _open_failed(self, _request: Request, sentence: str) -> None:
        self.stage.show_failure(sentence)

    def _closed(self) -> None:
        self._facts = self._asked = None
        self.setWindowTitle(self.look.words("app.name"))
        self.header.show_facts(None)
        self.stage.show_nothing()
        self.log.show_recording(None)
        self.timeline.show_recording(None)
        self.transport.show_nothing()
        self.library.show_open(None)
        self.searching.show_news(None)
        self._judged(Judgement.none())

    def _came(self, news: News) -> None:
        self.stage.show_news(news)
        self.log.show_news(news)
        self.timeline.show_news(news)
        self.transport.show_recording(news.duration_ns, is_live=news.is_live)
        self.searching.show_news(news)

    def _moved(self, moment: Moment) -> None:
        offset_s = self._facts.utc_offset_s if self._facts is not None else 0
        self.transport.show_moment(moment, self.desk.wall_ns_at(moment.position_ns), offset_s)
        self.timeline.show_position(moment.position_ns, follows=moment.rate > 0)
        self.log.follow(moment.position_ns)
        self.stage.show_moment(moment.position_ns)

    def _judged(self, judgement: Judgement) -> None:
        self.banner.show_judgement(judgement)
        self.findings.show_judgement(judgement)
        self._show_level(judgement.level)

    def _show_level(self, level: Level) -> None:
        folder = self._asked
        if folder is not None and level not in (Level.UNCHECKED, Level.CHECKING):
            self.library.show_level(folder, level)

    def _entry(self, folder: Path) -> Entry | None:
        return next((entry for entry in self.library.entries if entry.folder == folder), None)

    def _library_changed(self, folder: Path) -> None:
        self._settings.setValue("library", str(folder))
        self.searching.look_for(self.searching.query)

    def _listed(self, entries: tuple[Entry, ...]) -> None:
        self.library.show_entries(entries, self.desk.library)
        self.stage.tell_library(has_recordings=bool(entries))
        self._show_level(self.banner.judgement.level)  # the list may be older than the verdict

    def _ask_passphrase(self, sentence: str, question: Question) -> None:
        text = self.look.words.said(sentence) or self.look.words("passphrase.text")
        question.answer(PassphraseDialog.ask(text, look=self.look, parent=self) if self.typing.wait() else None)

    def _look_whether_settled(self) -> None:
        if self.is_settled:
            self.settled.emit()

    # --- from the panels ----------------------------------------------------------------------------------------------

    def _search(self, query: str) -> None:
        if query.strip() and self.side.page is not self.search:
            self.side.show_page(self.search)
        elif not query.strip() and self.side.page is self.search:
            self.side.show_page(self.log)
        self.searching.look_for(query)

    def _show_hit(self, hit: Hit) -> None:
        self.desk.open(hit.folder, at_ns=hit.at_ns)

    def open(self, folder: Path, *, at_ns: int | None = None, follow: bool = False) -> None:
        """Open this recording."""
        self.desk.open(folder, at_ns=at_ns, follow=follow)

    # --- the window itself --------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        for key, restore in (("geometry", self.restoreGeometry), ("middle", self.middle.restoreState)):
            value = self._settings.value(key)
            if isinstance(value, QByteArray):
                restore(value)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember how the window stood, and end every thread."""
        self.remember()
        self.hide()  # it is gone at once, whatever its threads hang on
        self.stop()
        event.accept()

    def remember(self) -> None:
        """Keep for the next time how the window stands, and where in the recording."""
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("middle", self.middle.saveState())
        self.places.keep()
        self._settings.sync()

    def stop(self) -> None:
        """End every thread; the window is not used after it."""
        self.typing.end()
        self.walls.stop()
        self.searching.stop()
        self.libraries.stop()
        self.screen_work.stop()
        self.log.stop()
        self.export.stop()
        self.coverage.stop()
        self.giving_out.stop()
        self.review.stop()
        self.desk.stop()
        self._home.shut()

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(1440, 900)

    def panel_of(self, widget: QWidget) -> QWidget:
        """The part of the splitter that holds this panel."""
        return self._holders[widget]
