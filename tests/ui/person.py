"""Somebody who sits at the window: sees what is in sight, by its name, and presses keys and the mouse. No more."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QTableView,
    QTreeView,
    QWidget,
)

SEEING_MS = 30_000
Left = Qt.MouseButton.LeftButton


class Person:
    def __init__(self, qtbot, window):
        self._qtbot = qtbot
        self._window = window

    # --- seeing -------------------------------------------------------------------------------------------------------

    def shown(self, name, kind=QWidget):
        """The control of this name that is in sight; None if there is none."""
        for top in QApplication.topLevelWidgets():
            if top.isVisible():
                for widget in (top, *top.findChildren(kind)):
                    if widget.isVisible() and isinstance(widget, kind) and name in self._names(widget):
                        return widget
        return None

    def sees(self, name, kind=QWidget):
        """Wait until it is in sight."""
        self.until(lambda: self.shown(name, kind) is not None, f"{name!r} is nowhere to be seen")
        return self.shown(name, kind)

    def reads(self, text):
        """Wait until some label says this somewhere."""
        self.until(lambda: any(text in said for said in self.labels()), f"nothing says {text!r}: {self.labels()}")

    def labels(self):
        return [label.text() for label in self._visible(QLabel) if label.text()]

    def rows(self, name):
        """What stands in the rows of a list."""
        view = self.sees(name, QAbstractItemView)
        model = view.model()
        columns = range(_columns(view))
        return [
            " ".join(str(model.index(row, column).data() or "") for column in columns)
            for row in range(model.rowCount())
        ]

    def current(self, name):
        """The row that is marked in a list."""
        view = self.sees(name, QAbstractItemView)
        row = view.currentIndex().row()
        return self.rows(name)[row] if row >= 0 else ""

    def until(self, holds, otherwise):
        """Wait for it."""

        def look():
            assert holds(), f"{otherwise}; focus: {QApplication.focusWidget()}; labels: {self.labels()}"

        self._qtbot.waitUntil(look, timeout=SEEING_MS)

    # --- the keyboard -------------------------------------------------------------------------------------------------

    def press(self, *sequences):
        """Keys, as they are written in the list of keys; they go to what has the focus."""
        for text in sequences:
            stroke = QKeySequence(text)[0]  # type: ignore[index]  # Qt's stubs forget it
            self._qtbot.keyClick(self._focused(), stroke.key(), stroke.keyboardModifiers())

    def types(self, text):
        self._qtbot.keyClicks(self._focused(), text)

    def _focused(self):
        popup = QApplication.activePopupWidget()
        widget = QApplication.focusWidget()
        if popup is not None and (widget is None or not popup.isAncestorOf(widget)):
            return popup
        return widget or QApplication.activeWindow()

    # --- the mouse ----------------------------------------------------------------------------------------------------

    def clicks(self, name, kind=QWidget):
        """Click on the control of this name."""
        widget = self.sees(name, kind)
        self._qtbot.mouseClick(widget, Left, pos=self._spot(widget))
        return widget

    def clicks_row(self, name, text):
        """Click on the first row of a list that says this."""
        view = self.sees(name, QAbstractItemView)
        self.until(lambda: any(text in row for row in self.rows(name)), f"no row says {text!r}: {self.rows(name)}")
        row = next(number for number, said in enumerate(self.rows(name)) if text in said)
        index = view.model().index(row, _columns(view) - 1)
        view.scrollTo(index)
        self._qtbot.mouseClick(view.viewport(), Left, pos=view.visualRect(index).center())

    def chooses(self, menu_button, entry):
        """Open the menu of a button, and choose an entry; the menu stays open while it is looked at."""
        button = self.sees(menu_button, QAbstractButton)
        menu = button.menu()
        action = next(one for one in menu.actions() if one.text().split("\t")[0] == entry)
        assert action.isEnabled()
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        self._qtbot.mouseClick(menu, Left, pos=menu.actionGeometry(action).center())

    def drags(self, widget, start, end):
        """Press, move, let go."""
        self._qtbot.mousePress(widget, Left, pos=start)
        for spot in ((start + end) / 2, end):
            QApplication.sendEvent(widget, _moved(widget, spot))
        self._qtbot.mouseRelease(widget, Left, pos=end)

    def _spot(self, widget):
        return QPoint(min(widget.width() // 2, 60), widget.height() // 2)

    def _visible(self, kind):
        """In the window, and in the dialogs and menus that are its own: others may still be closing."""
        return [
            widget
            for top in QApplication.topLevelWidgets()
            if top.isVisible() and self._is_own(top)
            for widget in top.findChildren(kind)
            if widget.isVisible()
        ]

    def _is_own(self, top):
        while top is not None and top is not self._window:
            top = top.parentWidget()
        return top is self._window

    def _names(self, widget):
        said = [widget.accessibleName()]
        if isinstance(widget, QAbstractButton):
            said.append(widget.text().strip())
        if isinstance(widget, QLineEdit):
            said.append(widget.placeholderText())
        return said


def _columns(view):
    return view.model().columnCount() if isinstance(view, QTableView | QTreeView) else 1


def _moved(widget, spot):
    """The pointer moves there with the button held."""
    there = QPointF(widget.mapToGlobal(spot))
    return QMouseEvent(
        QEvent.Type.MouseMove, QPointF(spot), there, Qt.MouseButton.NoButton, Left, Qt.KeyboardModifier.NoModifier
    )
