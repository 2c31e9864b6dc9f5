"""Connects the timeline to the desk: going from mark to mark, the range by keys, thumbnails."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from player import lanes
from player.timeline import Times
from player.ui.desk import RUNNING
from recorder.clock import NS_PER_S

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

SLACK_NS = NS_PER_S  # while it plays, "the one before" is not the one just passed


class TimelineController(QObject):
    """Its methods without underscore are commands of `keys.py`."""

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._desk, self._view, self._search = window.desk, window.timeline, window.search
        self._view.seek_requested.connect(self._desk.seek)
        self._view.thumbnail_wanted.connect(self._desk.ask_thumbnail)
        self._desk.thumbnail.connect(self._view.show_thumbnail)

    # --- from mark to mark --------------------------------------------------------------------------------------------

    def next_alert(self) -> None:
        """The next alert."""
        self._go(self._alerts(), 1)

    def previous_alert(self) -> None:
        """The alert before."""
        self._go(self._alerts(), -1)

    def next_bookmark(self) -> None:
        """The next bookmark."""
        self._go(self._view.bookmark_times_ns, 1)

    def previous_bookmark(self) -> None:
        """The bookmark before."""
        self._go(self._view.bookmark_times_ns, -1)

    def next_window(self) -> None:
        """To where another window becomes active."""
        self._go(self._windows(), 1)

    def previous_window(self) -> None:
        """To where the window before became active."""
        self._go(self._windows(), -1)

    def next_command(self) -> None:
        """The next command that was entered."""
        self._go(self._commands(), 1)

    def previous_command(self) -> None:
        """The command entered before."""
        self._go(self._commands(), -1)

    def next_gap(self) -> None:
        """The next range of which there is no sound record."""
        self._go(self._view.gap_times_ns, 1)

    def previous_gap(self) -> None:
        """The range before of which there is no sound record."""
        self._go(self._view.gap_times_ns, -1)

    def next_mark(self) -> None:
        """The next hit of the search in this recording."""
        self._go(self._view.hit_times_ns, 1)

    def previous_mark(self) -> None:
        """The hit before."""
        self._go(self._view.hit_times_ns, -1)

    # --- the range ----------------------------------------------------------------------------------------------------

    def range_start(self) -> None:
        """The range starts at the position."""
        if self._desk.facts is not None:
            playback = self._desk.playback
            self._view.select(lanes.started_at(self._view.selected_range, playback.position_ns, playback.duration_ns))

    def range_end(self) -> None:
        """The range ends at the position."""
        if self._desk.facts is not None:
            playback = self._desk.playback
            self._view.select(lanes.ended_at(self._view.selected_range, playback.position_ns, playback.duration_ns))

    def clear_range(self) -> None:
        """No range any more."""
        self._view.select(None)

    def show_range(self) -> None:
        """The range, or all of the recording, as large as there is room."""
        self._view.show_range()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _alerts(self) -> Times:
        return self._view.columns.alerts.starts_ns

    def _windows(self) -> Times:
        return self._view.columns.windows.starts_ns

    def _commands(self) -> Times:
        return self._view.columns.commands.starts_ns

    def _go(self, times_ns: Times, direction: int) -> None:
        playback = self._desk.playback
        slack_ns = SLACK_NS if playback.state in RUNNING else 0
        at_ns = lanes.neighbour(times_ns, playback.position_ns, direction, slack_ns=slack_ns)
        if at_ns is not None:
            self._desk.seek(at_ns)
