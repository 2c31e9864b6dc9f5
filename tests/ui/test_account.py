"""The lane of the account: what every moment of the session was."""

import pytest
from PySide6.QtGui import QColor

from player.account import Account
from player.lanes import Lane
from player.ui import timeline_painting as paint
from player.ui.timeline_words import AxisMarks, said_at
from recorder.coverage import CoverageEntry
from resources.words import read_words
from tests.fakes import FakeSource, S

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ENTRIES = (
    CoverageEntry(0, 20 * S, "recorded"),
    CoverageEntry(20 * S, 30 * S, "idle"),
    CoverageEntry(30 * S, 30 * S + 1_000, "gap", "stalled"),
    CoverageEntry(30 * S + 1_000, 40 * S, "locked"),
    CoverageEntry(40 * S, 48 * S, "masked", "Payroll"),
    CoverageEntry(48 * S, 55 * S, "gap", "recorder_died"),
    CoverageEntry(55 * S, 60 * S, "gap", "altered"),
)


class Accounted(FakeSource):
    """A recording whose account is given."""

    def __init__(self, account):
        super().__init__()
        self._account = account

    def account(self):
        return self._account


@pytest.fixture
def window(window_on):
    return window_on(Accounted(Account(ENTRIES, 60 * S)))


def colours_at(window, second, *, around_px=0):
    """The colours in the lane at a second, from top to bottom."""
    timeline = window.timeline
    place, image = timeline.place_of(Lane.ACCOUNT), timeline.grab().toImage()
    x = round(timeline.x_of(round(second * S)) * image.devicePixelRatio())
    columns = range(x - around_px, x + around_px + 1)
    return {image.pixelColor(column, row).name() for column in columns for row in range(place.top_px, place.bottom_px)}


def test_each_class_has_a_look_of_its_own(window):
    seconds = {"recorded": 15, "idle": 27.5, "locked": 38, "masked": 46.9, "gap": 53.9, "lost": 59.5}
    looks = {name: frozenset(colours_at(window, second)) for name, second in seconds.items()}
    assert len(set(looks.values())) == len(looks)
    assert QColor(window.look.colours.altered).name() in looks["lost"]
    assert QColor(window.look.colours.gap).name() in frozenset(colours_at(window, 53.9, around_px=6))


def test_a_microsecond_that_was_not_recorded_is_seen_in_a_minute(window):
    assert QColor(window.look.colours.gap).name() in colours_at(window, 30, around_px=2)


def test_a_recording_without_an_account_has_no_lane_of_it(window_on):
    assert window_on(FakeSource()).timeline.place_of(Lane.ACCOUNT).is_empty


@pytest.mark.parametrize(
    ("second", "english", "japanese"),
    [
        (10, "0:00:00 – 0:00:20: Recorded", "0:00:00 ～ 0:00:20：記録"),
        (45, "0:00:40 – 0:00:48: Masked (Payroll)", "0:00:40 ～ 0:00:48：マスク中（Payroll）"),
        (
            50,
            "Not recorded (The recorder was killed or crashed)",
            "記録なし（記録プログラムが強制終了されたか、異常終了した）",
        ),
    ],
)
def test_the_card_says_what_the_moment_was_and_why(window, second, english, japanese):
    timeline, look = window.timeline, window.look
    nothing = timeline._hits
    marks = AxisMarks(timeline.axis, timeline.x_of(second * S) - paint.GUTTER_PX, nothing, (), nothing)
    for language, said in (("en", english), ("ja", japanese)):
        look.words = read_words(language)
        lines = said_at(timeline._news, second * S, marks, look=look, wall=(0, 0)).lines
        assert any(said in line.text for line in lines), lines
