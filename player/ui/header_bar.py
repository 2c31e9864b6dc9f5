"""The top: whose session this is, the search box, and the menu."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from player.source import SessionFacts
from player.timeline import clock_text
from player.ui.access import Entry
from player.ui.give_out_menu import GiveOutMenu
from resources.ui.inert import visible
from resources.ui.look import SMALL_PX, Look, text_font
from resources.ui.widgets import ElidedLabel, filter_box, icon_button, panel, text_button

HEIGHT_PX = 52


class HeaderBar(QWidget):
    """Shows the facts of the open session; what is typed and pressed goes out by signals."""

    library_toggled = Signal()
    log_toggled = Signal()
    search_edited = Signal(str)
    search_entered = Signal()

    def __init__(self, *, look: Look, menu: QMenu, give_out: GiveOutMenu) -> None:
        super().__init__()
        self._look = look
        self.give_out = give_out
        words = look.words
        self.setFixedHeight(HEIGHT_PX)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        surface, column = panel()
        outer.addWidget(surface)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        column.addLayout(row)
        row.addWidget(icon_button(look, "panel_left", words("header.library"), pressed=self.library_toggled.emit))
        row.addSpacing(4)
        row.addLayout(self._facts(), 1)
        self.search = filter_box(look, words("header.search"))
        self.search.setFixedWidth(380)
        self.search.setFixedHeight(32)
        self.search.textChanged.connect(self.search_edited)
        self.search.returnPressed.connect(self.search_entered)
        row.addWidget(self.search)
        row.addSpacing(4)
        self._add_menus(row, menu)
        self.show_facts(None)

    def show_facts(self, facts: SessionFacts | None) -> None:
        """Whose session is open; None: no session."""
        if facts is None:
            self.who.show_text(self._look.words("header.nothing_open"))
            self.when.hide()
            return
        self._show(facts.operator, facts.host, facts.started_wall_ns, facts.utc_offset_s, facts.purpose)

    def show_asked(self, entry: Entry | None, folder: Path) -> None:
        """Which recording is being opened, or could not be: the verdict below speaks of it."""
        if entry is None or not (entry.operator or entry.host):
            self.who.show_text(visible(folder.name))
            self.when.hide()
            return
        self._show(entry.operator, entry.host, entry.started_wall_ns, entry.utc_offset_s, entry.purpose)

    def _show(
        self, operator: str | None, host: str | None, started_ns: int | None, offset_s: int, purpose: str | None
    ) -> None:
        self.who.show_text(visible(" @ ".join(part for part in (operator, host) if part)))
        started = "" if started_ns is None else clock_text(started_ns, offset_s)
        self.when.show()
        self.when.show_text("  ·  ".join(part for part in (started, visible(purpose or "")) if part))

    def _add_menus(self, row: QHBoxLayout, menu: QMenu) -> None:
        look, words = self._look, self._look.words
        giving = text_button(look, words("give_out.title"), words("give_out.tip"), icon="package")
        self.menu_button = icon_button(look, "menu", words("header.menu"))
        for button, its_menu in ((giving, self.give_out), (self.menu_button, menu)):
            button.setMenu(its_menu)
            button.setPopupMode(button.ToolButtonPopupMode.InstantPopup)
        row.addWidget(giving)
        row.addWidget(icon_button(look, "panel_right", words("header.log"), pressed=self.log_toggled.emit))
        row.addWidget(self.menu_button)

    def _facts(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.setContentsMargins(0, 0, 0, 0)
        self.who = ElidedLabel(part="title")
        self.who.setFont(text_font(14, strong=True))
        self.when = ElidedLabel(part="dim")
        self.when.setFont(text_font(SMALL_PX))
        column.addStretch(1)
        for label in (self.who, self.when):
            column.addWidget(label)
        column.addStretch(1)
        return column

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(800, HEIGHT_PX)
