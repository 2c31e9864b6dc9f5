"""The library lies on a share that goes away while it is watched or exported, and comes back; a disk fills up."""

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from player.ui.access import Level
from player.video import pyav_writer
from tests.recordings import S, work
from tests.unit.player.video_kit import played

pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (propagateSizeHints|raise)\(\)")
PATIENCE_MS = 20_000


class Share:
    """What reads from a segment on these threads fails while it is away."""

    def __init__(self):
        self.away: set[str] = set()
        self._pread = os.pread

    def pread(self, descriptor, count, offset):
        name = threading.current_thread().name
        if name in self.away and Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".seg":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self._pread(descriptor, count, offset)


@pytest.fixture
def share(monkeypatch):
    share = Share()
    monkeypatch.setattr(os, "pread", share.pread)
    return share


def recorded(place, seconds=6):
    desk = place.desk()
    desk.window("Terminal")
    work(desk, seconds)
    desk.type("systemctl restart billing")
    desk.press("enter")
    desk.wait(1)
    desk.seal()
    return desk


def test_what_cannot_be_read_for_a_while_is_said_and_comes_back_by_itself(place, open_real, share, qtbot):
    desk = recorded(place)
    desk.close()
    at_ns = desk.now_ns - S
    share.away = {"decoder", "follower", "judging"}
    window = open_real(desk.writer.folder, at_ns=at_ns, lists=False, waits=False)
    qtbot.waitUntil(lambda: window.stage.view.blank is not None and window.stage.view.blank.tone == "bad")
    assert "0001.seg could not be read (Input/output error)" in window.stage.view.blank.text
    assert "tried again every second" in window.stage.view.blank.text
    assert not window.stage.toast.isVisible()  # said once
    qtbot.waitUntil(lambda: window.banner.judgement.level is Level.READ_FAILED)
    assert not window.is_settled
    share.away = set()
    qtbot.waitUntil(lambda: window.is_settled and window.stage.shown is not None, timeout=PATIENCE_MS)
    (picture,) = window.stage.view.pictures
    assert np.array_equal(picture.bgr, desk.picture(0, at_ns))
    assert "systemctl restart billing" in {row.text for row in window.log.model.rows}
    qtbot.waitUntil(lambda: window.banner.judgement.level is Level.SOUND, timeout=PATIENCE_MS)
    assert window.timeline.spans == ()


def test_a_session_that_is_watched_live_stays_in_the_window_while_its_folder_is_gone(place, open_real, qtbot):
    desk = recorded(place)
    folder = desk.writer.folder
    window = open_real(folder, at_ns=desk.now_ns, lists=False, waits=False)
    qtbot.waitUntil(lambda: window.is_settled, timeout=PATIENCE_MS)
    rows, end_ns = len(window.log.model.rows), window.desk.playback.duration_ns
    truth = desk.picture(0, desk.now_ns)
    place.folder.rename(place.folder.with_name("away"))
    qtbot.waitUntil(lambda: "could not be read (No such file or directory)" in window.stage.toast.text())
    assert np.array_equal(window.stage.view.pictures[0].bgr, truth)
    assert (len(window.log.model.rows), window.desk.playback.duration_ns) == (rows, end_ns)
    place.folder.with_name("away").rename(place.folder)
    work(desk, 2)
    desk.type("ls")
    desk.press("enter")
    desk.seal()
    qtbot.waitUntil(lambda: window.desk.playback.duration_ns == desk.now_ns, timeout=PATIENCE_MS)
    assert len(window.log.model.rows) > rows
    desk.close()


def exported(qtbot, window, path):
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = window.export.dialog
    dialog.path.setText(str(path))
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    return dialog


def test_an_export_whose_share_goes_away_says_so_leaves_nothing_and_can_be_tried_again(
    place, open_real, share, qtbot, tmp_path
):
    desk = recorded(place)
    desk.close()
    window = open_real(desk.writer.folder, at_ns=S, lists=False, waits=False)
    qtbot.waitUntil(lambda: window.is_settled, timeout=PATIENCE_MS)
    out = tmp_path / "out"
    out.mkdir()
    (out / "billing.mp4").write_bytes(b"an older export")
    share.away = {"exporting"}
    dialog = exported(qtbot, window, out / "billing.mp4")
    qtbot.waitUntil(lambda: "could not be read" in dialog.said.text())
    assert "Input/output error" in dialog.said.text()
    assert [path.name for path in out.iterdir()] == ["billing.mp4"]
    assert (out / "billing.mp4").read_bytes() == b"an older export"
    assert window.stage.shown is not None  # playing is not disturbed
    share.away = set()
    assert dialog.go.isEnabled()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.show_folder.isVisible, timeout=PATIENCE_MS)
    assert played(out / "billing.mp4").shots


@pytest.mark.parametrize("what", ["full", "moved"])
def test_where_an_export_is_written_to_may_fill_up_or_go_away(place, open_real, qtbot, tmp_path, monkeypatch, what):
    desk = recorded(place)
    desk.close()
    window = open_real(desk.writer.folder, at_ns=S, lists=False, waits=False)
    qtbot.waitUntil(lambda: window.is_settled, timeout=PATIENCE_MS)
    out = tmp_path / "out"
    out.mkdir()
    put = pyav_writer.PyAvWriter._put

    def put_or_fail(self, until_ms):
        if what == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if out.exists():
            out.rename(tmp_path / "moved")
        put(self, until_ms)

    monkeypatch.setattr(pyav_writer.PyAvWriter, "_put", put_or_fail)
    dialog = exported(qtbot, window, out / "billing.mp4")
    reason = "No space left on device" if what == "full" else "No such file or directory"
    qtbot.waitUntil(lambda: f"billing.mp4 cannot be written ({reason})" in dialog.said.text(), timeout=PATIENCE_MS)
    assert [path.name for folder in tmp_path.iterdir() if folder.is_dir() for path in folder.glob(".*")] == []
    assert not list(tmp_path.glob("*/billing*"))
    assert dialog.go.isEnabled()
