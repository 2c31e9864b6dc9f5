"""What a recording says of itself is shown as text: no markup, no control characters, nothing that turns words."""

import pytest
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from player.source import SessionFacts, Span
from recorder.logrow import LogRow, inert
from resources.ui.inert import plain_tip, visible
from tests.fakes import FakeAccess, FakeSource, S
from tests.ui.conftest import RECORDING

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

MARKUP = "<b>sound</b><img src='file:///etc/passwd'><a href='x'>y</a>"
TURNED = "invoice\u202efdp.exe\u2066\u200f"
CONTROLS = "\x1b[2J\x1b]0;owned\x07\x00\r\n\x9b31m"
LONG = "A" * 10_000
HOSTILE = [MARKUP, TURNED, CONTROLS, LONG, '=HYPERLINK("http://x","y")']
UNSEEN = "\u202e\u2066\u200f\x1b\x07\x00\x9b"


class HostileSource(FakeSource):
    """A recording that says the same hostile thing everywhere."""

    def __init__(self, text):
        row = LogRow(1 * S, 2 * S, "window", text, text, text, text)
        super().__init__(rows=[row], spans=[Span(3 * S, 5 * S, "gap", text)])
        self._text = text

    @property
    def facts(self):
        true = super().facts
        return SessionFacts(
            true.session_id, self._text, self._text, self._text, true.started_wall_ns, true.utc_offset_s
        )


def assert_only_plain_text(window):
    for label in window.findChildren(QLabel):
        text, kind = label.text(), label.textFormat()
        assert kind is Qt.TextFormat.PlainText or not Qt.mightBeRichText(text), ascii(text[:80])
        assert not set(text) & set(UNSEEN), ascii(text[:80])
    for widget in window.findChildren(QWidget):
        tip = widget.toolTip()
        assert not Qt.mightBeRichText(tip) or (tip.startswith("<qt>") and "<" not in tip[4:-5]), ascii(tip[:80])
        assert not set(tip) & set(UNSEEN), ascii(tip[:80])
    assert not set(window.windowTitle()) & set(UNSEEN), ascii(window.windowTitle()[:80])


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "turned", "controls", "long", "formula"])
def test_what_a_recording_says_is_plain_text_in_every_view(open_window, qtbot, text):
    source = HostileSource(text)
    window = open_window(FakeAccess({RECORDING: source}), at_s=1.5)
    assert_only_plain_text(window)
    window.desk.seek(4 * S)
    qtbot.waitUntil(lambda: window.is_settled)
    assert_only_plain_text(window)
    assert window.width() <= 1920
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        for row in range(0 if model is None else min(20, model.rowCount())):
            shown = str(model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) or "")
            tip = str(model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) or "")
            assert not set(shown + tip) & set(UNSEEN), ascii(shown[:80])
            assert not Qt.mightBeRichText(tip) or tip.startswith("<qt>")


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "turned", "controls", "long", "formula"])
def test_a_tip_is_never_markup(text):
    tip = plain_tip(visible(text))
    assert tip == visible(text) or ("<img" not in tip and "&lt;img" in tip)
    assert not Qt.mightBeRichText(tip) or tip.startswith("<qt>")


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "turned", "controls", "long", "formula"])
def test_what_is_inert_has_nothing_that_acts(text):
    for made in (inert(text), visible(text)):
        assert not set(made) & set(UNSEEN)
        assert "\n" not in made
        assert "\r" not in made
