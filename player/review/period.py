"""Which recordings a sample or a coverage is about: those that began on these days, in UTC, as their ids say."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from player.library import SESSION_ID


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; None: no end on that side."""

    from_day: date | None = None
    to_day: date | None = None

    def holds(self, session_id: str) -> bool:
        """Whether a recording of this name began in it; one whose name tells no day is only in the whole."""
        if self.from_day is None and self.to_day is None:
            return True
        day = day_of(session_id)
        if day is None:
            return False
        return (self.from_day is None or day >= self.from_day) and (self.to_day is None or day <= self.to_day)


WHOLE = Period()


def last_days(count: int, today: date) -> Period:
    """So many days, today among them."""
    return Period(today - timedelta(days=count - 1), today)


def day_of(session_id: str) -> date | None:
    """The day, in UTC, on which a session began; None if the name is no session's or its digits are no day."""
    if SESSION_ID.fullmatch(session_id) is None:
        return None
    try:
        return datetime.strptime(session_id[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
