"""The desktop's screens, as the arithmetic of places wants them."""

from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QStyle, QWidget

from recorder.geometry import Rect


def usable_areas() -> list[Rect]:
    """What panels leave free of every screen."""
    return [_rect(screen, is_whole=False) for screen in QGuiApplication.screens()]


def primary_area() -> Rect:
    """The free part of the screen that a person looks at first."""
    return _rect(QGuiApplication.primaryScreen(), is_whole=False)


def stand_in_the_middle(window: QWidget) -> None:
    """Put a window in the middle of that part: a window manager may put a high one half below the screen's edge."""
    area, title = primary_area(), window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    left, top = (area.width - window.width()) // 2, (area.height - window.height() - title) // 2
    window.move(area.left + max(0, left), area.top + max(0, top))


def desktop_area() -> Rect:
    """All screens together."""
    area = Rect(0, 0, 0, 0)
    for screen in QGuiApplication.screens():
        area = area.union(_rect(screen, is_whole=True))
    return area


def _rect(screen: QScreen, *, is_whole: bool) -> Rect:
    area = screen.geometry() if is_whole else screen.availableGeometry()
    return Rect(area.x(), area.y(), area.width(), area.height())
