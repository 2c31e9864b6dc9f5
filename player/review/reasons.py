"""Why a recording should be looked at: rows with a moment each, of kinds that stand in a fixed order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from player.library import Entry
from player.review.policy import Policy, off_hours, program_name
from recorder.clock import NS_PER_S
from recorder.logrow import LogRow, inert, span_words

# The order in which reasons count; it is told in docs/review-format.md.
REASON_KINDS = (
    "altered",
    "alert_critical",
    "alert_high",
    "not_sound",
    "gap",
    "alert_medium",
    "privileged",
    "off_hours",
    "not_verified",
    "alert_low",
    "alert_informational",
)
ROW_KINDS = ("alert", "gap", "process")  # the rows of the operation log that tell of reasons
LEAST_OFF_HOURS_NS = 60_000_000_000
_STARTED = "started · "


@dataclass(frozen=True, slots=True)
class Reason:
    """One of them. `kind` is one of `REASON_KINDS`; `at_ns` is the moment to look at, None if it is all of it."""

    kind: str
    text: str
    at_ns: int | None = None
    end_ns: int | None = None


def reasons_of(entry: Entry, rows: Iterable[LogRow] | None, policy: Policy) -> tuple[Reason, ...]:
    """Why this recording should be looked at, the gravest first. `rows` None: its content could not be read."""
    found = [*_of_soundness(entry), *_of_hours(entry, policy)]
    if rows is None and entry.known is not None:
        found.append(Reason("not_sound", "Its operation log cannot be read with the keys at hand."))
    found += _of_rows(list(rows or ()), entry, policy)
    return tuple(sorted(found, key=lambda one: (REASON_KINDS.index(one.kind), one.at_ns or 0)))


def rank(reasons: Sequence[Reason]) -> tuple[int, ...]:
    """What recordings are compared by: how many reasons of each kind, the gravest kind first; more comes first."""
    counts = Counter(one.kind for one in reasons)
    return tuple(-counts[kind] for kind in REASON_KINDS)


def _of_soundness(entry: Entry) -> Iterable[Reason]:
    known = entry.known
    if known is None:
        yield Reason("not_sound", entry.problem or "It cannot be read.")
        return
    if entry.verdict == "altered":
        yield Reason("altered", "The last verification found that it was altered.")
    elif entry.verdict is not None and entry.verdict != "sound":
        yield Reason("not_sound", "The last verification did not find it complete and sound.")
    elif entry.verdict is None and known.state != "recording":
        yield Reason("not_verified", "It was not verified since its files last changed.")
    if known.state == "interrupted":
        at_ns = None if known.duration_s is None else round(known.duration_s * NS_PER_S)
        yield Reason("not_sound", "It was interrupted and has no end.", at_ns)


def _of_hours(entry: Entry, policy: Policy) -> Iterable[Reason]:
    known = entry.known
    if known is None or known.duration_s is None:
        return
    length_ns = round(known.duration_s * NS_PER_S)
    for start, end in off_hours(policy.hours, known.started_wall_ns, known.utc_offset_s, length_ns):
        if end - start >= min(LEAST_OFF_HOURS_NS, length_ns):
            yield Reason("off_hours", f"{span_words(end - start)} outside working hours.", start, end)


def _of_rows(rows: Sequence[LogRow], entry: Entry, policy: Policy) -> Iterable[Reason]:
    for row in rows:
        if row.kind == "alert" and f"alert_{row.severity}" in REASON_KINDS:
            yield Reason(f"alert_{row.severity}", row.text, row.at_ns, row.end_ns)
        elif row.kind == "gap":
            yield Reason("gap", row.text, row.at_ns, row.end_ns)
    yield from _of_programs(rows, entry, policy)


def _of_programs(rows: Sequence[LogRow], entry: Entry, policy: Policy) -> Iterable[Reason]:
    """One reason for each program: its first moment, and how often it was started or how often it was worked in."""
    started: dict[str, list[int]] = {}
    for row in rows:
        if row.kind == "process" and row.detail.startswith(_STARTED):
            name = program_name(row.text.split(" ", 1)[0].strip("'\""))
            if name in policy.privileged:
                started.setdefault(name, []).append(row.at_ns)
    for name, moments in started.items():
        text = f"{inert(name)} was started {len(moments)} times." if len(moments) > 1 else f"{inert(name)} was started."
        yield Reason("privileged", text, min(moments))
    for use in entry.used.applications if entry.used is not None else ():
        name = program_name(use.application)
        if name in policy.privileged and name not in started:
            yield Reason("privileged", f"{inert(name)} was worked in.", use.first_ns)
