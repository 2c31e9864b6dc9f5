"""Which library is shown, or all of them: a button with its name, whose menu switches, adds and forgets."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import name_control

LONGEST_IN_MENU = 60  # characters


class LibraryButton(QToolButton):
    """Says where the recordings come from; everything about libraries is in its menu."""

    chosen = Signal(object)  # Path
    all_requested = Signal()
    add_requested = Signal()
    import_requested = Signal()
    package_requested = Signal()
    drop_requested = Signal(object)  # Path

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._name = ""
        self.setProperty("part", "library")
        self.setIcon(look.icon("library"))
        self.setIconSize(QSize(16, 16))
        self.setFixedHeight(28)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._menu = QMenu(self)
        self.setMenu(self._menu)

    def show_libraries(self, current: Path, libraries: Sequence[Path], *, is_all: bool) -> None:
        """These are known, and this one, or all of them, is shown."""
        words = self._look.words
        self._name = words("libraries.all", count=len(libraries)) if is_all else library_name(current)
        tip = "\n".join(visible(str(one)) for one in (libraries if is_all else (current,)))
        name_control(self, words("libraries.tip", folder=tip))
        self._cut()
        self._fill(current, libraries, is_all=is_all)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = max(20, self.width() - 52)
        short = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)
        self.setText(f" {short}  ▾".replace("&", "&&"))

    def _fill(self, current: Path, libraries: Sequence[Path], *, is_all: bool) -> None:
        words, menu = self._look.words, self._menu
        menu.clear()
        group = QActionGroup(menu)
        for folder in libraries:
            self._choice(group, _in_menu(folder), folder == current and not is_all, self._emits(self.chosen, folder))
        if len(libraries) > 1:
            together = words("libraries.together", count=len(libraries))
            self._choice(group, together, is_all, lambda: self.all_requested.emit())
        menu.addSeparator()
        menu.addAction(self._look.icon("open"), words("libraries.add")).triggered.connect(
            lambda: self.add_requested.emit()
        )
        menu.addAction(self._look.icon("import"), words("libraries.import")).triggered.connect(
            lambda: self.import_requested.emit()
        )
        menu.addAction(self._look.icon("import"), words("libraries.import_package")).triggered.connect(
            lambda: self.package_requested.emit()
        )
        others = [folder for folder in libraries if folder != current]
        if others:
            menu.addSeparator()
            forget = menu.addMenu(words("libraries.forget"))
            for folder in others:
                forget.addAction(_in_menu(folder)).triggered.connect(self._emits(self.drop_requested, folder))

    def _choice(self, group: QActionGroup, text: str, is_chosen: bool, chosen: Callable[[], None]) -> None:
        action = self._menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(is_chosen)
        action.setActionGroup(group)
        action.triggered.connect(chosen)

    def _emits(self, signal: object, folder: Path) -> Callable[[], None]:
        return lambda: signal.emit(folder)  # type: ignore[attr-defined]  # a bound signal has no type of its own


def library_name(folder: Path) -> str:
    """What a library is called: its folder's name."""
    return visible(folder.name or str(folder))


def _in_menu(folder: Path) -> str:
    whole = visible(str(folder))
    short = whole if len(whole) <= LONGEST_IN_MENU else f"…{whole[-LONGEST_IN_MENU:]}"
    return short.replace("&", "&&")
