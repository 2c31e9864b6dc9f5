"""How the window looks: colours, icons, fonts and the style sheet, dark or light."""

import string
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources
from resources.words import Words

FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Noto Sans CJK JP", "Yu Gothic UI", "Hiragino Sans")
MONOSPACE = ("JetBrains Mono", "Cascadia Mono", "Noto Sans Mono CJK JP", "DejaVu Sans Mono", "Consolas")
TEXT_PX = 13
SMALL_PX = 12
# Style sheets take the native marks away and draw only from files, so these have a colour of each theme in them.
MARKS = ("down", "up", "left", "right", "tick")
SHEETS = ("00_base", "10_text", "20_controls", "30_lists", "40_verdict", "50_library", "60_agent")


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by what they are for, "#rrggbb"."""

    window: str
    panel: str
    raised: str
    hover: str
    line: str
    line_strong: str
    text: str
    text_dim: str
    text_faint: str
    accent: str
    accent_fill: str
    on_accent_fill: str
    button: str
    on_button: str
    good: str
    good_fill: str
    warn: str
    warn_fill: str
    bad: str
    bad_fill: str
    neutral_fill: str
    stage: str
    lane: str
    curve: str
    curve_input: str
    idle: str
    gap: str
    altered: str
    hit: str
    position: str
    shadow: str
    on_application: str
    application_0: str
    application_1: str
    application_2: str
    application_3: str
    application_4: str
    application_5: str
    application_6: str
    application_7: str
    application_unknown: str


def read_colours(name: str) -> Colours:
    """The colours called "dark" or "light"."""
    return Colours(**tomllib.loads(resources.path(f"colours/{name}.toml").read_text(encoding="utf-8")))


@dataclass(slots=True)
class Look:
    """Everything a widget needs to know to paint itself and to speak: one for the window, given to each of them.

    The colours may become others while the window is open, so nobody keeps them: whoever paints asks for them.
    """

    words: Words
    colours: Colours

    def icon(self, name: str, *, tone: str | None = None) -> QIcon:
        """An icon for a control: in the text's colour or in that called `tone`, faint where it is disabled."""
        return QIcon(_ToneIcon(self, name, tone))

    def pixmap(self, name: str, colour: str, *, size_px: int = 16, ratio: float = 1.0) -> QPixmap:
        """An icon to paint, sharp at this device pixel ratio."""
        pixmap = QPixmap(_drawn(name, colour, round(size_px * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def application_colour(self, number: int | None) -> str:
        """The colour of this number (`player.lane_columns.colours_of`); None: of an application that is not known."""
        return str(getattr(self.colours, f"application_{'unknown' if number is None else number}"))

    def stylesheet(self) -> str:
        """The numbered style sheets in their order, with the colours put in, and the files of what they draw."""
        values = {field.name: getattr(self.colours, field.name) for field in fields(self.colours)}
        values |= {f"mark_{name}": _url(resources.path(f"marks/{name}_{self._theme}.svg")) for name in MARKS}
        sheets = (resources.path(f"qss/{name}.qss").read_text(encoding="utf-8") for name in SHEETS)
        return "\n".join(string.Template(sheet).substitute(values) for sheet in sheets)

    @property
    def _theme(self) -> str:
        return "dark" if QColor(self.colours.window).lightness() < 128 else "light"

    def palette(self) -> QPalette:
        """For what style sheets do not reach (placeholder text, links, native parts)."""
        palette, c = QPalette(), self.colours
        for role, colour in (
            (QPalette.ColorRole.Window, c.window),
            (QPalette.ColorRole.Base, c.panel),
            (QPalette.ColorRole.AlternateBase, c.raised),
            (QPalette.ColorRole.Button, c.raised),
            (QPalette.ColorRole.Text, c.text),
            (QPalette.ColorRole.WindowText, c.text),
            (QPalette.ColorRole.ButtonText, c.text),
            (QPalette.ColorRole.PlaceholderText, c.text_faint),
            (QPalette.ColorRole.Highlight, c.accent_fill),
            (QPalette.ColorRole.HighlightedText, c.on_accent_fill),
            (QPalette.ColorRole.Link, c.accent),
        ):
            palette.setColor(role, QColor(colour))
        return palette


class _ToneIcon(QIconEngine):
    """Draws an icon in the colours that the window has when it is painted."""

    def __init__(self, look: Look, name: str, tone: str | None) -> None:
        super().__init__()
        self._look, self._name, self._tone = look, name, tone

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """As Qt asks it."""
        return _drawn(self._name, self._colour(mode, state), max(1, min(size.width(), size.height())))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """As Qt asks it."""
        ratio = painter.device().devicePixelRatioF()
        size_px = min(rect.width(), rect.height())
        pixmap = self._look.pixmap(self._name, self._colour(mode, state), size_px=size_px, ratio=ratio)
        middle = rect.center()
        painter.drawPixmap(middle.x() - (size_px - 1) // 2, middle.y() - (size_px - 1) // 2, pixmap)

    def clone(self) -> QIconEngine:
        """As Qt asks it."""
        return _ToneIcon(self._look, self._name, self._tone)

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        colours = self._look.colours
        if mode is QIcon.Mode.Disabled:
            return colours.line_strong
        if self._tone is not None:
            return str(getattr(colours, self._tone))
        return colours.on_accent_fill if state is QIcon.State.On else colours.text_dim


def text_font(px: int = TEXT_PX, *, strong: bool = False) -> QFont:
    """The window's font, with digits of one width so that times stand still."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(px)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def code_font(px: int = TEXT_PX) -> QFont:
    """For what was typed or lies in files."""
    font = QFont()
    font.setFamilies(list(MONOSPACE))
    font.setPixelSize(px)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def _url(path: Path) -> str:
    """As a style sheet names a file; in quotes there, since folders may have any name."""
    return path.as_posix().replace("\\", "\\\\").replace('"', '\\"')


@cache
def _drawn(name: str, colour: str, size_px: int) -> QPixmap:
    svg = resources.path(f"icons/{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    pixmap = QPixmap(QSize(size_px, size_px))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return pixmap
