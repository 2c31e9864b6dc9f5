"""The recorded machine's local time, from what the recording says of its clock."""

from recorder.clock import NS_PER_S
from recorder.detect.observation import FieldValue
from recorder.events import Event, SessionStarted, WallClockChanged

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST_DAY = 3  # 1 January 1970 was a Thursday


class LocalTime:
    """Follows the wall clock; the offset from UTC is the one at the session's start, also where daylight time ends."""

    def __init__(self) -> None:
        self._wall_at_zero_ns: int | None = None
        self._offset_s = 0

    def follow(self, event: Event) -> None:
        """Take in one event, in the order of the recording."""
        match event:
            case SessionStarted(at_ns=at_ns, started_wall_ns=wall_ns, utc_offset_s=offset_s):
                self._wall_at_zero_ns, self._offset_s = wall_ns - at_ns, offset_s
            case WallClockChanged(at_ns=at_ns, wall_ns=wall_ns):
                self._wall_at_zero_ns = wall_ns - at_ns
            case _:
                pass

    def fields(self, at_ns: int) -> dict[str, FieldValue]:
        """Hour, Minute, TimeOfDay and Weekday of this moment; none if the recording does not say when it began."""
        if self._wall_at_zero_ns is None:
            return {}
        local_s = (self._wall_at_zero_ns + at_ns) // NS_PER_S + self._offset_s
        days, of_day_s = divmod(local_s, 86_400)
        hour, minute = of_day_s // 3600, of_day_s % 3600 // 60
        return {
            "Hour": hour,
            "Minute": minute,
            "TimeOfDay": f"{hour:02}:{minute:02}",
            "Weekday": WEEKDAYS[(days + _FIRST_DAY) % 7],
        }
