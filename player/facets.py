"""What recordings are found by besides text: facets, each held against what is known of a recording."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Generic, TypeVar

from player.review_state import CONCLUSIONS, REVIEWED
from recorder.clock import NS_PER_S
from recorder.logrow import SEVERITIES
from recorder.store.folding import fold

UNVERIFIED = "unverified"
VERDICTS = ("sound", "partial", "altered", "cannot_judge", "read_failed", UNVERIFIED)
NO_ALERT = "none"
ALERTS = (*SEVERITIES, NO_ALERT)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Facets:
    """What is asked of a recording; "" and None ask nothing.

    `operator`, `host` and `application` are any part of the name, whatever its capitals and width. The days are those
    of the recorded machine, both included, and a session that reaches into one of them counts. `alert` is the least
    severity that one of its alerts has, or `NO_ALERT`. `verdict` is one of `VERDICTS`, `review` of `REVIEW_STATES`.
    """

    operator: str = ""
    host: str = ""
    application: str = ""
    from_date: date | None = None
    to_date: date | None = None
    longer_than_s: int | None = None
    shorter_than_s: int | None = None
    verdict: str = ""
    alert: str = ""
    review: str = ""

    @property
    def asked(self) -> tuple[tuple[str, object], ...]:
        """The facets that ask something, by name, in their order."""
        values = ((one.name, getattr(self, one.name)) for one in fields(self))
        return tuple((name, value) for name, value in values if value not in ("", None))

    def without(self, name: str) -> "Facets":
        """The same, but that facet asks nothing."""
        default = next(one.default for one in fields(self) if one.name == name)
        return replace(self, **{name: default})  # type: ignore[arg-type]  # each field's own default


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a recording that a facet can ask for; None: not known.

    `applications` and `alerts` (how many of each severity) come out of the operation log: not known before it was read.
    `review` None: nothing tells of reviewing here.
    """

    operator: str | None
    host: str | None
    started_wall_ns: int | None
    utc_offset_s: int
    duration_ns: int | None
    verdict: str
    applications: tuple[str, ...] | None
    alerts: Mapping[str, int] | None
    review: str | None


@dataclass(frozen=True, slots=True)
class Selected(Generic[_T]):
    """Those of which the facets hold; of `unknown` more it is not known."""

    items: tuple[_T, ...]
    unknown: int


def select(items: Sequence[_T], facets: Facets, traits_of: Callable[[_T], Traits]) -> Selected[_T]:
    """The items of which the facets hold, in their order."""
    if not facets.asked:
        return Selected(tuple(items), 0)
    judged = [(item, holds(facets, traits_of(item))) for item in items]
    return Selected(tuple(item for item, does in judged if does), sum(does is None for _, does in judged))


def holds(facets: Facets, traits: Traits) -> bool | None:
    """Whether these facets hold of the recording; None if nothing speaks against it and something is not known."""
    answers = set(_answers(facets, traits))
    if False in answers:
        return False
    return None if None in answers else True


def _answers(facets: Facets, traits: Traits) -> Iterator[bool | None]:
    names: tuple[tuple[str, Iterable[str] | None], ...] = (
        (facets.operator, None if traits.operator is None else (traits.operator,)),
        (facets.host, None if traits.host is None else (traits.host,)),
        (facets.application, traits.applications),
    )
    for asked, known in names:
        if asked:
            yield None if known is None else any(fold(asked) in fold(name) for name in known)
    yield from _times(facets, traits)
    if facets.verdict:
        yield traits.verdict == facets.verdict
    if facets.alert:
        yield None if traits.alerts is None else _has_alert(traits.alerts, facets.alert)
    if facets.review:
        meant = CONCLUSIONS if facets.review == REVIEWED else (facets.review,)
        yield None if traits.review is None else traits.review in meant


def _times(facets: Facets, traits: Traits) -> Iterator[bool | None]:
    length_ns = traits.duration_ns
    if facets.longer_than_s is not None:
        yield None if length_ns is None else length_ns > facets.longer_than_s * NS_PER_S
    if facets.shorter_than_s is not None:
        yield None if length_ns is None else length_ns < facets.shorter_than_s * NS_PER_S
    started_ns = traits.started_wall_ns
    if facets.from_date is not None:
        ended = None if started_ns is None else _day(started_ns + (length_ns or 0), traits.utc_offset_s)
        yield None if ended is None else ended >= facets.from_date
    if facets.to_date is not None:
        began = None if started_ns is None else _day(started_ns, traits.utc_offset_s)
        yield None if began is None else began <= facets.to_date


def _has_alert(alerts: Mapping[str, int], asked: str) -> bool:
    if asked == NO_ALERT:
        return not any(alerts.values())
    least = SEVERITIES.index(asked)
    return any(count for severity, count in alerts.items() if severity in SEVERITIES[least:])


def _day(wall_ns: int, utc_offset_s: int) -> date:
    moment = datetime.fromtimestamp(wall_ns // NS_PER_S, tz=UTC)
    return moment.astimezone(timezone(timedelta(seconds=utc_offset_s))).date()
