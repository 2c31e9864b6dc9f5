"""What a person does with the picture: its tools, their keys, and what of it is remembered."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from player.ui.background import Home
from player.ui.comparing import Comparing
from player.ui.desk import Desk
from player.ui.pictures import Enter, Pictures
from player.ui.screen_panel import ScreenPanel
from player.video.redaction import Redactions
from resources.ui.look import Look
from resources.ui.settings import Settings

OVERLAY_SETTING = "overlay"
PAN_PX = 80


class ScreenWork(QObject):
    """Joins the panel's tools to what they do; made by the window, and stopped by it."""

    answered = Signal()  # something that was asked has been done, or has failed

    def __init__(
        self,
        desk: Desk,
        stage: ScreenPanel,
        *,
        look: Look,
        settings: Settings,
        verdict: Callable[[], str],
        enter: Enter,
        redactions: Callable[[], Redactions],
        home: Home,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._stage, self._settings = stage, settings
        self.comparing = Comparing(desk, stage, look=look, home=home, parent=self)
        self.pictures = Pictures(
            desk,
            stage,
            look=look,
            settings=settings,
            verdict=verdict,
            in_sight=lambda: self.comparing.in_sight,
            enter=enter,
            redactions=redactions,
            home=home,
            parent=parent,
        )
        self.comparing.answered.connect(self.answered)
        self.pictures.answered.connect(self.answered)
        self._does: dict[str, Callable[[], None]] = {
            "region": self.choose_region,
            "magnifier": self.magnify,
            "overlay": self.toggle_overlay,
            "compare": self.comparing.pin,
            "copy": self.pictures.copy,
            "save": self.pictures.save,
        }
        stage.tools.asked.connect(lambda name: self._does[name]())
        stage.tools.whole_asked.connect(stage.view.fit)
        stage.view.magnifier_changed.connect(self._say_magnifier)
        stage.view.arming_changed.connect(lambda is_on: stage.tools.check("region", is_on=is_on))
        self._show_overlay(is_shown=str(settings.value(OVERLAY_SETTING, "true")).lower() != "false")

    @property
    def is_settled(self) -> bool:
        """Whether everything asked has been answered."""
        return self.comparing.is_settled and self.pictures.is_settled

    def choose_region(self) -> None:
        """Let the next drag draw the region that is kept in sight, or do not."""
        view = self._stage.view
        view.arm_region(is_armed=not view.is_arming)
        self._stage.tools.check("region", is_on=view.is_arming)

    def magnify(self) -> None:
        """Follow the own pointer, then the recorded one, then none."""
        view = self._stage.view
        view.set_magnifier(view.magnifier.next_follow())

    def magnify_by(self, steps: int) -> None:
        """Magnify more, or less."""
        view = self._stage.view
        view.set_magnifier(view.magnifier.stronger(steps))

    def toggle_overlay(self) -> None:
        """Show what was typed and clicked, or do not; it is remembered."""
        self._show_overlay(is_shown=not self._stage.has_overlay)
        self._settings.setValue(OVERLAY_SETTING, "true" if self._stage.has_overlay else "false")

    def pan(self, columns: int, rows: int) -> None:
        """Look further this way."""
        self._stage.view.pan(-columns * PAN_PX, -rows * PAN_PX)

    def leave(self) -> bool:
        """Give up what is half done; False if there was nothing."""
        was_arming = self._stage.view.is_arming
        self._stage.view.arm_region(is_armed=False)
        return was_arming

    def stop(self) -> None:
        """End every thread."""
        self.comparing.stop()
        self.pictures.stop()

    def _show_overlay(self, *, is_shown: bool) -> None:
        self._stage.show_overlay(is_shown=is_shown)
        self._stage.tools.check("overlay", is_on=is_shown)

    def _say_magnifier(self) -> None:
        self._stage.tools.show_magnifier(self._stage.view.magnifier)
