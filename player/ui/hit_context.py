"""Looks up the moment of the hit that is chosen: in the open recording's rows, else in the index and the recording."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from player.ui.access import Access, AskPassphrase, Hit, SeenThere
from player.ui.background import Line
from player.ui.desk import Desk
from player.ui.hit_preview import HitPreview, Preview
from player.ui.reading import News
from player.ui.search_view import SearchView
from recorder.errors import WorldError
from recorder.logrow import LogRow
from resources.ui.signals import HomeCarrier

AROUND = 2
REST_MS = 120  # while the arrow key is held down nothing is looked up


class HitContext(QObject):
    """Shows the chosen hit of the list in its preview; a thread of its own looks, the newest hit wins."""

    def __init__(
        self, desk: Desk, access: Access, view: SearchView, preview: HitPreview, *, ask: AskPassphrase
    ) -> None:
        super().__init__(view)
        self._desk, self._access, self._preview, self._ask = desk, access, preview, ask
        self._news: News | None = None
        self._hit: Hit | None = None
        self._home = HomeCarrier(self)
        self._line = Line("hit_context", home=self._home.carry)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look)
        self.is_settled = True
        view.hit_shown.connect(self.show_hit)

    def show_news(self, news: News | None) -> None:
        """These are the rows of the open recording."""
        self._news = news

    def show_hit(self, hit: Hit | None) -> None:
        """This hit is chosen; None: none is."""
        if hit == self._hit:
            return
        self._hit = hit
        self._line.forget()
        self._preview.show_preview(None if hit is None else Preview(hit, None))
        self.is_settled = hit is None
        if hit is None:
            self._rest.stop()
        else:
            self._rest.start()

    def stop(self) -> None:
        """End the thread."""
        self._rest.stop()
        self._line.stop()
        self._home.shut()

    def _look(self) -> None:
        hit = self._hit
        if hit is None:
            return
        rows, found = around(self._news.rows, hit) if self._is_here(hit) and self._news is not None else ((), 0)
        width_px = self._preview.picture_width_px

        def seen(there: SeenThere) -> None:
            self.is_settled = True
            shown = there if there.rows else SeenThere(there.picture, there.reason, rows, found)
            self._preview.show_preview(Preview(hit, shown))

        def failed(error: WorldError) -> None:
            seen(SeenThere(None, str(error), (), 0))

        self._line.ask(lambda _keep_on: self._access.see(hit, width_px, self._ask), then=seen, failed=failed)

    def _is_here(self, hit: Hit) -> bool:
        return hit.folder == self._desk.folder


def around(rows: Sequence[LogRow], hit: Hit) -> tuple[tuple[LogRow, ...], int]:
    """The rows around a hit of the open recording, and which of them it is; it began last of those that hold it."""
    holding = [at for at, row in enumerate(rows) if row.kind == hit.kind and row.at_ns <= hit.at_ns <= row.end_ns]
    exact = [at for at in holding if rows[at].at_ns == hit.at_ns]
    if not holding:
        return (), 0
    place = (exact or holding)[-1]
    start = max(0, place - AROUND)
    return tuple(rows[start : place + AROUND + 1]), place - start
