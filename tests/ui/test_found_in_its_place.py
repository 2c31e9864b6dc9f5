"""Below the hits of a search: the rows around the one that is chosen, in the person's language."""

from pathlib import Path

import pytest

from player.ui.access import Hit, SeenThere
from player.ui.hit_preview import HitPreview, Preview
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
