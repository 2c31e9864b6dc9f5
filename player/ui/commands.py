"""What the keys do: a method for each shortcut, named as in `keys.py`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from player.differences import marked_before
from player.playback import Playback
from player.ui.dialogs import FolderDialog
from player.ui.keys import SHORTCUTS
from player.ui.keys_page import KeysDialog
from recorder.clock import NS_PER_S

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

TIMELINE_ZOOM = 1.5
NOT_AT_THE_SIDE = frozenset({"copy_picture"})  # there the rows of the log are copied


class Commands(QObject):
    """Gives the window's commands to the desk and the panels."""

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._window = window
        self._parts: list[QObject] = [self]

    def also(self, part: QObject) -> None:
        """The methods of this part of the window are commands too."""
        self._parts.append(part)

    def add_shortcuts(self) -> None:
        """Make every key of `SHORTCUTS` work in the whole window."""
        for shortcut in SHORTCUTS:
            for key in shortcut.keys:
                for place in self._places(shortcut.name):
                    made = QShortcut(QKeySequence(key), place)
                    if place is not self._window:
                        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                    made.activated.connect(self.command(shortcut.name))

    def _places(self, name: str) -> tuple[QWidget, ...]:
        """Where a key works. What the side panel has a command of its own for works everywhere but there."""
        window = self._window
        if name not in NOT_AT_THE_SIDE:
            return (window,)
        return (window.header, window.banner, window.library, window.stage, window.bottom)

    def command(self, name: str) -> Callable[[], None]:
        """The command of this name, whichever part of the window has it."""
        command: Callable[[], None] = getattr(next(part for part in self._parts if hasattr(part, name)), name)
        return command

    # --- playing ------------------------------------------------------------------------------------------------------

    def toggle_play(self) -> None:
        """Play or pause; but a key presses the button that has the focus."""
        focused = QApplication.focusWidget()
        if isinstance(self.sender(), QShortcut) and isinstance(focused, QAbstractButton) and focused.isEnabled():
            focused.animateClick()
        else:
            self._window.desk.do(Playback.toggle)

    def back_5_s(self) -> None:
        """As its name says."""
        self._by(-5)

    def forward_5_s(self) -> None:
        """As its name says."""
        self._by(5)

    def back_30_s(self) -> None:
        """As its name says."""
        self._by(-30)

    def forward_30_s(self) -> None:
        """As its name says."""
        self._by(30)

    def step_back(self) -> None:
        """To the change before."""
        self._window.desk.step(-1)

    def step_forward(self) -> None:
        """To the next change."""
        self._window.desk.step(1)

    def to_start(self) -> None:
        """To the start."""
        self._window.desk.seek(0)

    def to_end(self) -> None:
        """To the end, as far as it is recorded."""
        self._window.desk.seek(self._window.desk.playback.duration_ns)

    def slower(self) -> None:
        """The speed below."""
        self._window.desk.do(Playback.slower)

    def faster(self) -> None:
        """The speed above."""
        self._window.desk.do(Playback.faster)

    def normal_speed(self) -> None:
        """As fast as it happened."""
        self._window.desk.do(lambda playback: playback.set_speed(1.0))

    def toggle_skip_idle(self) -> None:
        """Skip idle times, or do not."""
        self._window.transport.skip_idle.toggle()

    def go_live(self) -> None:
        """Go with the edge of a running session."""
        self._window.desk.do(Playback.go_live)

    # --- finding ------------------------------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """Into the search box."""
        self._window.header.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._window.header.search.selectAll()

    def leave(self) -> None:
        """Out of a text box, so that the keys play again; then out of the range; then out of the full screen."""
        window = self._window
        if window.screen_work.leave():
            return
        if window.stage.view.hasFocus() and not window.timeline.leave() and window.isFullScreen():
            self.full_screen()
        window.stage.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_hit(self) -> None:
        """The next place found."""
        self._window.search.choose_next(1)

    def previous_hit(self) -> None:
        """The place found before."""
        self._window.search.choose_next(-1)

    def next_finding(self) -> None:
        """The list of findings."""
        self._show_side()
        self._window.side.show_page(self._window.findings)
        self._window.findings.view.setFocus()

    def show_log(self) -> None:
        """The operation log, and into its filter."""
        self._show_side()
        self._window.side.show_page(self._window.log)
        self._window.log.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._window.log.filter.selectAll()

    # --- looking ------------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole picture."""
        self._window.stage.view.fit()

    def real_size(self) -> None:
        """A pixel for a pixel."""
        self._window.stage.view.zoom_to_real_size()

    def zoom_in(self) -> None:
        """Larger."""
        self._window.stage.view.zoom_by_step(1)

    def zoom_out(self) -> None:
        """Smaller."""
        self._window.stage.view.zoom_by_step(-1)

    def next_monitor(self) -> None:
        """The next monitor alone, or all."""
        self._window.stage.next_monitor()

    def pan_left(self) -> None:
        """What lies to the left."""
        self._window.screen_work.pan(-1, 0)

    def pan_right(self) -> None:
        """What lies to the right."""
        self._window.screen_work.pan(1, 0)

    def pan_up(self) -> None:
        """What lies above."""
        self._window.screen_work.pan(0, -1)

    def pan_down(self) -> None:
        """What lies below."""
        self._window.screen_work.pan(0, 1)

    def choose_region(self) -> None:
        """Draw the region that is kept in sight."""
        self._window.screen_work.choose_region()

    def magnify(self) -> None:
        """The magnifier: on the own pointer, on the recorded one, off."""
        self._window.screen_work.magnify()

    def magnify_more(self) -> None:
        """A stronger magnifier."""
        self._window.screen_work.magnify_by(1)

    def magnify_less(self) -> None:
        """A weaker magnifier."""
        self._window.screen_work.magnify_by(-1)

    def toggle_overlay(self) -> None:
        """What was typed and clicked, over the picture."""
        self._window.screen_work.toggle_overlay()

    def pin_moment(self) -> None:
        """Pin this moment to compare others with it."""
        self._window.screen_work.comparing.pin()

    def pin_marked(self) -> None:
        """Compare with where the selected range starts, or with the bookmark before."""
        window = self._window
        timeline, chosen = window.timeline, window.timeline.selected_range
        start_ns = None if chosen is None else chosen.start_ns
        at_ns = marked_before(start_ns, timeline.bookmark_times_ns, window.desk.playback.position_ns)
        window.screen_work.comparing.pin_marked(at_ns)

    def flip_moments(self) -> None:
        """The other of the two moments in the same place."""
        self._window.screen_work.comparing.flip()

    def both_moments(self) -> None:
        """Both moments side by side."""
        self._window.screen_work.comparing.show_both()

    def end_compare(self) -> None:
        """Compare no more."""
        self._window.screen_work.comparing.end()

    def copy_picture(self) -> None:
        """Copy the picture."""
        self._window.screen_work.pictures.copy()

    def save_picture(self) -> None:
        """Save the picture."""
        self._window.screen_work.pictures.save()

    def timeline_in(self) -> None:
        """Less time on the timeline."""
        self._window.timeline.zoom(TIMELINE_ZOOM)

    def timeline_out(self) -> None:
        """More time on the timeline."""
        self._window.timeline.zoom(1 / TIMELINE_ZOOM)

    # --- the window ---------------------------------------------------------------------------------------------------

    def toggle_library(self) -> None:
        """Show or hide the library."""
        self._toggle(self._window.library)

    def toggle_log(self) -> None:
        """Show or hide the log."""
        self._toggle(self._window.side)

    def open_folder(self) -> None:
        """Ask for a folder: a recording is opened, any other becomes the library."""
        window = self._window
        folder = FolderDialog.ask(window.look.words("app.open_title"), window.desk.library, parent=window)
        if folder is not None:
            window.desk.open_folder(folder)

    def copy_link(self) -> None:
        """The link of this moment, on the clipboard."""
        self._window.libraries.copy_link()

    def facets(self) -> None:
        """The controls that narrow the library."""
        self._window.libraries.show_facets()

    def import_recording(self) -> None:
        """Take a recording from elsewhere into the library."""
        self._window.libraries.ask_import()

    def full_screen(self) -> None:
        """Fill the screen, or do not."""
        window = self._window
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_keys(self) -> None:
        """The list of keys."""
        KeysDialog.show_keys(look=self._window.look, parent=self._window)

    def verify_again(self) -> None:
        """Verify the open recording once more."""
        self._window.desk.judge()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _by(self, seconds: int) -> None:
        desk = self._window.desk
        desk.seek(desk.playback.position_ns + seconds * NS_PER_S)

    def _show_side(self) -> None:
        self._window.panel_of(self._window.side).show()

    def _toggle(self, widget: QWidget) -> None:
        holder = self._window.panel_of(widget)
        holder.setVisible(holder.isHidden())
