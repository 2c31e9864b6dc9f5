"""Pictures made smaller for the widget, each only once."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from player.source import Picture


class ScaledImages:
    """Keeps the last smaller copy of each monitor's picture."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Picture, QSize, QImage]] = {}

    def clear(self) -> None:
        """Forget them: they are of another sharpness, or not shown any more."""
        self._kept.clear()

    def smaller(self, picture: Picture, image: QImage, size: QSize, ratio: float) -> QImage:
        """The picture in this size, averaged, for a screen of this device pixel ratio."""
        wanted = QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
        kept = self._kept.get(picture.screen)
        if kept is not None and kept[1] == wanted and (kept[0].at_ns, kept[0].exact) == (picture.at_ns, picture.exact):
            return kept[2]
        mode = Qt.TransformationMode.SmoothTransformation
        scaled = image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        scaled.setDevicePixelRatio(ratio)
        self._kept[picture.screen] = (picture, wanted, scaled)
        return scaled
