"""Small parts that every panel is built from."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resources.ui.inert import plain_tip
from resources.ui.look import Look


def plain_label(text: str = "", *, part: str = "", selectable: bool = False, wraps: bool = False) -> QLabel:
    """A label that shows text as it is: what comes from a recording is never taken for markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    if part:
        label.setProperty("part", part)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


class ElidedLabel(QLabel):
    """A line of plain text that is cut with an ellipsis where there is no room for it."""

    def __init__(self, *, part: str = "") -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("part", part)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        """Show this, as far as there is room."""
        self._whole = text
        self.setToolTip(plain_tip(text))
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


def icon_button(
    look: Look, icon: str, tip: str, *, pressed: Callable[[], object] | None = None, checkable: bool = False
) -> QToolButton:
    """A button of an icon; what it does is its tool tip and its name for screen readers."""
    button = QToolButton()
    button.setIcon(look.icon(icon))
    button.setIconSize(QSize(16, 16))
    button.setFixedSize(28, 28)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    name_control(button, tip)
    if pressed is not None:
        button.clicked.connect(lambda _checked=False: pressed())
    return button


def text_button(look: Look, text: str, tip: str, *, icon: str = "", part: str = "text") -> QToolButton:
    """A button of words, with an icon before them if one is given."""
    button = QToolButton()
    button.setText(f" {text}" if icon else text)  # Qt leaves too little room between icon and words
    button.setProperty("part", part)
    button.setFixedHeight(28)
    button.setIconSize(QSize(16, 16))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if icon:
        button.setIcon(look.icon(icon))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    name_control(button, tip)
    return button


def name_control(control: QWidget, tip: str) -> None:
    """Say what a control does: on hovering, and to screen readers."""
    control.setToolTip(plain_tip(tip))
    control.setAccessibleName(tip)


def filter_box(look: Look, placeholder: str, *, icon: str = "search", tip: str = "") -> QLineEdit:
    """A line to type what is looked for, with a button that empties it; `tip` says more than there is room for."""
    box = QLineEdit()
    box.setPlaceholderText(placeholder)
    box.setAccessibleName(tip or placeholder)
    box.setToolTip(plain_tip(tip))
    box.setClearButtonEnabled(True)
    box.addAction(QAction(look.icon(icon), "", box), QLineEdit.ActionPosition.LeadingPosition)
    return box


def lead_down(box: QLineEdit, view: QAbstractItemView) -> None:
    """Down goes from a line to the rows that it narrows, to the first of them that can be chosen if none is yet."""

    def go() -> None:
        model = view.model()
        rows = (model.index(number, 0) for number in range(model.rowCount()))
        first = next((row for row in rows if row.flags() & Qt.ItemFlag.ItemIsSelectable), None)
        if first is None or not view.isVisible():
            return
        if not view.currentIndex().isValid():
            view.setCurrentIndex(first)  # before it has the focus: Qt would take the very first, which may be a heading
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    down = QShortcut(QKeySequence(Qt.Key.Key_Down), box)
    down.setContext(Qt.ShortcutContext.WidgetShortcut)
    down.activated.connect(go)


def panel(*, surface: str = "panel") -> tuple[QWidget, QVBoxLayout]:
    """A surface with its column, without margins."""
    widget = QWidget()
    widget.setProperty("surface", surface)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return widget, column


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("rule", "vertical" if vertical else "horizontal")
    return line


def stretch() -> QWidget:
    """Empty room that gives way."""
    widget = QWidget()
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return widget


def bring_forward(window: QWidget) -> None:
    """Show a window or dialog before all others, and let it have the keys."""
    window.show()
    window.raise_()
    window.activateWindow()


def show_beside_work(window: QWidget) -> None:
    """Show a window before all others that nobody asked for; the keys stay where they are.

    Whoever types on has not read it yet, must not press its button, and may be in the middle of a password.
    """
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    window.show()
    window.raise_()


def make_room(dialog: QWidget) -> None:
    """Let a dialog be as high as its wrapped lines need at its width: Qt does not ask them before it is shown."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        dialog.resize(dialog.width(), max(dialog.height(), layout.totalHeightForWidth(dialog.width())))


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet selects on, and let it be seen."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    for part in (widget, *widget.findChildren(QWidget)):
        part.style().unpolish(part)
        part.style().polish(part)


def key_text(sequence: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
