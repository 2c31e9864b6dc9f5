"""Connects the list of redactions with the picture, and with what is exported."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from player.decoder import Shown
from player.source import SessionFacts
from player.ui.reading import News
from player.ui.redaction_dialog import RedactionDialog
from player.ui.redaction_overlay import RedactionOverlay
from player.video.redaction import Redaction
from player.video.redaction_list import RedactionList
from recorder.errors import WorldError
from recorder.geometry import Rect
from resources.ui.widgets import bring_forward

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class RedactionController(QObject):
    """One for each window; the list is of the open recording, and begins anew with the next one."""

    changed = Signal(object)  # Redactions

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._window, self._look = window, window.look
        self.redactions = RedactionList()
        self.overlay = RedactionOverlay(window.stage.view, look=window.look)
        self.overlay.hide()
        self.dialog: RedactionDialog | None = None
        self._session = ""
        self._duration_ns = 0
        self._shown: Shown | None = None
        desk = window.desk
        desk.opened.connect(self._opened)
        desk.news.connect(self._came)
        desk.shown.connect(self._was_shown)
        desk.closed.connect(self._closed)
        self.overlay.drawn.connect(self._drawn)

    def redact(self) -> None:
        """Show the list and what is black, or only the picture."""
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.close()
        elif self._session:
            self.dialog = self.dialog or self._made()
            self.overlay.show()
            self.overlay.raise_()
            self._show()
            bring_forward(self.dialog)

    # --- from the desk ------------------------------------------------------------------------------------------------

    def _opened(self, facts: SessionFacts, news: News) -> None:
        if facts.session_id != self._session:
            self.redactions.clear()
            self._session = facts.session_id
        self._duration_ns = news.duration_ns
        self._show()

    def _came(self, news: News) -> None:
        self._duration_ns = news.duration_ns

    def _was_shown(self, shown: Shown, _spans: object) -> None:
        self._shown = shown
        self.overlay.show_shown(shown)

    def _closed(self) -> None:
        self._shown = None
        self.overlay.show_shown(None)
        if self.dialog is not None:
            self.dialog.close()

    # --- the list -----------------------------------------------------------------------------------------------------

    def _made(self) -> RedactionDialog:
        dialog, steps = RedactionDialog(look=self._look, parent=self._window), self.redactions
        dialog.drawing_changed.connect(lambda draws: self.overlay.set_drawing(is_drawing=draws))
        dialog.chosen.connect(lambda place: self.overlay.show_redactions(steps.items, place))
        dialog.edited.connect(lambda place, one: self._do(lambda: steps.change(place, one)))
        dialog.removed.connect(lambda place: self._do(lambda: steps.remove(place)))
        dialog.undo_requested.connect(lambda: self._do(steps.undo))
        dialog.redo_requested.connect(lambda: self._do(steps.redo))
        dialog.load_requested.connect(lambda path: self._file(steps.load, path))
        dialog.save_requested.connect(lambda path: self._file(steps.save, path))
        dialog.closed.connect(self.overlay.hide)
        return dialog

    def _drawn(self, screen: int, area: Rect) -> None:
        """A new area: over the selected range, else over all of the recording: rather too much than too little."""
        selected = self._window.timeline.selected_range
        start_ns, end_ns = (0, self._duration_ns) if selected is None else (selected.start_ns, selected.end_ns)
        one = Redaction(screen, area, start_ns, end_ns, self._last_reason())
        self._do(lambda: self.redactions.add(one), choose=len(self.redactions.items))
        if self.dialog is not None:
            self.dialog.fields["reason"].setFocus()
            self.dialog.fields["reason"].selectAll()

    def _last_reason(self) -> str:
        items = self.redactions.items
        return items[-1].reason if items else self._look.words("redact.reason_default")

    def _do(self, step: Callable[[], None], *, choose: int | None = None) -> None:
        step()
        self._show(choose=choose)

    def _file(self, work: Callable[[Path], None], path: Path) -> None:
        sentence = ""
        try:
            work(path)
        except WorldError as error:
            sentence = str(error)
        self._show()
        if self.dialog is not None:
            self.dialog.show_problem(sentence)

    def _show(self, *, choose: int | None = None) -> None:
        steps = self.redactions
        if self.dialog is not None:
            self.dialog.show_problem("")
            self.dialog.show_items(steps.items, can_undo=steps.can_undo, can_redo=steps.can_redo, choose=choose)
        self.overlay.show_redactions(steps.items, self.dialog.current if self.dialog is not None else None)
        self._window.export.set_redactions(steps.items)
        self.changed.emit(steps.items)
