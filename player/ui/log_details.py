"""The chosen row of the operation log in full."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.timeline import time_text
from player.ui.log_columns import RowTexts
from recorder.logrow import LogRow
from resources.ui.inert import visible
from resources.ui.look import code_font
from resources.ui.widgets import panel, plain_label

LONGEST_TEXT, LONGEST_REST = 4000, 1000  # characters


class LogDetails(QWidget):
    """When and what kind, the whole text, the rest; hidden until a row was chosen."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        surface, inner = panel(surface="raised")
        column.addWidget(surface)
        self._head = plain_label(part="dim", wraps=True)
        self.text = plain_label(wraps=True, selectable=True)
        self.text.setFont(code_font())
        self._rest = plain_label(part="dim", wraps=True, selectable=True)
        inner.setContentsMargins(12, 10, 12, 12)
        inner.setSpacing(6)
        for label in (self._head, self.text, self._rest):
            inner.addWidget(label)
        self.hide()

    def show_row(self, row: LogRow, texts: RowTexts) -> None:
        """This row."""
        until = f" – {time_text(row.end_ns)}" if row.end_ns > row.at_ns else ""
        severity = texts.severity(row.severity) if row.severity != "informational" else ""
        parts = (texts.kind(row.kind), severity, f"{time_text(row.at_ns)}{until}", texts.clock(row))
        self._head.setText(" · ".join(part for part in parts if part))
        self.text.setText(visible(texts.rows.text(row)[:LONGEST_TEXT]))
        where = " — ".join(part for part in (row.application, row.window) if part)
        rest = "\n".join(visible(part[:LONGEST_REST]) for part in (texts.rows.detail(row), where) if part)
        self._rest.setText(rest)
        self._rest.setVisible(bool(rest))
        self.show()
