"""The list of recordings: how far each is reviewed, and what stands first."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from player.ui.access import Entry, EntryState
from player.ui.list_models import Heading
from player.ui.list_orders import Order
from tests.fakes import FakeAccess, FakeSource, S
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

DAY_NS = 24 * 3600 * S
KNOWN = (
    # name, minutes long, alerts, review; each a day older than the one before
    ("newest", 10, (("low", 2),), "cleared"),
    ("second", 90, (), "unreviewed"),
    ("third", 30, (("critical", 1), ("low", 5)), "in_review"),
    ("oldest", None, None, None),
)


@pytest.fixture
def access():
    access = FakeAccess({RECORDING.with_name(name): FakeSource() for name, *_ in KNOWN})
    access.listed = [
        replace(
            entry,
            folder=entry.folder.with_name(name),
            started_wall_ns=1_789_000_000 * S - number * DAY_NS,
            duration_ns=None if minutes is None else minutes * 60 * S,
            alerts=alerts,
            review=review,
            state=EntryState.CLOSED,
        )
        for number, (entry, (name, minutes, alerts, review)) in enumerate(zip(access.listed, KNOWN, strict=True))
    ]
    return access


def lines_of(window):
    return [item.text if isinstance(item, Heading) else item.folder.name for item in window.library.model.items]


def choose(window, order):
    window.library.order_button.choices[order].trigger()


def test_the_longest_stand_first_and_what_is_not_known_last(open_window, access):
    window = open_window(access, None)
    choose(window, Order.LONGEST)
    assert lines_of(window) == ["By length", "second", "third", "newest", "Length not known", "oldest"]


def test_the_gravest_alerts_stand_first_whatever_else_fired(open_window, access):
    window = open_window(access, None)
    choose(window, Order.GRAVEST)
    assert lines_of(window) == [
        *("Alerts, critical", "third", "Alerts, low", "newest", "No alerts", "second"),
        *("Alerts not known yet", "oldest"),
    ]


def test_what_nobody_reviewed_stands_first(open_window, access):
    window = open_window(access, None)
    choose(window, Order.UNREVIEWED)
    assert lines_of(window) == [
        *("Not reviewed", "second", "In review", "third", "Cleared", "newest"),
        *("Review not known", "oldest"),
    ]


def test_the_order_is_kept_for_the_next_window_and_said_by_its_button(open_window, access):
    choose(open_window(access, None), Order.GRAVEST)
    later = open_window(access, None)
    assert later.library.order is Order.GRAVEST
    assert later.library.order_button.accessibleName() == "Order of the list: Gravest alert first"


def test_how_far_it_is_reviewed_is_said_in_words_to_screen_readers(open_window, access):
    model = open_window(access, None).library.model
    line = next(n for n, item in enumerate(model.items) if isinstance(item, Entry) and item.folder.name == "third")
    said = model.data(model.index(line), Qt.ItemDataRole.AccessibleDescriptionRole)
    assert "In review" in said.splitlines()


def test_a_review_is_seen_in_its_row(open_window, access, look):
    """The row of what was cleared has the good colour where that of what nobody reviewed has none."""
    window = open_window(access, None)
    view, good = window.library.view, look.colours.good

    def shows_good(name):
        lines = window.library.model.items
        line = next(n for n, item in enumerate(lines) if isinstance(item, Entry) and item.folder.name == name)
        place = view.visualRect(window.library.model.index(line))
        sign = view.viewport().grab(place.adjusted(place.width() - 30, 26, 0, 0)).toImage()
        colours = {sign.pixelColor(x, y).name() for x in range(sign.width()) for y in range(sign.height())}
        return good in colours

    assert shows_good("newest")
    assert not shows_good("second")
