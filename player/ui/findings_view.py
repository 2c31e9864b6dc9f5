"""Every finding of `verify`; choosing one shows its moment."""

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.ui.access import Judgement, Problem
from player.ui.library_view import items_view
from player.ui.list_delegates import ProblemDelegate
from player.ui.list_models import ItemsModel
from resources.ui.look import Look
from resources.ui.widgets import plain_label


class FindingsView(QWidget):
    """The verdict in words, and the findings below it."""

    moment_chosen = Signal(object)  # at_ns (32 bits are not enough)

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self.model: ItemsModel[Problem] = ItemsModel(lambda problem: problem.sentence, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._title = plain_label(part="title", wraps=True)
        self._title.setContentsMargins(16, 16, 16, 0)
        self._text = plain_label(part="dim", wraps=True)
        self._text.setContentsMargins(16, 6, 16, 16)
        self.view = items_view()
        self.view.setAccessibleName(look.words("findings.title"))
        self.view.setItemDelegate(ProblemDelegate(look, self.view))
        self.view.setModel(self.model)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addWidget(self.view, 1)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)

    def show_judgement(self, judgement: Judgement) -> None:
        """This is the verdict."""
        words, level = self._look.words, judgement.level.value
        self._title.setText(words(f"verdict.{level}"))
        self._text.setText(words(f"verdict.{level}_text"))
        self.model.show(judgement.problems)

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row())
        if isinstance(item, Problem) and item.at_ns is not None:
            self.moment_chosen.emit(item.at_ns)
