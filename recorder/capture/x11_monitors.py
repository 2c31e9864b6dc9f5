"""The monitors of an X display, through RANDR."""

from collections.abc import Mapping, Sequence
from typing import Any

from Xlib import X
from Xlib import error as xerror
from Xlib.ext import randr

from recorder.capture.shown_windows import visible_parts
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.geometry import Rect

# python-xlib copies the classes of extensions' events, so their names are what stays.
_LAYOUT_EVENTS = {"ConfigureNotify", "ScreenChangeNotify", "CrtcChangeNotify", "OutputChangeNotify"}
MOST_MONITORS = 16  # more than that are no monitors, but somebody's attempt to keep the recorder busy
_WITH_MONITORS = (1, 5)
_WITH_OUTPUTS = (1, 3)

Found = tuple[str, Rect, float | None]  # name, place on the desktop, refresh rate


class X11Monitors:
    """Asks which monitors there are and sees to it that their changes arrive as events of the connection."""

    def __init__(self, connection: X11Connection) -> None:
        self._connection = connection
        self._version = (0, 0)
        with lost_in_words():
            connection.root.change_attributes(event_mask=X.StructureNotifyMask)
            if connection.has("RANDR"):
                answer = connection.display.xrandr_query_version()
                self._version = (answer.major_version, answer.minor_version)
                mask = randr.RRScreenChangeNotifyMask | randr.RRCrtcChangeNotifyMask | randr.RROutputChangeNotifyMask
                connection.root.xrandr_select_input(mask)

    def is_layout_event(self, event: Any) -> bool:
        """Whether after this event the monitors may be other ones."""
        return type(event).__name__ in _LAYOUT_EVENTS

    def desktop(self) -> Rect:
        """The whole desktop now."""
        with lost_in_words():
            found = self._connection.root.get_geometry()
        return Rect(0, 0, found.width, found.height)

    def read(self) -> list[Found]:
        """The monitors now, no pixel of them outside the desktop; the whole desktop if none are known.

        Any program may define monitors (`xrandr --setmonitor`), as people with a very wide one do. Where theirs leave
        something of what is lit uncovered, the output that lights it is a monitor as well.
        """
        desktop = self.desktop()
        with lost_in_words():
            found = self._read_found()
        inside = [(name, place.intersection(desktop), refresh_hz) for name, place, refresh_hz in found]
        shown = [one for one in inside if not one[1].is_empty]
        return shown or [("desktop", desktop, None)]

    def _read_found(self) -> list[Found]:
        try:
            if self._version >= _WITH_MONITORS:
                outputs = self._read_outputs()
                monitors = self._read_monitors(outputs)
                if len(monitors) > MOST_MONITORS:
                    return list(outputs.values())
                return _with_uncovered(monitors, list(outputs.values()))
            if self._version >= _WITH_OUTPUTS:
                return list(self._read_outputs().values())
        except xerror.XError:  # the layout changed while it was read; an event follows and it is read again
            return []
        return []

    def _read_monitors(self, outputs: Mapping[int, Found]) -> list[Found]:
        found: list[Found] = []
        for one in self._connection.root.xrandr_get_monitors(is_active=True).monitors:
            place = Rect(one.x, one.y, one.width_in_pixels, one.height_in_pixels)
            rates = [outputs[output][2] for output in one.crtcs if output in outputs]  # python-xlib's name is wrong
            name = str(self._connection.display.get_atom_name(one.name))
            found.append((name, place, rates[0] if rates else None))
        return found

    def _read_outputs(self) -> dict[int, Found]:
        """Outputs that show something, by id."""
        resources = self._connection.root.xrandr_get_screen_resources_current()
        rates = {mode.id: _refresh_hz(mode) for mode in resources.modes}
        found: dict[int, Found] = {}
        for number in resources.crtcs:
            crtc = self._connection.display.xrandr_get_crtc_info(number, resources.config_timestamp)
            for output in crtc.outputs:
                name = self._connection.display.xrandr_get_output_info(output, resources.config_timestamp).name
                found[output] = (name, Rect(crtc.x, crtc.y, crtc.width, crtc.height), rates.get(crtc.mode))
        return found


def _with_uncovered(monitors: Sequence[Found], outputs: Sequence[Found]) -> list[Found]:
    """The monitors, and each output of which they leave something out."""
    places = [place for _, place, _ in monitors]
    return [*monitors, *(output for output in outputs if visible_parts(output[1], places))]


def _refresh_hz(mode: Any) -> float | None:
    """The mode's rate; None where the server does not know (Xvfb)."""
    pixels = mode.h_total * mode.v_total
    return round(mode.dot_clock / pixels, 2) if pixels and mode.dot_clock else None
