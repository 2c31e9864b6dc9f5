"""Facets as a person reads them."""

from datetime import date

from player.facets import ALERTS, UNVERIFIED, VERDICTS, Facets, Traits
from player.review_state import REVIEW_STATES
from player.ui.access import Entry, Level
from resources.words import Words

LENGTHS_S = (60, 600, 1800, 3600, 4 * 3600)


def traits_of(entry: Entry) -> Traits:
    """What is known of a recording in the list that a facet can ask for."""
    is_judged = entry.level not in (Level.UNCHECKED, Level.CHECKING, Level.RECORDING)
    return Traits(
        operator=entry.operator,
        host=entry.host,
        started_wall_ns=entry.started_wall_ns,
        utc_offset_s=entry.utc_offset_s,
        duration_ns=entry.duration_ns,
        verdict=entry.level.value if is_judged else UNVERIFIED,
        applications=entry.applications,
        alerts=None if entry.alerts is None else dict(entry.alerts),
        review=entry.review,
    )


def length_text(seconds: int, words: Words) -> str:
    """A length as it is chosen: "30 min", "4 h", else seconds."""
    for unit_s, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= unit_s and seconds % unit_s == 0:
            return words(f"facet.{name}", count=seconds // unit_s)
    return words("facet.seconds", count=seconds)


def value_text(name: str, value: object, words: Words) -> str:
    """What is asked of this facet."""
    if isinstance(value, date):
        return value.isoformat()
    if name in ("longer_than_s", "shorter_than_s") and isinstance(value, int):
        return length_text(value, words)
    return words.either(_key(name, str(value)), str(value))


def _key(name: str, value: str) -> str:
    """The words for an answer; of a name that was typed there are none."""
    keys = {
        "verdict": f"facet_verdict.{value}",
        "alert": f"facet_alert.{value}",
        "review": f"facet_review.{value}",
    }
    return keys.get(name, "")


def chip_text(name: str, value: object, words: Words) -> str:
    """The facet with its name."""
    return words("facet.chip", name=words(f"facet.{name}"), value=value_text(name, value, words))


def choices(name: str, words: Words) -> list[tuple[str, str]]:
    """What can be asked of a facet with few answers: each with its words; "" asks nothing."""
    values = {"verdict": VERDICTS, "alert": ALERTS, "review": REVIEW_STATES}[name]
    return [("", words("facet.any")), *((value, words(_key(name, value))) for value in values)]


def summary(facets: Facets, text: str, words: Words) -> str:
    """A whole search in one line."""
    parts = [text] if text else []
    return "  ·  ".join(parts + [chip_text(name, value, words) for name, value in facets.asked])
