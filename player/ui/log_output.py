"""Rows of the operation log out of the window: onto the clipboard, and into files, in the background."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from player.log_lines import Places
from player.outfile import partial_file, storage_errors
from player.rows_out import RowsFormat, table_text, written_rows
from player.ui.background import Home, Line, NotWantedError
from player.ui.log_columns import Column, RowTexts
from recorder.errors import WorldError
from recorder.logrow import LogRow
from resources.ui.look import Look

MOST_COPIED = 20_000  # rows: a clipboard is no file
_BETWEEN_LOOKS = 500
Enter = Callable[[str, Mapping[str, object]], None]  # enters what goes out into the ledger, or refuses it in words
_FORMATS = {".csv": RowsFormat.CSV, ".jsonl": RowsFormat.JSONL}
_CSV_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: where, and how many rows are in it."""

    path: Path
    count: int


class RowsFileDialog:
    """Asks into which file rows are written."""

    @classmethod
    def ask(cls, *, look: Look, parent: QWidget | None) -> Path | None:
        """The file, its suffix one of those that can be written; None if the person gave up."""
        words = look.words
        filters = f"{words('log_out.csv')} (*.csv);;{words('log_out.jsonl')} (*.jsonl)"
        name, chosen = QFileDialog.getSaveFileName(parent, words("log_out.title"), "log.csv", filters)
        if not name:
            return None
        path = Path(name)
        if path.suffix.lower() in _FORMATS:
            return path
        return path.with_name(path.name + (".jsonl" if "jsonl" in chosen else ".csv"))


def _nobody_asks(_kind: str, _detail: Mapping[str, object]) -> None:
    """Where there is no ledger: rows that are of no recording."""


class LogOutput(QObject):
    """Copies and exports. One export goes on at a time; another replaces it."""

    progressed = Signal(float)  # from 0 to 1
    exported = Signal(object)  # Exported
    failed = Signal(str)  # the sentence
    copied = Signal(object)  # how many rows

    def __init__(self, *, home: Home, parent: QObject) -> None:
        super().__init__(parent)
        self.enter: Enter = _nobody_asks
        self._home = home
        self._line = Line("exporting rows", home=home)
        self.is_exporting = False

    def copy_lines(self, rows: list[LogRow]) -> None:
        """As the command line prints them."""
        self._copy("".join(written_rows(rows, RowsFormat.TEXT, wall_ns=lambda _at_ns: 0)), len(rows))

    def copy_table(self, rows: list[LogRow], columns: list[Column], texts: RowTexts) -> None:
        """The columns that are shown, to be pasted into a spreadsheet."""
        cells = ([texts.whole(row, column) for column in columns] for row in rows)
        self._copy(table_text(map(texts.head, columns), cells), len(rows))

    def copy_value(self, row: LogRow, column: Column, texts: RowTexts) -> None:
        """One cell, in full."""
        self._copy(texts.whole(row, column), 1)

    def export(self, path: Path, rows: Sequence[LogRow], places: Places, wall_ns: Callable[[int], int | None]) -> None:
        """Write these rows; what is there already is replaced as a whole, at the end."""
        self.is_exporting = True
        self.progressed.emit(0.0)
        self._line.ask(
            lambda keep_on: self._write(path, rows, places, wall_ns, keep_on),
            then=self._was_exported,
            failed=self._was_not_exported,
        )

    def cancel(self) -> None:
        """Leave off; what was there stays."""
        self._line.forget()
        self.is_exporting = False

    def stop(self) -> None:
        """End the thread."""
        self._line.stop()

    def _copy(self, text: str, count: int) -> None:
        try:
            self.enter("log", {"rows": count, "out": "clipboard"})
        except WorldError as error:
            self.failed.emit(str(error))
            return
        QApplication.clipboard().setText(text)
        self.copied.emit(count)

    def _write(
        self,
        path: Path,
        rows: Sequence[LogRow],
        places: Places,
        wall_ns: Callable[[int], int | None],
        keep_on: Callable[[], None],
    ) -> Exported:
        form = _FORMATS[path.suffix.lower()]
        self.enter("log_export", {"rows": len(places), "out": str(path)})

        def clock(at_ns: int) -> int:
            found = wall_ns(at_ns)
            if found is None:
                msg = "the recording was closed"
                raise NotWantedError(msg)
            return found

        def chosen() -> Iterator[LogRow]:
            for number, place in enumerate(places.tolist()):
                if number % _BETWEEN_LOOKS == 0:
                    keep_on()
                    self._tell(number / len(places))
                yield rows[place]

        with (
            partial_file(path) as partial,
            storage_errors(path),
            partial.open("w", encoding="utf-8", newline="") as out,
        ):
            out.write(_CSV_MARK if form is RowsFormat.CSV else "")
            out.writelines(written_rows(chosen(), form, wall_ns=clock))
            keep_on()
        return Exported(path, len(places))

    def _tell(self, share: float) -> None:
        self._home(lambda: self.progressed.emit(share) if self.is_exporting else None)

    def _was_exported(self, exported: Exported) -> None:
        self.is_exporting = False
        self.exported.emit(exported)

    def _was_not_exported(self, error: WorldError) -> None:
        self.is_exporting = False
        self.failed.emit(str(error))
