"""Make a picture of every state of the player's window, and those of the README, from real recordings made for it.

    .venv/bin/python -m docs.make_screenshots                    # the README's, into docs/images
    .venv/bin/python -m docs.make_screenshots --all build/states # every state, to be looked at

Nothing of the user's is read or written: home, keys and library are made in a folder that goes when it is over.
"""

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QDialog, QWidget

from docs.agent_screens import draw_agent
from player.lanes import Range
from player.recording import OpenRecording
from player.ui.application import make_application, make_window, wait_until_settled
from player.ui.asking import WindowAsker
from player.ui.real_access import RealAccess
from player.ui.window import PlayerWindow
from player.ui.writing import Writing
from recorder.errors import WorldError
from resources.ui.settings import ThrowawaySettings
from tests.states import Stage, made_stage

OUT = Path(__file__).resolve().parent / "images"
README_SIZE, STATE_SIZE = (1600, 1000), (1920, 1080)
S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class State:
    """A picture: how the window is brought there; `look` is appearance and language."""

    name: str
    arrange: Callable[["Shown"], None]
    look: tuple[str, str] = ("dark", "en")
    library: Callable[[Stage], Path] = lambda stage: stage.library
    access: type[RealAccess] = RealAccess
    settles: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A window of one state, with the stage that it stands on."""

    window: PlayerWindow
    stage: Stage

    def open(self, folder: Path, at_s: float | None = None, *, follow: bool = False) -> None:
        """Open a recording there, and wait until it is shown."""
        self.window.open(folder, at_ns=None if at_s is None else round(at_s * S), follow=follow)
        wait_until_settled(self.window)

    def open_told(self) -> None:
        """The session of the question, at its moment."""
        self.open(self.stage.told.folder, self.stage.told.stopped_at_s + 4.6)

    def search(self, text: str) -> None:
        """Look for this."""
        self.window.header.search.setText(text)
        wait_until_settled(self.window)


class SlowAccess(RealAccess):
    """Never gets as far as opening anything, until it is let go."""

    go_on = threading.Event()

    def open(self, folder: Path, ask: Callable[[str], str | None]) -> OpenRecording:
        """As the window asks it."""
        self.go_on.wait()
        return super().open(folder, ask)


def _opened(shown: Shown) -> None:
    shown.open_told()


def _found(shown: Shown) -> None:
    shown.search("billing")
    shown.window.search.choose_next(1)
    wait_until_settled(shown.window)


def _tampered(shown: Shown) -> None:
    shown.open(shown.stage.tampered, shown.stage.tampered_at_s)
    shown.window.commands.next_finding()


def _compare(shown: Shown) -> None:
    shown.open_told()
    compare = shown.window.screen_work.comparing
    compare.pin()
    shown.window.desk.seek(round((shown.stage.told.stopped_at_s + 12) * S))
    wait_until_settled(shown.window)
    compare.show_both()


def _package(shown: Shown) -> None:
    shown.open_told()
    os.chdir(shown.stage.out)
    at_ns = round(shown.stage.told.stopped_at_s * S)
    shown.window.timeline.select(Range(at_ns - 3 * S, at_ns + 27 * S))
    packages = shown.window.giving_out.packages
    packages.make_package()
    assert packages.dialog is not None
    packages.dialog.file.path.setText("case-17.zip")
    packages.dialog.go.click()
    _wait_for(packages.writing)


def _wait_for(writing: Writing) -> None:
    loop = QEventLoop()
    for signal in (writing.finished, writing.failed):
        signal.connect(lambda *_said: loop.quit())
    if writing.is_running:
        loop.exec()


def _package_begun(shown: Shown) -> None:
    shown.open_told()
    shown.window.giving_out.packages.make_package()


def _report(shown: Shown) -> None:
    shown.open_told()
    shown.window.giving_out.reports.write_report()


def _check(shown: Shown) -> None:
    checks = shown.window.giving_out.checks
    checks.check(shown.stage.foreign_package)
    _wait_for(checks.checking)


def _queue(shown: Shown) -> None:
    shown.open_told()
    shown.window.commands.command("show_queue")()
    shown.window.review.make_queue()
    wait_until_settled(shown.window)


def _review(shown: Shown) -> None:
    shown.open_told()
    shown.window.commands.command("show_review")()
    wait_until_settled(shown.window)


def _no_key(shown: Shown) -> None:
    shown.open(shown.stage.sealed_to_others)


def _share_gone(shown: Shown) -> None:
    shown.open_told()
    shown.stage.take_share_away()
    shown.window.desk.list_library()
    wait_until_settled(shown.window)


def _loading(shown: Shown) -> None:
    shown.window.open(shown.stage.told.folder)


def _live(shown: Shown) -> None:
    shown.open(shown.stage.live, follow=True)


def _two_monitors(shown: Shown) -> None:
    shown.open(shown.stage.two_monitors, 6)


def _nothing(_shown: Shown) -> None:
    """As it opens."""


README = (
    State("player.png", _opened),
    State("player-package.png", _package, ("light", "en")),
    State("player-altered.png", _tampered),
)
STATES = (
    State("empty-library.png", _nothing, library=lambda stage: stage.empty),
    State("library.png", _nothing),
    State("loading.png", _loading, access=SlowAccess, settles=False),
    State("error-no-key.png", _no_key),
    State("error-share-gone.png", _share_gone, library=lambda stage: stage.share),
    State("error-no-library.png", _nothing, library=lambda stage: stage.empty / "nowhere"),
    State("tampered.png", _tampered),
    State("live.png", _live),
    State("dark.png", _opened),
    State("light.png", _opened, ("light", "en")),
    State("japanese.png", _opened, ("light", "ja")),
    State("japanese-search.png", _found, ("dark", "ja")),
    State("search.png", _found),
    State("two-monitors.png", _two_monitors),
    State("compare.png", _compare),
    State("review.png", _review),
    State("review-queue.png", _queue),
    State("review-queue-ja.png", _queue, ("light", "ja")),
    State("package-begun.png", _package_begun),
    State("package-begun-ja.png", _package_begun, ("light", "ja")),
    State("package-done.png", _package, ("light", "en")),
    State("package-done-ja.png", _package, ("dark", "ja")),
    State("report.png", _report),
    State("check-stranger.png", _check, ("light", "en")),
    State("check-stranger-ja.png", _check, ("dark", "ja")),
)


def draw(state: State, stage: Stage, out: Path, size: tuple[int, int]) -> None:
    """Bring a window into the state, and draw it with the dialogs that lie over it."""
    access = state.access(state.library(stage), asker=WindowAsker())
    window = make_window(access, settings=ThrowawaySettings(*state.look))
    try:
        window.resize(QSize(*size))
        window.show()
        window.desk.list_library()
        if state.library(stage).exists() and state.settles:
            wait_until_settled(window)
        state.arrange(Shown(window, stage))
        if state.settles:
            wait_until_settled(window)
        if not _composed(window).save(str(out)):
            print(f"make_screenshots: {out} cannot be written", file=sys.stderr)
            raise SystemExit(4)
    finally:
        SlowAccess.go_on.set()
        window.close()
    print(out)


def _composed(window: PlayerWindow) -> QPixmap:
    """The window, and over it the dialogs that are open, in its middle."""
    picture = window.grab()
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            _lay_over(picture, dialog)
    return picture


def _lay_over(picture: QPixmap, dialog: QWidget) -> None:
    dialog.adjustSize()
    over = dialog.grab()
    place = QPoint((picture.width() - over.width()) // 2, (picture.height() - over.height()) // 2)
    painter = QPainter(picture)
    painter.setOpacity(0.35)
    painter.fillRect(picture.rect(), "#000000")
    painter.setOpacity(1)
    painter.drawPixmap(place, over)
    painter.setPen("#808890")
    painter.drawRect(place.x(), place.y(), over.width() - 1, over.height() - 1)
    painter.end()


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw each picture; 0, or the exit status of what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="draw every state into this folder instead")
    parser.add_argument("--only", default="", metavar="TEXT", help="only those with this in their name")
    asked = parser.parse_args(arguments)
    out, states, size = (OUT, README, README_SIZE) if asked.all is None else (asked.all.resolve(), STATES, STATE_SIZE)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tachiai-screens-") as place:
        home = Path(place)
        os.environ["TACHIAI_HOME"], os.environ["TACHIAI_LIBRARY"] = str(home / "home"), str(home / "recordings")
        application = make_application(offscreen=True)
        draw_agent(out, asked.only, is_all=asked.all is not None)
        try:
            for state in states:
                if asked.only in state.name:
                    with made_stage(home / state.name) as stage:
                        draw(state, stage, out / state.name, size)
        except WorldError as error:
            print(f"make_screenshots: {error}", file=sys.stderr)
            return error.exit_status
        finally:
            del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
