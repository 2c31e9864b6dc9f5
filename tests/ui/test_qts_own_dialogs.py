"""The file dialogs that Qt draws where the desktop has none: readable, and in the window's language."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLabel, QToolButton

from resources.ui.look import Look, read_colours
from resources.ui.qt_words import speak
from resources.words import read_words


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", ["toParentButton", "backButton", "forwardButton"])
def test_the_arrows_of_a_file_dialog_stand_out_from_their_ground(qapp, theme, name):
    colours = read_colours(theme)
    dialog = QFileDialog(options=QFileDialog.Option.DontUseNativeDialog)
    look = Look(read_words("en"), colours)
    dialog.setStyleSheet(look.stylesheet())
    dialog.setPalette(look.palette())
    styled = QFileDialog(dialog, options=QFileDialog.Option.DontUseNativeDialog)
    button = styled.findChild(QToolButton, name)
    assert isinstance(button, QToolButton)
    arrow = button.icon().pixmap(16, 16).toImage()
    seen = {arrow.pixelColor(x, y).name() for x in range(16) for y in range(16) if arrow.pixelColor(x, y).alpha() > 250}
    assert seen == {colours.text_dim}


@pytest.mark.parametrize(
    ("language", "said"), [("ja", {"キャンセル", "場所(&L):", "ファイルの種類(&T):"}), ("en", {"Cancel", "&Look in:"})]
)
def test_qts_own_dialogs_speak_the_language_of_the_window(qapp, language, said):
    speak(read_words(language))
    try:
        dialog = QFileDialog(options=QFileDialog.Option.DontUseNativeDialog)
        box = dialog.findChild(QDialogButtonBox)
        assert isinstance(box, QDialogButtonBox)
        labels = [label.text() for label in dialog.findChildren(QLabel)]
        assert said <= {*labels, *(button.text().removeprefix("&") for button in box.buttons())}
    finally:
        speak(read_words("en"))
