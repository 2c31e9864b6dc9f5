"""What Qt itself says (its file dialogs, the menu of a field) in the language of the window."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QObject, QTranslator

from resources.words import Words

_NAME = "words of Qt"
# What our dialogs show, and Qt's own translations leave in English.
_LACKING = {
    "&Look in:": "qt.look_in",
    "Files of &type:": "qt.file_type",
    "Folder": "qt.folder",
    "Drive": "qt.drive",
}


class QtWords(QTranslator):
    """Qt's translation into the language of these words, and what it lacks."""

    def __init__(self, words: Words, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self.words = words

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """As Qt asks it; None: what Qt would say by itself."""
        found = super().translate(context, source, disambiguation, n)
        if found:
            return found
        return self.words(_LACKING[source]) if source in _LACKING else None


def speak(words: Words) -> None:
    """From now on Qt speaks the language of these words; where it brings no translation into it, English."""
    application = QCoreApplication.instance()
    if application is None:
        return
    before = application.findChild(QtWords, _NAME)
    if before is not None and before.words.language == words.language:
        return  # every widget would be told of another language, also where only the colours are others
    if before is not None:
        application.removeTranslator(before)
        before.setObjectName("")
        before.deleteLater()
    translator = QtWords(words, application)
    if translator.load(f"qtbase_{words.language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
