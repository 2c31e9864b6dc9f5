"""A report's page as PDF, by Qt's rich text; needs a QGuiApplication, of any platform."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from player.outfile import partial_file, storage_errors
from player.report.page import Page
from recorder.errors import StorageError

DOTS_PER_INCH = 96
MARGIN_MM = 16.0
FOOT_PX = 28
HAIR_PX = 2
FOOT_COLOUR = "#4a5560"
STYLE = """
h1 { font-size: 17pt; } h2 { font-size: 12.5pt; margin-top: 16px; } h3 { font-size: 10.5pt; }
th { color: #4a5560; } .quiet { color: #4a5560; } code { font-family: monospace; font-size: 8.5pt; }
"""


class _Document(QTextDocument):
    """Knows the pictures of the page, and fetches nothing else, from nowhere."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__()
        self._pictures = pictures

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """As Qt asks it."""
        png = self._pictures.get(name.toString() if isinstance(name, QUrl) else name)
        image = QImage()
        if png is not None:
            image.loadFromData(QByteArray(png))
        return image


def write_pdf(page: Page, path: Path, *, foot: str, progress: Callable[[int, int], None] | None = None) -> None:
    """Write the page as PDF on A4; `foot` stands under each sheet, `progress` hears which of how many is written.

    What `progress` raises ends the writing; nothing half-written stays.

    Raises:
        StorageError: it cannot be written.
    """
    with partial_file(path) as partial:
        writer = _writer(partial, page.title)
        area = QSizeF(writer.width(), writer.height() - FOOT_PX)
        document = _document(page, area)
        painter = QPainter()
        if not painter.begin(writer):
            msg = f"{path} cannot be written. Check the folder and its free space."
            raise StorageError(msg)
        try:
            for number in range(document.pageCount()):
                if number:
                    writer.newPage()
                _draw(painter, document, number, area, foot)
                if progress is not None:
                    progress(number + 1, document.pageCount())
        finally:
            painter.end()
        with storage_errors(path):
            if not _is_whole(partial):
                msg = f"{path} was not written whole. Check the folder and its free space."
                raise StorageError(msg)


def _writer(path: Path, title: str) -> QPdfWriter:
    writer = QPdfWriter(str(path))
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter)
    writer.setTitle(title)
    return writer


def _document(page: Page, area: QSizeF) -> QTextDocument:
    document = _Document(page.pictures)
    document.setDefaultFont(QFont("Noto Sans", 9))
    document.setDefaultStyleSheet(STYLE)
    document.setDocumentMargin(0)
    document.setHtml(page.body)
    document.setPageSize(area)
    _keep_headings_with_what_follows(document, area.height())
    return document


def _keep_headings_with_what_follows(document: QTextDocument, sheet_px: float) -> None:
    """Qt lays them out without looking ahead: a heading would be left alone at a sheet's foot."""
    document.documentLayout().documentSize()  # lays out all of it
    block = document.begin()
    while block.isValid():
        following = _after_headings(block)
        is_heading = block.blockFormat().headingLevel() > 0
        if is_heading and following.isValid() and _sheet(following, sheet_px) > _sheet(block, sheet_px):
            begins_a_sheet = QTextBlockFormat()
            begins_a_sheet.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            QTextCursor(block).mergeBlockFormat(begins_a_sheet)
            document.documentLayout().documentSize()
        block = following if is_heading else block.next()


def _after_headings(block: QTextBlock) -> QTextBlock:
    following = block.next()
    while following.isValid() and following.blockFormat().headingLevel() > 0:
        following = following.next()
    return following


def _sheet(block: QTextBlock, sheet_px: float) -> int:
    """On which sheet its first line stands."""
    layout = block.layout()
    first_px = layout.lineAt(0).y() if layout.lineCount() else 0.0
    return int((layout.position().y() + first_px + 1) // sheet_px)


def _draw(painter: QPainter, document: QTextDocument, number: int, area: QSizeF, foot: str) -> None:
    """One sheet."""
    top = number * area.height()
    painter.save()
    painter.translate(0, -top)
    # What is drawn is cut to this. A picture on the next sheet begins a hair above it.
    document.drawContents(painter, QRectF(0, top, area.width(), area.height() - HAIR_PX))
    painter.restore()
    painter.setPen(QColor(FOOT_COLOUR))
    painter.setFont(QFont("Noto Sans", 7))
    below = QRectF(0, area.height(), area.width(), FOOT_PX)
    bottom = Qt.AlignmentFlag.AlignBottom
    painter.drawText(below, Qt.AlignmentFlag.AlignLeft | bottom, foot)
    painter.drawText(below, Qt.AlignmentFlag.AlignRight | bottom, f"{number + 1} / {document.pageCount()}")


def _is_whole(path: Path) -> bool:
    """Qt says nothing of a full disk; a PDF that was finished ends with its mark."""
    return path.read_bytes()[-1024:].rstrip().endswith(b"%%EOF")
