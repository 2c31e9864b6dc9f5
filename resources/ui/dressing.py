"""How a program looks and speaks: as its settings say, else as the desktop does."""

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication

from resources.ui.look import Look, read_colours, text_font
from resources.ui.qt_words import speak
from resources.ui.settings import Settings
from resources.words import language_of, read_words


def make_look(settings: Settings) -> Look:
    """Colours and words: those chosen, else the system's."""
    return Look(read_words(language_of_settings(settings)), read_colours(appearance_of(settings)))


def dress(look: Look) -> None:
    """Let everything be painted in the colours of now, and Qt speak the language of now."""
    speak(look.words)
    application = QApplication.instance()
    if isinstance(application, QApplication):
        application.setFont(text_font())
        application.setPalette(look.palette())
        application.setStyleSheet(look.stylesheet())


def appearance_of(settings: Settings) -> str:
    """Dark or light: what was chosen, else what the system has now; a system that does not tell is dark."""
    chosen = str(settings.value("appearance", "system"))
    if chosen in ("dark", "light"):
        return chosen
    return "light" if QApplication.styleHints().colorScheme() is Qt.ColorScheme.Light else "dark"


def language_of_settings(settings: Settings) -> str:
    """What was chosen, else the system's."""
    return str(settings.value("language", language_of(QLocale.system().name())))
