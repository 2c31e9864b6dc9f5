"""The sign of a state: a colour and a shape, so that neither has to be told apart alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from app.resident.standing import Standing
from resources.ui.look import Look

SIZES_PX = (16, 22, 24, 32, 48, 64)
_ROUNDING = 0.28
_GLYPH = 0.8


def tone_colour(look: Look, tone: str) -> str:
    """The colour of "good", "warn", "bad" or "neutral"."""
    colours = look.colours
    return {"good": colours.good, "warn": colours.warn, "bad": colours.bad}.get(tone, colours.text_dim)


def state_pixmap(look: Look, standing: Standing, tone: str, size_px: int, *, ratio: float = 1.0) -> QPixmap:
    """A plate in the tone's colour with the state's shape on it: it can be read on any panel."""
    real_px = round(size_px * ratio)
    pixmap = QPixmap(QSize(real_px, real_px))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tone_colour(look, tone)))
    painter.drawRoundedRect(QRectF(0, 0, real_px, real_px), real_px * _ROUNDING, real_px * _ROUNDING)
    glyph_px = round(real_px * _GLYPH)
    place = (real_px - glyph_px) // 2
    painter.drawPixmap(place, place, look.pixmap(f"state_{standing.value}", look.colours.window, size_px=glyph_px))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def state_icon(look: Look, standing: Standing, tone: str) -> QIcon:
    """The sign in every size that a tray asks for."""
    icon = QIcon()
    for size_px in SIZES_PX:
        icon.addPixmap(state_pixmap(look, standing, tone, size_px))
    return icon
