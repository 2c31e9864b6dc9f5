"""The newest rows of the operation log, as an auditor will read them; their texts are inert."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QListView, QStyleOptionViewItem

from app.resident.state_words import session_time
from recorder.logrow import KINDS, LogRow
from resources.row_words import RowWords
from resources.ui.inert import visible
from resources.ui.look import SMALL_PX, Look, code_font, text_font
from resources.ui.painting import RowDelegate, paint_text

MOST_ROWS = 200
TIME_PX, SIGN_PX = 66, 24
TYPED = frozenset({"text", "keys"})
_SEVERITY_TONES = {"medium": "warn", "high": "bad", "critical": "bad"}
Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractListModel):
    """The newest rows, the newest last; older ones are in the recording."""

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look, self._row_words = look, RowWords(look.words)
        self._rows: list[LogRow] = []
        self.started_wall_ns: int | None = None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As Qt asks it."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A row as one line, for screen readers and copying."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self._rows[index.row()]
        kind = self._look.words.either(f"kind.{row.kind}", row.kind)
        return "  ".join(part for part in (self.time_of(row), kind, self.text_of(row), self.detail_of(row)) if part)

    def row_at(self, line: int) -> LogRow:
        """The row of a line."""
        return self._rows[line]

    @property
    def rows(self) -> tuple[LogRow, ...]:
        """All that are kept."""
        return tuple(self._rows)

    def time_of(self, row: LogRow) -> str:
        """When it was."""
        return session_time(self.started_wall_ns, row.at_ns)

    def text_of(self, row: LogRow) -> str:
        """What it says, made harmless."""
        return visible(self._row_words.text(row))

    def detail_of(self, row: LogRow) -> str:
        """The rest of it."""
        return visible(self._row_words.detail(row))

    def add(self, rows: tuple[LogRow, ...]) -> None:
        """These came."""
        rows = rows[-MOST_ROWS:]
        over = len(self._rows) + len(rows) - MOST_ROWS
        if over > 0:
            self.beginRemoveRows(QModelIndex(), 0, over - 1)
            del self._rows[:over]
            self.endRemoveRows()
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()


class RowsView(QListView):
    """Stays at the newest row unless a person scrolled away from it."""

    def __init__(self, model: RowsModel, *, look: Look) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_RowDelegate(look, model, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName(look.words("agent_window.rows"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._follows = True
        model.rowsAboutToBeInserted.connect(self._remember)
        model.rowsInserted.connect(self._follow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._follow()

    def _remember(self) -> None:
        bar = self.verticalScrollBar()
        self._follows = bar.value() >= bar.maximum() - 1

    def _follow(self) -> None:
        if self._follows:
            self.scrollToBottom()


class _RowDelegate(RowDelegate):
    """When, what kind, what, and the rest in faint letters."""

    height_px = 26

    def __init__(self, look: Look, model: RowsModel, view: RowsView) -> None:
        super().__init__(look, view)
        self._model = model
        self._small, self._font, self._code = text_font(SMALL_PX), text_font(), code_font(SMALL_PX + 1)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """As Qt asks it."""
        row = self._model.row_at(index.row())
        colours = self.look.colours
        area = QRect(option.rect)
        painter.save()
        painter.setClipRect(area)
        ink = self.paint_ground(painter, option)
        faint = colours.text_dim if ink == colours.text else ink
        place = area.adjusted(10, 0, -10, 0)
        paint_text(
            painter,
            QRect(place.left(), area.top(), TIME_PX, area.height()),
            self._model.time_of(row),
            font=self._small,
            colour=faint,
        )
        tone = _SEVERITY_TONES.get(row.severity)
        name = f"kind_{row.kind}" if row.kind in KINDS else "kind_unknown"
        sign_colour = getattr(colours, tone) if tone else faint
        self.paint_icon(painter, place.left() + TIME_PX, area.center().y() + 1, name, sign_colour)
        left = place.left() + TIME_PX + SIGN_PX
        room = QRect(left, area.top(), place.right() - left, area.height())
        font = self._code if row.kind in TYPED else self._font
        width = paint_text(painter, room, self._model.text_of(row), font=font, colour=ink)
        rest = room.adjusted(width + 12, 0, 0, 0)
        if rest.width() > 40:
            paint_text(painter, rest, self._model.detail_of(row), font=self._small, colour=faint)
        painter.restore()
