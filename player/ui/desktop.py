"""The window on the person's desktop: follows its colours while it is open, and speaks another language when asked."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from player.playback import Playback, State
from player.ui.access import Access
from player.ui.desk import Desk
from player.ui.window import PlayerWindow
from resources.ui.dressing import appearance_of, dress, language_of_settings, make_look
from resources.ui.look import read_colours
from resources.ui.qt_words import speak
from resources.ui.settings import Settings

RUNNING = (State.PLAYING, State.SKIPPING)


class Desktop(QObject):
    """Owns the window and the look that it has. The language is changed by a new window at the same place."""

    def __init__(self, access: Access, *, settings: Settings) -> None:
        super().__init__(QApplication.instance())
        self._access, self._settings = access, settings
        self._look = make_look(settings)
        self.dress()
        self.window = self._new_window()
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def dress(self) -> None:
        """Let everything be painted in the colours of now."""
        dress(self._look)

    def _new_window(self) -> PlayerWindow:
        window = PlayerWindow(Desk(self._access), look=self._look, settings=self._settings)
        window.setting_chosen.connect(self._setting_chosen, Qt.ConnectionType.QueuedConnection)
        self._settings.setValue("library", str(self._access.library))
        return window

    def _follow_system(self) -> None:
        """The desktop went dark or light."""
        colours = read_colours(appearance_of(self._settings))
        if colours != self._look.colours:
            self._look.colours = colours
            self.dress()

    def _setting_chosen(self, setting: str) -> None:
        if setting == "appearance":
            self._follow_system()
        elif setting == "language" and language_of_settings(self._settings) != self._look.words.language:
            self._speak_otherwise()

    def _speak_otherwise(self) -> None:
        """Every text was put in place when the window was made, so another one takes its place, at the same moment."""
        before, desk = self.window, self.window.desk
        folder, at_ns = desk.folder, desk.playback.position_ns
        follows = desk.playback.state is State.LIVE
        plays = desk.playback.state in RUNNING
        query, is_shown = before.header.search.text(), before.isVisible()
        before.remember()
        self._look = make_look(self._settings)
        speak(self._look.words)
        self.window = self._new_window()
        if is_shown:
            self.window.show()  # before the other is closed, which would end the program
        self.window.desk.list_library()
        if folder is not None:
            if plays:
                desk = self.window.desk
                desk.opened.connect(lambda *_: desk.do(Playback.play), Qt.ConnectionType.SingleShotConnection)
            self.window.open(folder, at_ns=at_ns, follow=follows)
        self.window.header.search.setText(query)
        before.walls.leave_access()
        before.close()
        before.deleteLater()
