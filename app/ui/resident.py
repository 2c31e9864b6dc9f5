"""Puts the resident's windows together: tray, indicator, notice, window and answers, on what is told by supervision."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from app.resident.news import AlertRaised, Alive, Asks, News, Noted, RowsSaid, SessionBegun, StorageEnds
from app.resident.standing import Known, Standing
from app.resident.state_words import session_time, state_said
from app.ui.answers import Answers, Desktop
from app.ui.indicator import Indicator
from app.ui.lock_seen import LockSeen
from app.ui.notices import Notices
from app.ui.resident_window import ResidentWindow
from app.ui.rights_dialog import RightsDialog
from app.ui.state_icon import state_icon
from app.ui.state_told import StateTold
from app.ui.stop_dialog import StopDialog
from app.ui.storage_end import StorageEnding
from app.ui.tray import Tray
from app.ui.tray_menu import TrayMenu
from recorder.policy.agent_policy import AgentPolicy
from resources.row_words import RowWords
from resources.ui.dressing import appearance_of, dress, make_look
from resources.ui.look import read_colours
from resources.ui.settings import Settings
from resources.ui.widgets import bring_forward
from resources.words import read_words

LOOKED_EVERY_MS = 2000
BESIDE_TRAY = "indicator_beside_tray"


class ResidentDesk(QObject):
    """Owns all of it. `hear` is called in the window's thread.

    Its one `Look` is changed when another language or other colours are chosen, and what has its texts is made anew.
    """

    def __init__(
        self,
        policy: AgentPolicy,
        root: bytes,
        asks: Asks,
        settings: Settings,
        *,
        desktop: Desktop,
        lock_seen: LockSeen,
        now_ns: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._policy, self._root, self._asks, self._settings = policy, root, asks, settings
        self._lock_seen, self._now_ns = lock_seen, now_ns
        self.known = Known()
        self._alive_ns: int | None = None
        self._noted: Noted | None = None
        self._look = make_look(settings)
        dress(self._look)
        self._state_told = StateTold(self)
        self.notices = Notices(policy, asks, self._state_told, look=self._look, parent=self)
        self.notices.changed_language.connect(lambda language: self._choose("language", language))
        self.answers = Answers(asks, desktop, self._state_told, look=self._look, time_of=self._time_of, parent=self)
        self.storage_ending = StorageEnding(asks, desktop.end, self._state_told, look=self._look, parent=self)
        self._rights: RightsDialog | None = None
        self._stopping: StopDialog | None = None
        self._furnish()
        self.notices.confirmed.connect(lambda _purpose: self._tell())
        self._clock = QTimer(self, interval=LOOKED_EVERY_MS, timerType=Qt.TimerType.VeryCoarseTimer)
        self._clock.timeout.connect(self._tell_of_now)
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def standing(self) -> Standing:
        """The state now."""
        return self.known.standing(now_ns=self._now_ns())

    def start(self) -> None:
        """Show that there is an agent, and the notice."""
        self.tray.start()
        self._place_indicator()
        self._clock.start()
        if not self.notices.is_confirmed:
            self.notices.remind()

    def stop(self) -> None:
        """The program ends."""
        self._clock.stop()
        self.notices.stop()
        self.answers.stop()
        self.storage_ending.stop()
        for dialog in (self._rights, self._stopping):
            if dialog is not None:
                dialog.close()
        self._clear_away()

    def hear(self, news: News) -> None:
        """Something was told."""
        self.known = self.known.told(news, now_ns=self._now_ns())
        if isinstance(news, RowsSaid):
            self._lock_seen.hear(news)
        elif isinstance(news, Noted):
            self._noted = news
        elif isinstance(news, AlertRaised):
            self.answers.answer(news)
        elif isinstance(news, StorageEnds):
            self.notices.stop()  # one cover at a time
            self.storage_ending.begin(news)
        elif isinstance(news, SessionBegun) and self.storage_ending.cover is not None:
            self.storage_ending.lift()
            if not self.notices.is_confirmed:
                self.notices.remind()
        self.window.hear(news)
        self._tell()

    def hear_alive(self) -> None:
        """The recorder lives: seen when the clock looks, so it wakes no thread. From any thread."""
        self._alive_ns = self._now_ns()

    def open(self) -> None:
        """Show the window."""
        bring_forward(self.window)

    @property
    def rights(self) -> RightsDialog | None:
        """The page of the operator's rights, while it is open."""
        return self._rights

    def show_rights(self) -> None:
        """Show what is recorded, and the operator's rights."""
        if self._rights is None:
            self._rights = RightsDialog(self._policy, self._root, look=self._look)
            self._rights.finished.connect(self._rights_read)
        bring_forward(self._rights)

    # --- what is made anew for another language ---

    def _furnish(self) -> None:
        look, settings = self._look, self._settings
        self._row_words = RowWords(look.words)
        self._told: tuple[object, ...] = ()
        self.window = ResidentWindow(self._policy, self._root, settings, look=look)
        self.window.seen.connect(self._asks.show_miniatures)
        self.window.rights_asked.connect(self.show_rights)
        self.window.notice_asked.connect(self.notices.show)
        self.window.stop_asked.connect(self._ask_to_stop)
        self.window.setting_chosen.connect(self._choose, Qt.ConnectionType.QueuedConnection)
        self.indicator = Indicator(self._state_told, look=look, settings=settings)
        self.indicator.harmed.connect(self._asks.indicator_hidden)
        self.indicator.opened.connect(self.open)
        self.indicator.menu_asked.connect(self._show_menu)
        may_stop = self._policy.supervision.operator_may_stop
        self.menu = TrayMenu(look=look, may_stop=may_stop, is_beside=self._is_beside)
        self.menu.open_asked.connect(self.open)
        self.menu.notice_asked.connect(self.notices.show)
        self.menu.rights_asked.connect(self.show_rights)
        self.menu.stop_asked.connect(self._ask_to_stop)
        self.menu.fold_asked.connect(lambda: self.indicator.set_folded(not self.indicator.is_folded))
        self.menu.beside_chosen.connect(self._choose_beside)
        self.tray = Tray(self.menu, parent=self)
        self.tray.opened.connect(self.open)
        self.tray.changed.connect(lambda _is_there: self._place_indicator())
        self._tell()

    def _clear_away(self) -> None:
        self.tray.stop()
        self.tray.deleteLater()
        self.indicator.vanish()
        for part in (self.indicator, self.menu, self.window):
            part.hide()
            part.deleteLater()

    def _speak_otherwise(self) -> None:
        rows, was_open, place = self.window.rows.rows, self.window.isVisible(), self.window.geometry()
        self._clear_away()
        self._furnish()
        for news in (self.known.session, RowsSaid(rows), self._noted):
            if news is not None:
                self.window.hear(news)
        self.tray.start()
        self._place_indicator()
        if was_open:
            self.window.setGeometry(place)
            self.open()

    # --- what is chosen ---

    def _choose(self, setting: str, value: str) -> None:
        self._settings.setValue(setting, value)
        if setting == "appearance":
            self._follow_system()
        elif value != self._look.words.language:
            self._look.words = read_words(value)
            self._speak_otherwise()

    def _follow_system(self) -> None:
        colours = read_colours(appearance_of(self._settings))
        if colours != self._look.colours:
            self._look.colours = colours
            dress(self._look)
            self._told = ()
            self.indicator.dress()
            self._tell()

    @property
    def _is_beside(self) -> bool:
        return str(self._settings.value(BESIDE_TRAY, "no")) == "yes"

    def _choose_beside(self, is_beside: bool) -> None:
        self._settings.setValue(BESIDE_TRAY, "yes" if is_beside else "no")
        self._place_indicator()

    def _place_indicator(self) -> None:
        """There is always one of the two."""
        self.menu.tell_tray(is_there=self.tray.is_there)
        if self.tray.is_there and not self._is_beside:
            self.indicator.vanish()
        else:
            self.indicator.appear()

    def _show_menu(self, place: QPoint) -> None:
        words = self._look.words
        fold = "agent_indicator.unfold" if self.indicator.is_folded else "agent_indicator.fold"
        self.menu.fold.setText(words(fold))
        self.menu.popup(place)

    def _ask_to_stop(self) -> None:
        if self._stopping is None:
            self._stopping = StopDialog(look=self._look)
            self._stopping.finished.connect(self._stop_answered)
        bring_forward(self._stopping)

    def _stop_answered(self, answer: int) -> None:
        if self._stopping is not None:
            self._stopping.deleteLater()
            self._stopping = None
        if answer == QDialog.DialogCode.Accepted and self._policy.supervision.operator_may_stop:
            self._asks.stop("the operator ended it in the agent's window")

    def _rights_read(self, _answer: int) -> None:
        if self._rights is not None:
            self._rights.deleteLater()
            self._rights = None

    # --- what is shown ---

    def _tell_of_now(self) -> None:
        alive_ns, self._alive_ns = self._alive_ns, None
        if alive_ns is not None:
            self.known = self.known.told(Alive(), now_ns=max(alive_ns, self.known.heard_ns or 0))
        if not self._told or self._told[0] != self.standing:  # whatever else there is to say was told of itself
            self._tell()

    def _tell(self) -> None:
        standing = self.standing
        tone = self.known.tone(standing)
        said = state_said(self.known, standing, self._look.words, self._row_words)
        told = (standing, tone, said, self.known.session, self.known.storage, self.notices.is_confirmed)
        if told == self._told:
            return
        self._told = told
        self.window.tell_notice(is_confirmed=self.notices.is_confirmed)
        self.window.tell(self.known, standing, tone, said)
        self.indicator.tell(standing, tone, said.title, said.text)
        self._state_told.tell(standing, tone, said.title)
        self.menu.state.setText(said.title)
        sign = state_icon(self._look, standing, tone)
        QApplication.setWindowIcon(sign)
        self.tray.tell(sign, self._look.words("agent_tray.tip", state=said.title))

    def _time_of(self, at_ns: int) -> str:
        session = self.known.session
        return session_time(session.started_wall_ns if session is not None else None, at_ns)
