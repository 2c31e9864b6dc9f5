"""What a dialog is left by: in the same order everywhere, and a list of tabs that keys go along."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QVBoxLayout

from player.ui.dialogs import PassphraseDialog
from resources.ui.question_parts import answer_buttons
from tests.fakes import FakeSource

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def test_the_answer_that_accepts_stands_last_on_every_desktop(qtbot, look):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    look_at = QVBoxLayout(dialog)
    buttons, accepting = answer_buttons(dialog, "Open", "Cancel")
    look_at.addWidget(buttons)
    dialog.show()
    other = next(button for button in buttons.buttons() if button is not accepting)
    assert other.geometry().right() < accepting.geometry().left()


@pytest.mark.parametrize(("where", "result"), [("line", "Accepted"), ("other", "Rejected"), ("accepting", "Accepted")])
def test_enter_accepts_unless_it_is_pressed_on_the_other_answer(qtbot, look, where, result):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    line, column = QLineEdit(), QVBoxLayout(dialog)
    column.addWidget(line)
    buttons, accepting = answer_buttons(dialog, "Open", "Cancel")
    column.addWidget(buttons)
    dialog.show()
    other = next(button for button in buttons.buttons() if button is not accepting)
    assert accepting.isDefault()
    pressed = {"line": line, "other": other, "accepting": accepting}[where]
    pressed.setFocus()
    qtbot.keyClick(pressed, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode[result]
    assert not dialog.isVisible()


def test_giving_up_never_looks_like_what_is_to_be_done(qtbot, look):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    column = QVBoxLayout(dialog)
    column.addWidget(QLineEdit())
    buttons, accepting = answer_buttons(dialog, "Open", "Cancel")
    column.addWidget(buttons)
    accepting.setEnabled(False)
    dialog.show()
    assert [button.text() for button in dialog.findChildren(QPushButton) if button.isDefault()] in ([], ["Open"])


@pytest.fixture
def dressed(qapp, look):
    """The program's own style sheet, as the windows have it."""
    before = qapp.styleSheet()
    qapp.setStyleSheet(look.stylesheet())
    yield
    qapp.setStyleSheet(before)


@pytest.mark.usefixtures("dressed")
def test_in_the_programs_own_style_a_question_has_its_answers_in_order_and_enter_on_the_last(qtbot, look):
    dialog = PassphraseDialog("Give its passphrase.", look=look)
    qtbot.addWidget(dialog)
    dialog.show()
    buttons = dialog.findChildren(QPushButton)
    in_order = sorted(buttons, key=lambda button: button.geometry().left())
    assert [button.isDefault() for button in in_order] == [False, True]
    assert in_order[1].text() == "Open"


def test_the_tabs_of_the_side_follow_each_other_by_key(window_on):
    window = window_on(FakeSource())
    tabs = window.side._group.buttons()
    assert [next_by_key(tab) for tab in tabs[:-1]] == tabs[1:]
    assert len(tabs) == 5


def next_by_key(widget):
    """Where the Tab key goes from here."""
    place = widget.nextInFocusChain()
    while not (place.focusPolicy() & Qt.FocusPolicy.TabFocus and place.isVisible() and place.isEnabled()):
        place = place.nextInFocusChain()
    return place
