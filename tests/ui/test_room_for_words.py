"""What stands in a box before anything is typed has room there, in every language."""

import pytest
from PySide6.QtWidgets import QLineEdit

from resources.words import LANGUAGES, read_words
from tests.fakes import FakeAccess, FakeSource
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

MARKS_PX = 2 * 8 + 24  # what is left and right of the words: the padding, and the sign before them


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_box_asks_for_is_not_cut(look, open_window, language):
    look.words = read_words(language)
    window = open_window(FakeAccess({RECORDING: FakeSource()}), None)
    boxes = [box for box in window.findChildren(QLineEdit) if box.isVisible() and box.placeholderText()]
    assert len(boxes) >= 3
    for box in boxes:
        words_px = box.fontMetrics().horizontalAdvance(box.placeholderText())
        assert words_px + MARKS_PX <= box.width(), box.placeholderText()
