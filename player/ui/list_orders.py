"""In which order recordings are listed, and under which headings."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import Enum

from player.review_state import CONCLUSIONS
from player.ui.access import Entry
from player.ui.list_models import Heading, by_day
from recorder.logrow import SEVERITIES
from resources.words import Words

NO_ALERT = "none"
# What waits for somebody comes first, what was concluded last.
REVIEWS_IN_ORDER = ("unreviewed", "in_review", "doubtful", *reversed(CONCLUSIONS))


class Order(Enum):
    """What stands first."""

    NEWEST = "newest"
    LONGEST = "longest"
    GRAVEST = "gravest"
    UNREVIEWED = "unreviewed"


def order_of(value: object) -> Order:
    """The order that was kept; the newest first if none was, or one that is not known here."""
    return next((order for order in Order if order.value == value), Order.NEWEST)


def ordered(
    entries: Sequence[Entry], order: Order, words: Words, *, day_text: Callable[[date], str]
) -> list[Entry | Heading]:
    """The entries with their headings. Within one heading, and among equals, the newest first; unknown at the end."""
    if order is Order.NEWEST:
        return by_day(entries, day_text=day_text, no_day=words("library.no_day"))
    newest = sorted(entries, key=lambda entry: entry.started_wall_ns or 0, reverse=True)
    if order is Order.LONGEST:
        return _by_length(newest, words)
    if order is Order.GRAVEST:
        places = (*reversed(SEVERITIES), NO_ALERT)
        return _grouped(newest, places, gravest_alert, lambda place: _alert_text(place, words))
    return _grouped(newest, REVIEWS_IN_ORDER, lambda entry: entry.review, lambda place: _review_text(place, words))


def gravest_alert(entry: Entry) -> str | None:
    """The severity of its gravest alert, `NO_ALERT` if it has none, None if that is not known."""
    if entry.alerts is None:
        return None
    there = {severity for severity, count in entry.alerts if count}
    return next((severity for severity in reversed(SEVERITIES) if severity in there), NO_ALERT)


def _by_length(newest: Iterable[Entry], words: Words) -> list[Entry | Heading]:
    known: list[Entry] = []
    unknown: list[Entry] = []
    for entry in newest:
        (unknown if entry.duration_ns is None else known).append(entry)
    known.sort(key=lambda entry: entry.duration_ns or 0, reverse=True)
    lines: list[Entry | Heading] = [Heading(words("list_order.by_length")), *known] if known else []
    return lines + ([Heading(words("list_order.no_length")), *unknown] if unknown else [])


def _grouped(
    newest: Sequence[Entry],
    places: Sequence[str],
    place_of: Callable[[Entry], str | None],
    text_of: Callable[[str | None], str],
) -> list[Entry | Heading]:
    lines: list[Entry | Heading] = []
    for place in (*places, None):
        there = [entry for entry in newest if place_of(entry) == place]
        if there:
            lines += [Heading(text_of(place)), *there]
    return lines


def _alert_text(place: str | None, words: Words) -> str:
    if place is None:
        return words("list_order.no_alerts_known")
    if place == NO_ALERT:
        return words("list_order.no_alerts")
    return words("list_order.alerts", severity=words(f"facet_severity.{place}"))


def _review_text(place: str | None, words: Words) -> str:
    return words("list_order.no_review_known") if place is None else words(f"facet_review.{place}")
