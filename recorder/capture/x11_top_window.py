"""One top-level window of an X display, as the server last told of it."""

from dataclasses import replace

from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_window_facts import WindowFacts
from recorder.geometry import Rect

EVERYWHERE = Rect(0, 0, 0x7FFF, 0x7FFF)  # all of a root window, however large it becomes


class TopWindow:
    """A child of the root window. `area` is None as long as it is not known for certain where it stands."""

    __slots__ = (
        "area",
        "changed_at_s",
        "clients",
        "facts",
        "is_input_only",
        "is_mapped",
        "is_popup",
        "is_shaped",
        "mapped_at_s",
        "number",
    )

    def __init__(self, number: int, area: Rect | None, *, is_popup: bool) -> None:
        self.number = number
        self.area = area
        self.is_popup = is_popup
        self.is_mapped = self.is_shaped = False
        self.is_input_only: bool | None = None
        self.clients: tuple[int, ...] = ()
        self.facts = WindowFacts()
        self.changed_at_s = self.mapped_at_s = 0.0

    def shown(self) -> ShownWindow:
        """As a value; where it stands is everywhere if that is not known."""
        facts = self.facts
        is_popup = self.is_popup and not self.clients
        return ShownWindow(
            window_id=self.number,
            area=EVERYWHERE if self.area is None else self.area,
            clients=self.clients,
            owner=facts.owner,
            names=facts.names,
            title=facts.title,
            pid=facts.pid,
            executable=facts.executable,
            parent=facts.parent,
            is_popup=is_popup,
            is_known=bool(facts.names) and (is_popup or facts.has_class),
            is_solid=not self.is_shaped and self.area is not None,
            changed_at_s=self.changed_at_s,
            mapped_at_s=self.mapped_at_s,
        )


def unread(window: ShownWindow, *, is_title: bool, at_s: float) -> ShownWindow:
    """The same window while it said something that nobody can read any more: its title, or whose it is."""
    if is_title:
        return replace(window, title="", mapped_at_s=at_s)
    return replace(window, names=(), is_known=False, mapped_at_s=at_s)


def anything(at_s: float) -> ShownWindow:
    """A window of which nothing is known, not even where it stands."""
    return ShownWindow(0, EVERYWHERE, is_known=False, mapped_at_s=at_s)
