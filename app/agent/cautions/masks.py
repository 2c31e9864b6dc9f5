"""Masks that cover more than is likely meant: every window, whole screens, all hours."""

import datetime
import fnmatch
from collections.abc import Callable, Iterator, Sequence

from recorder.capture.mask_rules import holds_at
from recorder.logrow import inert
from recorder.patterns import Pattern
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.cautions import Caution
from recorder.policy.sections import MaskRule

# Programs and titles that have little in common: what fits all of them fits nearly everything.
_PROGRAMS = ("xterm", "gnome-terminal-server", "firefox", "soffice.bin", "code", "java", "7zfm", "mysql-workbench-bin")
_TITLES = (
    "Terminal",
    "root@db-07: /var/log",
    "Inbox (3) - Mail - Mozilla Firefox",
    "Q4.xlsx - Excel",
    "Zoom",
    "README.md",
)
_SCREEN_PX = (1024, 768)  # an area that is larger may be all of a screen
_MINUTE = datetime.timedelta(minutes=1)
_MONDAY = datetime.datetime(2026, 1, 5)  # noqa: DTZ001 (local time, as masks have it)
_MINUTES_A_WEEK = 7 * 24 * 60


def on_masks(policy: AgentPolicy) -> Iterator[Caution]:
    """What each mask covers that may be too much, and what all of them cover together."""
    for number, mask in enumerate(policy.masks):
        yield from _on_mask(mask, number)
    whole = [mask for mask in policy.masks if _is_whole_desktop(mask)]
    if len(whole) > 1 and not any(map(is_always, whole)) and _are_always(whole):
        says = "Together these masks cover the whole desktop at all times: nothing is ever seen."
        yield Caution(("masks",), says)


def on_dialogs(policy: AgentPolicy) -> Iterator[Caution]:
    """Programs that are said to ask for passwords: while one shows a window, nothing that is typed is recorded."""
    for number, pattern in enumerate(policy.hidden_input.dialogs):
        if all(map(_program(pattern), _PROGRAMS)):
            says = f"`hidden_input.dialogs` has {inert(pattern)}, which fits whatever was tried: no text is recorded."
            yield Caution(("hidden_input", "dialogs", number), says)


def _on_mask(mask: MaskRule, number: int) -> Iterator[Caution]:
    name, place = f'"{inert(mask.name)}"', ("masks", number)
    when = "at all times" if is_always(mask) else "at its hours"
    if _is_whole_desktop(mask):
        says = f"{name} masks the whole desktop {when}: nothing is seen then, and nothing that is typed is judged."
        yield Caution((*place, "hours" if mask.hours else "days"), says)
        return
    for setting in ("applications", "titles"):
        if _is_all(mask, setting):
            says = f"{name} masks nearly every window {when}: `masks.{setting}` fits whatever was tried."
            yield Caution((*place, setting), says)
    if mask.area is not None and mask.area.width >= _SCREEN_PX[0] and mask.area.height >= _SCREEN_PX[1]:
        size = f"{mask.area.width} x {mask.area.height}"
        what = "nothing is seen there" if not mask.applications and not mask.titles else "little of its windows is seen"
        says = f"{name} masks {size} pixels {when}, as much as a whole screen has: {what}."
        yield Caution((*place, "area"), says)
    if (mask.hours or mask.days) and is_always(mask):
        says = f"{name} masks at all times: its hours and days leave nothing out."
        yield Caution((*place, "hours" if mask.hours else "days"), says)


def is_always(mask: MaskRule) -> bool:
    """Whether its hours and days leave nothing out."""
    return (not mask.hours and not mask.days) or _are_always([mask])


def a_moment_of(mask: MaskRule) -> datetime.datetime:
    """A moment at which it masks."""
    return next(minute for minute in _minutes() if holds_at(mask, minute))


def _are_always(masks: Sequence[MaskRule]) -> bool:
    return all(any(holds_at(mask, minute) for mask in masks) for minute in _minutes())


def _minutes() -> Iterator[datetime.datetime]:
    return (_MONDAY + number * _MINUTE for number in range(_MINUTES_A_WEEK))


def _is_whole_desktop(mask: MaskRule) -> bool:
    return not mask.applications and not mask.titles and mask.area is None


def _is_all(mask: MaskRule, setting: str) -> bool:
    """Whether this setting alone leaves hardly a window out, and no other setting of windows narrows it."""
    fits: dict[str, bool] = {
        "applications": _all_of(_PROGRAMS, [_program(one) for one in mask.applications]),
        "titles": _all_of(_TITLES, [Pattern(one, ignores_case=True).is_in for one in mask.titles]),
    }
    given = [name for name in fits if getattr(mask, name)]
    return setting in given and all(fits[name] for name in given)


def _program(pattern: str) -> Callable[[str], bool]:
    return lambda name: fnmatch.fnmatchcase(name, pattern.lower())


def _all_of(samples: Sequence[str], tests: Sequence[Callable[[str], bool]]) -> bool:
    return all(any(test(sample) for test in tests) for sample in samples)
