"""Which windows and areas the policy masks, and when: the arithmetic of its mask rules, without a screen."""

import datetime
import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

from recorder.geometry import Rect
from recorder.patterns import Pattern
from recorder.policy.forms import minutes_of_day
from recorder.policy.sections import Day, MaskRule

MASKED = "masked by the policy"
MASKED_TITLE = "(masked: {})"
NOT_KNOWN_YET = "a new window, not known yet"
_MINUTES_A_DAY = 24 * 60
_DAYS = tuple(Day)


@dataclass(frozen=True, slots=True)
class FoundMask:
    """A rule that masks something: `limit` is the only area where it does, None for anywhere."""

    reason: str
    limit: Rect | None = None


class MaskRules:
    """The mask rules of a policy. Immutable, for any thread."""

    def __init__(self, rules: Sequence[MaskRule]) -> None:
        self._window_rules = tuple(_WindowRule(rule) for rule in rules if rule.applications or rule.titles)
        self._area_rules = tuple(rule for rule in rules if not rule.applications and not rule.titles)
        self.depends_on_time = any(rule.hours or rule.days for rule in rules)
        self.needs_windows = bool(self._window_rules)
        self.needs_titles = any(rule.titles for rule in rules)

    def __bool__(self) -> bool:
        return bool(self._window_rules or self._area_rules)

    def of_window(self, names: Sequence[str], title: str, local: datetime.datetime) -> tuple[FoundMask, ...]:
        """The rules that mask a window of a program with these names (in small letters) and this title."""
        return tuple(rule.found for rule in self._window_rules if rule.masks(names, title, local))

    def of_program(self, names: Sequence[str], local: datetime.datetime) -> str | None:
        """Why everything of a program with these names is masked, whatever its titles are; None if it is not."""
        found = (rule for rule in self._window_rules if rule.masks_every_window(names, local))
        return next((rule.found.reason for rule in found), None)

    def areas(self, local: datetime.datetime) -> tuple[FoundMask, ...]:
        """The fixed areas that are masked now; one without an area is the whole desktop."""
        return tuple(FoundMask(_reason(rule), rule.area) for rule in self._area_rules if holds_at(rule, local))

    def why_input(self, names: Sequence[str], title: str, local: datetime.datetime) -> str | None:
        """Why a window's title, and what is typed into it, are masked; None if they are not.

        A rule that masks an area says nothing about texts, unless it masks the whole desktop.
        """
        found = (*self.of_window(names, title, local), *self.areas(local))
        return next((mask.reason for mask in found if mask.limit is None), None)


class _WindowRule:
    """A rule about windows, ready to be asked often."""

    def __init__(self, rule: MaskRule) -> None:
        self.found = FoundMask(_reason(rule), rule.area)
        self._rule = rule
        self._applications = tuple(name.lower() for name in rule.applications)
        self._titles = tuple(Pattern(pattern, ignores_case=True) for pattern in rule.titles)

    def masks(self, names: Sequence[str], title: str, local: datetime.datetime) -> bool:
        if self._applications and not self._is_application(names):
            return False
        if self._titles and not any(pattern.is_in(title) for pattern in self._titles):
            return False
        return holds_at(self._rule, local)

    def masks_every_window(self, names: Sequence[str], local: datetime.datetime) -> bool:
        return not self._titles and self._rule.area is None and self.masks(names, "", local)

    def _is_application(self, names: Sequence[str]) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in self._applications)


def holds_at(rule: MaskRule, local: datetime.datetime) -> bool:
    """Whether the rule's days and hours are now. Hours that pass midnight belong to the day that they begin on."""
    if not rule.hours:
        return not rule.days or _DAYS[local.weekday()] in rule.days
    start, end = minutes_of_day(rule.hours)
    now = local.hour * 60 + local.minute
    length = (end - start) % _MINUTES_A_DAY or _MINUTES_A_DAY
    if (now - start) % _MINUTES_A_DAY >= length:
        return False
    began = local if now >= start else local - datetime.timedelta(days=1)
    return not rule.days or _DAYS[began.weekday()] in rule.days


def _reason(rule: MaskRule) -> str:
    return rule.name or rule.reason or MASKED
