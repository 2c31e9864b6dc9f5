"""A report's page as PDF, by Qt's rich text; needs a QGuiApplication, of any platform."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QUrl
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from player.outfile import partial_file
from player.report.page import Page
from recorder.errors import StorageError

DOTS_PER_INCH = 96
MARGIN_MM = 16.0
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


def write_pdf(page: Page, path: Path) -> None:
    """Write the page as PDF on A4.

    Raises:
        StorageError: it cannot be written.
    """
    with partial_file(path) as partial:
        writer = QPdfWriter(str(partial))
        writer.setResolution(DOTS_PER_INCH)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
        writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
        writer.setTitle(page.title)
        document = _Document(page.pictures)
        document.setDefaultFont(QFont("Noto Sans", 9))
        document.setDefaultStyleSheet(STYLE)
        document.setHtml(page.body)
        document.print_(writer)
        del writer  # which finishes the file
        if not partial.stat().st_size:
            msg = f"{path} cannot be written. Check the folder and its free space."
            raise StorageError(msg)
