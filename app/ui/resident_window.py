"""The window: what is recorded right now, since when, to where, and by which policy."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.resident.news import MiniatureTaken, News, Noted, RowsSaid, SessionBegun
from app.resident.standing import Known, Standing
from app.resident.state_words import StateSaid, free_room, since_said, storage_action, storage_state
from app.resident.telling import policy_told, signer_told
from app.ui.miniature_view import MiniatureView
from app.ui.rows_view import RowsModel, RowsView
from app.ui.settings_list import SettingsList
from app.ui.state_banner import StateBanner
from recorder.policy.agent_policy import AgentPolicy
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.settings import Settings
from resources.ui.widgets import ElidedLabel, name_control, plain_label

SIZE_PX = (1200, 860)
SIDE_PX = 480
LEAST_SIDE_PX = 280


class ResidentWindow(QWidget):
    """Closing it only hides it: the recording goes on, and the indicator stays."""

    seen = Signal(bool)  # whether anybody can look at the picture
    rights_asked = Signal()
    notice_asked = Signal()
    stop_asked = Signal()
    setting_chosen = Signal(str, str)

    def __init__(self, policy: AgentPolicy, root: bytes, settings: Settings, *, look: Look) -> None:
        super().__init__()
        self._policy, self._root, self._look = policy, root, look
        words = look.words
        self.setWindowTitle(words("agent_window.title"))
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.banner, self.picture = StateBanner(look=look), MiniatureView(look=look)
        self.rows = RowsModel(look=look)
        self.rows_view = RowsView(self.rows, look=look)
        self.session, self.purpose, self.folder = ElidedLabel(), ElidedLabel(part="dim"), ElidedLabel(part="dim")
        self.storage, self.storage_text = plain_label(), plain_label(part="dim", wraps=True)
        self.notice_open = plain_label(words("agent_notice.open_is"), part="warn", wraps=True)
        self.notice_open.hide()
        self.noted = plain_label(part="warn", wraps=True)
        self.noted.hide()
        self.settings_list = SettingsList(policy, settings, look=look)
        self.settings_list.chosen.connect(self.setting_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        both = QHBoxLayout()
        both.setContentsMargins(20, 16, 0, 0)
        both.setSpacing(20)
        both.addWidget(self._seen_side(), 1)
        both.addWidget(self._facts_side(), 1)
        column.addLayout(both, 1)
        column.addLayout(self._foot())
        self._keys()
        self.resize(QSize(*SIZE_PX).boundedTo(self.screen().availableSize() * 0.95))

    def tell(self, known: Known, standing: Standing, tone: str, said: StateSaid) -> None:
        """What holds now."""
        words = self._look.words
        self.banner.tell(standing, tone, said.title, said.text, since_said(known, standing, words))
        state = storage_state(known, words)
        free = words("agent_storage.free", free=free_room(known))
        self.storage.setText(f"{state}  ·  {free}" if known.storage is not None else state)
        self.storage_text.setText(storage_action(known, words) if known.storage is not None else "")
        self.storage_text.setVisible(bool(self.storage_text.text()))
        if standing in (Standing.NOT_RECORDING, Standing.STARTING):
            self.picture.clear()

    def tell_notice(self, *, is_confirmed: bool) -> None:
        """Whether the notice is confirmed."""
        self.notice_open.setHidden(is_confirmed)

    def hear(self, news: News) -> None:
        """What came."""
        match news:
            case MiniatureTaken():
                self.picture.show_image(news.image)
            case RowsSaid():
                self.rows.add(news.rows)
            case SessionBegun():
                self._begun(news)
            case Noted():
                self.noted.setText(visible(self._look.words.said(news.sentence)))
                self.noted.show()
            case _:
                pass

    def closeEvent(self, event: QCloseEvent) -> None:
        """It hides."""
        event.ignore()
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """The picture is wanted."""
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self.seen.emit(False)

    def _begun(self, news: SessionBegun) -> None:
        words = self._look.words
        self.rows.started_wall_ns = news.started_wall_ns
        self.session.show_text(words("agent_window.session", operator=visible(news.operator), host=visible(news.host)))
        purpose = visible(news.purpose)
        self.purpose.show_text(
            words("agent_window.purpose", purpose=purpose) if purpose else words("agent_window.purpose_none")
        )
        self.folder.show_text(words("agent_window.folder", folder=visible(news.folder)))

    def _seen_side(self) -> QSplitter:
        words = self._look.words
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(1)
        for title, view, stretch in (
            (words("agent_window.picture"), self.picture, 3),
            (words("agent_window.rows"), self.rows_view, 2),
        ):
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 6, 0, 6)
            column.setSpacing(8)
            column.addWidget(plain_label(title, part="heading"))
            column.addWidget(view, 1)
            parts.addWidget(part)
            parts.setStretchFactor(parts.count() - 1, stretch)
        return parts

    def _facts_side(self) -> QScrollArea:
        words = self._look.words
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 6, 20, 12)
        column.setSpacing(4)
        for label in (self.session, self.purpose, self.folder, self.notice_open, self.noted):
            column.addWidget(label)
        self._section(column, words("agent_window.storage"), self.storage, self.storage_text)
        self.policy = plain_label(visible(policy_told(self._policy, words)), wraps=True)
        self.signer = plain_label(signer_told(self._policy, self._root, words), part="dim", wraps=True)
        self._section(column, words("agent_policy.title"), self.policy, self.signer)
        why = plain_label(words("agent_window.settings_why"), part="dim", wraps=True)
        self._section(column, words("agent_window.settings"), why)
        column.addSpacing(6)
        column.addWidget(self.settings_list)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        least_px = inside.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width()
        area.setMinimumWidth(max(LEAST_SIDE_PX, least_px))
        area.setMaximumWidth(max(SIDE_PX, least_px))
        return area

    def _section(self, column: QVBoxLayout, title: str, *parts: QWidget) -> None:
        column.addSpacing(14)
        column.addWidget(plain_label(title, part="heading"))
        for part in parts:
            column.addWidget(part)

    def _foot(self) -> QHBoxLayout:
        words = self._look.words
        row = QHBoxLayout()
        row.setContentsMargins(20, 12, 20, 16)
        row.setSpacing(8)
        self.rights, self.notice = QPushButton(words("agent_window.rights")), QPushButton(words("agent_window.notice"))
        self.stop = QPushButton(words("agent_window.stop"))
        self.rights.clicked.connect(self.rights_asked)
        self.notice.clicked.connect(self.notice_asked)
        self.stop.clicked.connect(self.stop_asked)
        may_stop = self._policy.supervision.operator_may_stop
        self.stop.setEnabled(may_stop)
        if not may_stop:
            name_control(self.stop, words("agent_window.stop_not"))
        row.addWidget(self.rights)
        row.addWidget(self.notice)
        row.addStretch(1)
        if not may_stop:
            row.addWidget(plain_label(words("agent_window.stop_not"), part="dim"))
        row.addWidget(self.stop)
        return row

    def _keys(self) -> None:
        hide = QAction(self)
        hide.setShortcuts([QKeySequence("Esc"), QKeySequence("Ctrl+W")])
        hide.triggered.connect(self.hide)
        self.addAction(hide)
