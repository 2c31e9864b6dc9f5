"""Says plainly when recorded pictures are decoded without walls, or not at all for want of them; else it is hidden."""

import threading
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from player.picture_walls import Standing, Walls, goes_without_walls
from player.ui.background import END_S, Home
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import ElidedLabel, plain_label, restyle

HEIGHT_PX = 36


@runtime_checkable
class Walled(Protocol):
    """An access whose recordings are decoded by workers behind walls."""

    def walls(self) -> Walls:
        """How they stand; waits until they have been tried."""
        ...

    def close(self) -> None:
        """End what is kept ready."""
        ...


class WallsBanner(QFrame):
    """Asks once, on a thread of its own, how the walls stand; `stop` ends that and what was kept ready."""

    def __init__(self, access: object, *, look: Look, home: Home) -> None:
        super().__init__()
        self._look = look
        self._access = access if isinstance(access, Walled) else None
        self._closes_access = True
        self.setProperty("part", "verdict")
        self.setFixedHeight(HEIGHT_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self._icon = plain_label()
        self.title = plain_label(part="verdict_title")
        self.text = ElidedLabel(part="verdict_text")
        row.addWidget(self._icon)
        row.addWidget(self.title)
        row.addWidget(self.text, 1)
        self.hide()
        self._thread = threading.Thread(target=self._ask, args=(home,), name="walls", daemon=True)
        if self._access is not None:
            self._thread.start()

    def show_walls(self, walls: Walls) -> None:
        """Say what does not stand; nothing if all does."""
        self.setVisible(walls.standing is not Standing.STAND)
        if walls.standing is Standing.STAND:
            return
        is_refused = walls.standing is Standing.BROKEN and not goes_without_walls()
        words, colours = self._look.words, self._look.colours
        kind = "refused" if is_refused else walls.standing.value
        self.title.setText(words(f"walls.{kind}"))
        self.text.show_text(words(f"walls.{kind}_text", why=visible(words.said(walls.why))))
        colour = colours.bad if is_refused else colours.warn
        icon = "error" if is_refused else "verdict_partial"
        self._icon.setPixmap(self._look.pixmap(icon, colour, ratio=self.devicePixelRatioF()))
        self.setAccessibleName(f"{self.title.text()}. {self.text.toolTip()}")
        restyle(self, "tone", "bad" if is_refused else "warn")

    def leave_access(self) -> None:
        """Another window goes on with the same access: what is kept ready there is that one's now."""
        self._closes_access = False

    def stop(self) -> None:
        """Nothing is asked any more, and no worker is kept ready."""
        if self._access is not None and self._closes_access:
            self._access.close()
        if self._thread.ident is not None:
            self._thread.join(END_S)

    def _ask(self, home: Home) -> None:
        if self._access is not None:
            walls = self._access.walls()
            home(lambda: self.show_walls(walls))
