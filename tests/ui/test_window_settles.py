"""The window is drawn to a picture only once all of it has found its place."""

import pytest
from PySide6.QtCore import QPoint, QTimer

from player.ui.application import wait_until_settled
from tests.fakes import FakeSource


@pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # the window asks for more room at least
def test_what_a_timer_changes_at_the_last_moment_is_laid_out_before_the_window_counts_as_settled(window_on):
    window = window_on(FakeSource())
    higher_px = window.timeline.height() + 40
    QTimer.singleShot(0, lambda: window.timeline.setFixedHeight(higher_px))
    wait_until_settled(window)
    assert window.timeline.height() == higher_px
    below_timeline = window.timeline.mapTo(window, QPoint(0, higher_px))
    assert window.transport.mapTo(window, QPoint()).y() >= below_timeline.y()
