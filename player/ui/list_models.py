"""Short lists as Qt models: the library by day, what a search found, what `verify` found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from player.ui.access import Entry
from recorder.clock import NS_PER_S
from resources.ui.inert import plain_tip, visible

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = int(Qt.ItemDataRole.UserRole)
_TIP_ROLES = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole)
_NO_PARENT = QModelIndex()
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above others, not to be chosen."""

    text: str


class ItemsModel(QAbstractListModel, Generic[_T]):
    """Any items; `text_of` says what is read out and shown where no delegate paints, `tip_of` the rest of it."""

    def __init__(
        self, text_of: Callable[[_T], str], parent: QObject | None = None, *, tip_of: Callable[[_T], str] | None = None
    ) -> None:
        super().__init__(parent)
        self._text_of = text_of
        self._tip_of = tip_of
        self._items: tuple[_T | Heading, ...] = ()

    def show(self, items: Sequence[_T | Heading]) -> None:
        """Show these."""
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def item_at(self, number: int) -> _T | Heading:
        """The item in this line."""
        return self._items[number]

    @property
    def items(self) -> tuple[_T | Heading, ...]:
        """All of them, with their headings."""
        return self._items

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """As Qt asks it."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks it; `ITEM_ROLE` gives the item itself."""
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return visible(item.text if isinstance(item, Heading) else self._text_of(item))
        if self._tip_of is not None and role in _TIP_ROLES and not isinstance(item, Heading):
            tip = self._tip_of(item)
            return plain_tip(tip) if role == Qt.ItemDataRole.ToolTipRole else tip
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """As Qt asks it: headings are not chosen."""
        if index.isValid() and isinstance(self._items[index.row()], Heading):
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)


def local_time(wall_ns: int, utc_offset_s: int) -> datetime:
    """The recorded machine's own time, as its clock claimed it."""
    return datetime.fromtimestamp(wall_ns // NS_PER_S, tz=timezone(timedelta(seconds=utc_offset_s)))


def today_there(utc_offset_s: int) -> date:
    """Which day it is now at this offset."""
    return datetime.now(tz=UTC).astimezone(timezone(timedelta(seconds=utc_offset_s))).date()


def holds(entry: Entry, needle: str) -> bool:
    """Whether every word of the needle is somewhere in who, where, why or when."""
    started = "" if entry.started_wall_ns is None else f"{local_time(entry.started_wall_ns, entry.utc_offset_s)}"
    parts = (entry.operator or "", entry.host or "", entry.purpose or "", entry.folder.name, started)
    text = "\n".join(parts).casefold()
    return all(word in text for word in needle.casefold().split())


def by_day(entries: Sequence[Entry], *, day_text: Callable[[date], str], no_day: str) -> list[Entry | Heading]:
    """The entries, the newest first, each day under its heading; those without a time at the end."""
    dated = [entry for entry in entries if entry.started_wall_ns is not None]
    dated.sort(key=lambda entry: entry.started_wall_ns or 0, reverse=True)
    lines: list[Entry | Heading] = []
    last_day: date | None = None
    for entry in dated:
        day = local_time(entry.started_wall_ns or 0, entry.utc_offset_s).date()
        if day != last_day:
            lines.append(Heading(day_text(day)))
            last_day = day
        lines.append(entry)
    undated = [entry for entry in entries if entry.started_wall_ns is None]
    return lines + ([Heading(no_day), *undated] if undated else [])
