"""Copy the picture, or save it: at native size, with what it is written into it, and said where it is not sound."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QByteArray, QMimeData, QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from player.decoder import Shown
from player.outfile import write_whole
from player.taken_picture import NotRecordedError, Origin, TakenPicture, take
from player.timeline import time_text
from player.ui.background import Home, Line
from player.ui.desk import Desk
from player.ui.dialogs import SaveDialog
from player.ui.screen_panel import ScreenPanel
from player.video.redaction import Redactions, redacted_picture, redactions_at
from recorder.errors import WorldError
from resources.ui.look import Look
from resources.ui.settings import Settings

Enter = Callable[[str, Mapping[str, object]], None]  # what is about to be taken; raises a WorldError if it may not be
_T = TypeVar("_T")

FOLDER_SETTING = "picture_folder"


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """A picture left the recording: `how` is "copied" or "saved", `path` where to (None: the clipboard)."""

    how: str
    picture: TakenPicture
    path: Path | None


class Pictures(QObject):
    """Takes what the panel shows: all monitors as they stood, or the one that is shown alone."""

    taken = Signal(object)  # PictureTaken: it has been copied or saved
    answered = Signal()  # what was asked has been done, or has failed

    def __init__(
        self,
        desk: Desk,
        stage: ScreenPanel,
        *,
        look: Look,
        settings: Settings,
        verdict: Callable[[], str],
        in_sight: Callable[[], Shown | None],
        enter: Enter,
        redactions: Callable[[], Redactions],
        home: Home,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._desk, self._stage, self._words, self._settings = desk, stage, look.words, settings
        self._verdict, self._in_sight, self._enter = verdict, in_sight, enter
        self._redactions = redactions
        self._copied_png: bytes | None = None
        self._is_working = False
        self._line = Line("pictures", home=home)

    @property
    def is_settled(self) -> bool:
        """Whether what was asked has been done."""
        return not self._is_working

    def copy(self) -> None:
        """To the clipboard."""
        picture = self._take()
        if picture is not None:
            self._work(picture, "clipboard", picture.png, lambda png: self._copied(picture, png))

    def save(self) -> None:
        """To a file that is asked for."""
        picture = self._take()
        if picture is None:
            return
        path = SaveDialog.ask(self._words("view.save_title"), self._folder() / picture.file_name, parent=self._window)
        if path is not None:
            self._settings.setValue(FOLDER_SETTING, str(path.parent))

            def write() -> None:
                write_whole(path, picture.png())

            self._work(picture, str(path), write, lambda _done: self._saved(picture, path))

    def stop(self) -> None:
        """End the thread; what is being written is finished first."""
        self._line.stop()
        self._leave_clipboard()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _take(self) -> TakenPicture | None:
        facts, stage, shown = self._desk.facts, self._stage, self._in_sight()
        if facts is None or shown is None:
            stage.toast.say(self._words("view.nothing_to_take"), tone="warn")
            return None
        wall_ns = self._desk.wall_ns_at(shown.at_ns) if stage.is_read_at(shown.at_ns) else None
        try:
            return _taken(
                shown, stage.view.only, Origin(facts.session_id, self._verdict(), wall_ns), self._redactions()
            )
        except NotRecordedError as error:
            stage.toast.say(self._words.said(str(error)), tone="warn")
            return None

    def _work(self, picture: TakenPicture, out: str, work: Callable[[], _T], then: Callable[[_T], None]) -> None:
        """Enter it, and then do it: what may not be entered does not leave the recording."""
        detail = {"at_ns": picture.at_ns, "screens": list(picture.screens), "out": out, "sha256": picture.sha256}

        def enter_and_work(_keep_on: Callable[[], None]) -> _T:
            self._enter("frame", detail)
            return work()

        self._is_working = True
        self._line.ask(enter_and_work, then=then, failed=self._failed)

    def _copied(self, picture: TakenPicture, png: bytes) -> None:
        content = QMimeData()
        content.setData("image/png", QByteArray(png))
        pixels = picture.pixels
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888).copy()
        content.setImageData(image)
        QGuiApplication.clipboard().setMimeData(content)
        self._copied_png = png
        self._done(PictureTaken("copied", picture, None))

    def _leave_clipboard(self) -> None:
        """Leave the bare picture on the clipboard, if ours is still there.

        Content that Python made must not outlive Python: Qt lets go of it last of all, and the process would crash.
        """
        clipboard, png = QGuiApplication.clipboard(), self._copied_png
        is_ours = clipboard.ownsClipboard() or QGuiApplication.platformName() == "offscreen"  # which owns nothing
        if png is not None and is_ours and bytes(clipboard.mimeData().data("image/png").data()) == png:
            clipboard.setImage(clipboard.image())
        self._copied_png = None

    def _saved(self, picture: TakenPicture, path: Path) -> None:
        self._done(PictureTaken("saved", picture, path))

    def _done(self, taken: PictureTaken) -> None:
        picture, words = taken.picture, self._words
        height, width = picture.pixels.shape[:2]
        name = "" if taken.path is None else taken.path.name
        said = [words(f"view.{taken.how}", size=f"{width}×{height}", time=time_text(picture.at_ns), name=name)]
        said += [words.said(note) for note in picture.notes]
        self._stage.toast.say("\n".join(said), tone="warn" if picture.notes else "")
        self.taken.emit(taken)
        self._rest()

    def _failed(self, error: WorldError) -> None:
        self._stage.toast.say(self._words.said(str(error)), tone="bad")
        self._rest()

    def _rest(self) -> None:
        self._is_working = False
        self.answered.emit()

    def _folder(self) -> Path:
        kept = self._settings.value(FOLDER_SETTING)
        if isinstance(kept, str) and Path(kept).is_dir():
            return Path(kept)
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))


def _taken(shown: Shown, only: int | None, origin: Origin, redactions: Redactions) -> TakenPicture:
    """As it is shown, but black where the list of redactions says so: the picture may be handed over."""
    hiding = redactions_at(redactions, shown.at_ns)
    pictures = (None if one is None else redacted_picture(one, hiding, shown.at_ns) for one in shown.pictures)
    taken = take(replace(shown, pictures=tuple(pictures)), only, origin)
    return replace(taken, redacted=tuple(one.reason for one in hiding if one.screen in taken.screens))
