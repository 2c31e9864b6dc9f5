"""Play, pause, step, speed, skip idle, go live; and what time it is."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from player.playback import SPEEDS, Moment, State
from player.timeline import clock_text, time_text
from resources.ui.look import SMALL_PX, Look, text_font
from resources.ui.widgets import icon_button, name_control, plain_label, text_button

RUNNING = (State.PLAYING, State.SKIPPING, State.LIVE)


def speed_text(speed: float) -> str:
    """A speed as people write it."""
    return f"{speed:g}×"


class TransportBar(QWidget):
    """Says what is asked by signals, and shows the moment it is given."""

    play_toggled = Signal()
    step_requested = Signal(int)
    start_requested = Signal()
    end_requested = Signal()
    speed_chosen = Signal(float)
    skip_idle_toggled = Signal(bool)
    idle_play_requested = Signal()
    live_requested = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._duration_ns = 0
        self._state: State | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 4, 16, 12)
        grid.addWidget(self._times(), 0, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addLayout(self._controls(), 0, 1)
        grid.addLayout(self._modes(), 0, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        self.show_nothing()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Nothing is open."""
        for control in self._needing:
            control.setEnabled(False)
        self._time.setText("–:––:––.–––")
        self._clock.setText("")
        self._skipping.hide()
        self.live.hide()

    def show_recording(self, duration_ns: int, *, is_live: bool) -> None:
        """A recording is open and reaches this far."""
        self._duration_ns = duration_ns
        for control in self._needing:
            control.setEnabled(True)
        self.live.setVisible(is_live)

    def show_moment(self, moment: Moment, wall_ns: int | None, utc_offset_s: int) -> None:
        """Playback is here."""
        words = self._look.words
        if moment.state is not self._state:
            self._show_state(moment.state)
        self._time.setText(f"{time_text(moment.position_ns)}  /  {time_text(self._duration_ns, milliseconds=False)}")
        self._clock.setText("" if wall_ns is None else clock_text(wall_ns, utc_offset_s))
        self.speed.setText(speed_text(moment.speed))
        self.live.setChecked(moment.state is State.LIVE)
        if moment.skipped is not None:
            length = time_text(moment.skipped.end_ns - moment.skipped.start_ns, milliseconds=False)
            self._skipping.setText(" " + words("transport.skipping", length=length))
        self._skipping.setVisible(moment.skipped is not None)

    def _show_state(self, state: State) -> None:
        words, runs, is_live = self._look.words, state in RUNNING, state is State.LIVE
        self._state = state
        self.play.setIcon(self._look.icon("pause" if runs else "play", tone="on_button"))
        name_control(self.play, words("transport.pause" if runs else "transport.play"))
        self.live.setText(" " + words("transport.is_live" if is_live else "transport.go_live"))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _times(self) -> QWidget:
        self._time = plain_label(part="title")
        self._time.setFont(text_font(18, strong=True))
        self._time.setMinimumWidth(260)
        self._clock = plain_label(part="dim")
        self._clock.setFont(text_font(SMALL_PX))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._time)
        column.addWidget(self._clock)
        return holder

    def _controls(self) -> QHBoxLayout:
        words = self._look.words
        row = QHBoxLayout()
        row.setSpacing(6)
        start = icon_button(self._look, "to_start", words("transport.start"), pressed=self.start_requested.emit)
        back = icon_button(self._look, "step_back", words("transport.step_back"))
        back.clicked.connect(lambda: self.step_requested.emit(-1))
        self.play = QToolButton()
        self.play.setProperty("part", "play")
        self.play.setFixedSize(36, 36)
        self.play.setIconSize(QSize(18, 18))
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.clicked.connect(self.play_toggled)
        self.play.setIcon(self._look.icon("play", tone="on_button"))
        name_control(self.play, words("transport.play"))
        forward = icon_button(self._look, "step_forward", words("transport.step_forward"))
        forward.clicked.connect(lambda: self.step_requested.emit(1))
        end = icon_button(self._look, "to_end", words("transport.end"), pressed=self.end_requested.emit)
        for button in (start, back, self.play, forward, end):
            row.addWidget(button)
        self._needing: list[QWidget] = [start, back, self.play, forward, end]
        return row

    def _modes(self) -> QHBoxLayout:
        words = self._look.words
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self._skipping = text_button(self._look, "", words("transport.play_idle"), icon="skip_idle", part="live")
        self._skipping.clicked.connect(self.idle_play_requested)
        self.skip_idle = text_button(
            self._look, words("transport.skip_idle"), words("transport.skip_idle_tip"), icon="skip_idle"
        )
        self.skip_idle.setCheckable(True)
        self.skip_idle.toggled.connect(self.skip_idle_toggled)
        self.speed = text_button(self._look, speed_text(1.0), words("transport.speed"))
        self.speed.setMinimumWidth(56)
        menu = QMenu(self.speed)
        for speed in SPEEDS:
            menu.addAction(speed_text(speed)).triggered.connect(
                lambda _checked=False, value=speed: self.speed_chosen.emit(value)
            )
        self.speed.setMenu(menu)
        self.speed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.live = text_button(self._look, "", words("transport.go_live_tip"), icon="live", part="live")
        self.live.setCheckable(True)
        self.live.clicked.connect(self.live_requested)
        for control in (self._skipping, self.skip_idle, self.speed, self.live):
            row.addWidget(control)
        self._needing += [self.skip_idle, self.speed, self.live]
        return row
