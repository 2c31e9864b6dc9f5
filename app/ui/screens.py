"""The desktop's screens, as the arithmetic of places wants them."""

from PySide6.QtGui import QGuiApplication, QScreen

from recorder.geometry import Rect


def usable_areas() -> list[Rect]:
    """What panels leave free of every screen."""
    return [_rect(screen, is_whole=False) for screen in QGuiApplication.screens()]


def primary_area() -> Rect:
    """The free part of the screen that a person looks at first."""
    return _rect(QGuiApplication.primaryScreen(), is_whole=False)


def desktop_area() -> Rect:
    """All screens together."""
    area = Rect(0, 0, 0, 0)
    for screen in QGuiApplication.screens():
        area = area.union(_rect(screen, is_whole=True))
    return area


def _rect(screen: QScreen, *, is_whole: bool) -> Rect:
    area = screen.geometry() if is_whole else screen.availableGeometry()
    return Rect(area.x(), area.y(), area.width(), area.height())
