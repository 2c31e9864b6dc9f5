"""Connects exporting with the window: the dialog, the job on its thread, redactions, and what is known beforehand."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from player.moments import time_text
from player.source import SessionFacts, Source
from player.ui.export_dialog import ExportDialog, Wanted
from player.ui.exporting import Exporting
from player.ui.open_now import OpenNow
from player.ui.reading import News
from player.ui.settings import export_folder, keep_export_folder
from player.video.export import Choice
from player.video.order import Done, Order
from player.video.plan import dull_ranges, timetable
from player.video.redaction import Redactions
from player.video.scene import GRAVE, HIDING
from player.video.words import VideoWords
from player.video.writers import has_pyav
from resources.ui.settings import Settings
from resources.ui.widgets import bring_forward

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class ExportController(QObject):
    """One for each window. The dialog is made when it is first wanted."""

    def __init__(self, window: "PlayerWindow", settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._look = window.look
        self._now = OpenNow(window.desk, self)
        self._redactions: Redactions = ()
        self._dialog: ExportDialog | None = None
        self._rate: tuple[float, float] | None = None  # what a change took in the last export: seconds, bytes
        self.exporting = Exporting(self._open_again, self)
        self._now.changed.connect(self._estimate)
        self._now.closed.connect(self._closed)
        self.exporting.finished.connect(self._finished)

    @property
    def dialog(self) -> ExportDialog | None:
        """The dialog, once it was shown."""
        return self._dialog

    def export(self) -> None:
        """Show the dialog, for the open recording and the selected range."""
        facts, news = self._now.facts, self._now.news
        if facts is None or news is None:
            self._window.libraries.say(self._look.words("give_out.nothing_open"))
            return
        if self._dialog is None:
            self._dialog = self._made()
        if not self.exporting.is_running:
            self._dialog.show_recording(self._now.about, news.duration_ns, self._proposed(facts))
            selected = self._window.timeline.selected_range
            if selected is not None:
                self._dialog.show_range(selected.start_ns, selected.end_ns)
        self._dialog.show_redactions(len(self._redactions))
        self._estimate()
        bring_forward(self._dialog)

    @property
    def redactions(self) -> Redactions:
        """What is to be black in the copy."""
        return self._redactions

    def set_redactions(self, redactions: Redactions) -> None:
        """From now on this is to be black in the copy."""
        self._redactions = redactions
        if self._dialog is not None:
            self._dialog.show_redactions(len(redactions))

    def _open_again(self, folder: Path, detail: Mapping[str, object]) -> Source:
        """On the export's thread: the recording once more, so that playing is not disturbed."""
        desk = self._window.desk
        return desk.access.open_to_export(folder, detail, desk.ask_passphrase)

    def stop(self) -> None:
        """Cancel what is running, and end the thread."""
        self.exporting.stop()

    def _closed(self) -> None:
        if self._dialog is not None and not self.exporting.is_running:
            self._dialog.close()

    # --- the dialog ---------------------------------------------------------------------------------------------------

    def _made(self) -> ExportDialog:
        dialog, exporting = ExportDialog(look=self._look, parent=self._window), self.exporting
        dialog.started.connect(self._start)
        dialog.redactions_requested.connect(self._window.commands.command("redact"))
        dialog.changed.connect(self._estimate)
        exporting.progressed.connect(dialog.show_progress)
        exporting.finished.connect(dialog.show_done)
        dialog.follow(exporting)
        return dialog

    def _proposed(self, facts: SessionFacts) -> Path:
        return export_folder(self._settings) / f"{facts.session_id}.webm"

    def _start(self, wanted: Wanted) -> None:
        folder = self._window.desk.folder
        if folder is None:
            return
        keep_export_folder(self._settings, wanted.path)
        choice = Choice(
            start_ns=wanted.start_ns,
            end_ns=wanted.end_ns,
            skip_idle=wanted.skip_idle,
            clock=wanted.clock,
            redactions=self._redactions,
        )
        subtitles = wanted.path.with_suffix(".vtt") if wanted.subtitles else None
        log = wanted.path.with_suffix(".jsonl") if wanted.log else None
        self.exporting.export(Order(folder, wanted.path, choice, subtitles, log, self._video_words()))

    def _video_words(self) -> VideoWords:
        words = self._look.words
        return VideoWords(
            altered=words("video.altered"),
            missing=words("video.missing"),
            gap=words("video.gap"),
            nothing=words("video.nothing"),
            lasts=words("video.lasts", start="{start}", end="{end}", length="{length}"),
            cut=words("video.cut", length="{length}"),
            inexact=words("video.inexact"),
            redacted=words("video.redacted"),
            said=words.said,
        )

    def _finished(self, done: Done) -> None:
        if done.changes > 0:
            self._rate = done.spent_ns / 1e9 / done.changes, done.video.size_bytes / done.changes

    # --- what is known beforehand -------------------------------------------------------------------------------------

    def _estimate(self) -> None:
        dialog, news = self._dialog, self._now.news
        if dialog is None or news is None or self.exporting.is_running:
            return
        start_ns, end_ns = dialog.range_ns
        if start_ns is None:
            dialog.show_estimate(self._look.words("export.no_time"), "", tone="")
            return
        end_ns = news.duration_ns if end_ns is None else min(end_ns, news.duration_ns)
        tone = "bad" if self._now.is_doubtful else ""
        dialog.show_estimate(self._length(news, start_ns, end_ns, dialog), self._notes(news, dialog), tone=tone)

    def _length(self, news: News, start_ns: int, end_ns: int, dialog: ExportDialog) -> str:
        """How long the video will be; how much time and room it takes, if an export told what a change costs here."""
        words, told = self._look.words, [span for span in news.spans if span.kind in HIDING]
        if start_ns >= end_ns:
            return words("export.nothing_there", end=time_text(news.duration_ns))
        dark = [span for span in told if span.kind in GRAVE]
        cut = dull_ranges(news.idle, told, dark=dark) if dialog.skip_idle.isChecked() else ()
        length_ns = timetable(start_ns, end_ns, cut).duration_ns
        first, last = np.searchsorted(news.change_times_ns, (start_ns, end_ns))
        text = words("export.length", length=time_text(length_ns, milliseconds=False), changes=f"{last - first:,}")
        if self._rate is not None:
            seconds, size = (rate * int(last - first) for rate in self._rate)
            text += " " + words("export.about", seconds=f"{max(seconds, 1):.0f}", size=f"{size / 1e6:.1f}")
        return text if news.is_complete else text + " " + words("export.still_reading")

    def _notes(self, news: News, dialog: ExportDialog) -> str:
        words = self._look.words
        said = []
        if self._now.is_doubtful:
            said.append(words("export.is_altered"))
        if news.is_live:
            said.append(words("export.is_live"))
        if not has_pyav():
            said.append(words("export.no_pyav"))
        wanted = dialog.wanted
        if wanted is not None:
            asked = (
                (True, wanted.path),
                (wanted.subtitles, wanted.path.with_suffix(".vtt")),
                (wanted.log, wanted.path.with_suffix(".jsonl")),
            )
            there = [path.name for is_asked, path in asked if is_asked and path.exists()]
            said += [words("export.replaces", names=", ".join(there))] if there else []
        said.append(words("export.not_sealed"))
        return " ".join(said)
