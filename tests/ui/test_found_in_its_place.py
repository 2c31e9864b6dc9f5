"""Below the hits of a search: the rows around the one that is chosen, in the person's language."""

from pathlib import Path

import numpy as np
import pytest

from player.ui.access import Hit, Hits, SeenThere
from player.ui.hit_preview import HitPreview, Preview
from player.ui.search_view import SearchView
from resources.words import read_words
from tests.fakes import row

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def test_the_rows_around_a_hit_are_said_as_the_log_says_them(look, qtbot):
    look.words = read_words("ja")
    preview = HitPreview(look=look)
    qtbot.addWidget(preview)
    hit = Hit(Path("one"), 0, "session", "Session of sato on db-07 started", "")
    rows = (row(0, "session", "Session of sato on db-07 started"), row(1, "text", "Session of sato on db-07 started"))
    preview.show_preview(Preview(hit, SeenThere(None, "", rows, 0)))
    said = preview.accessibleName().splitlines()[1:]
    assert said == ["セッション開始：sato（db-07）", "Session of sato on db-07 started"]  # what was typed stays


def test_in_a_low_window_the_picture_of_a_hit_gives_way_to_what_was_found(look, qtbot):
    view = SearchView(look=look)
    qtbot.addWidget(view)
    hit = Hit(Path("one"), 0, "text", "stop billing", "")
    view.show_query("billing")
    view.show_elsewhere(Hits((hit,) * 9), is_all=True)
    view.preview.show_preview(Preview(hit, SeenThere(np.zeros((300, 400, 3), np.uint8), "", (), 0)))
    view.resize(370, 800)
    view.show()
    qtbot.waitUntil(lambda: view.preview.height() > 330)
    assert view.minimumSizeHint().height() < 330, "the window may be made lower than the whole picture needs"
    view.resize(370, 370)
    qtbot.waitUntil(lambda: view.height() == 370 and view.view.height() >= 140)
    assert view.preview.height() >= view.preview.minimumSizeHint().height()
