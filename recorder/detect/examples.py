"""Examples in a rule's file: what a person does, as steps, and the events that the recorder would make of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from recorder.agent_events import DeviceChanged, EvasionSign, HiddenInput, StorageState
from recorder.clock import NS_PER_S
from recorder.detect.faults import RuleFaultError
from recorder.detect.local_time import WEEKDAYS
from recorder.events import (
    ClipboardChanged,
    Event,
    Gap,
    IdleChanged,
    Key,
    LockChanged,
    ProcessStarted,
    SessionEnded,
    SessionStarted,
    SourceStatus,
    WallClockChanged,
    Window,
    WindowActive,
)

KEY_NS = 20_000_000
MOST_TIMES = 1_000
LONGEST_STEP = 5_000  # characters
# What one may do in a step, and what may be said of it besides.
DOING: dict[str, frozenset[str]] = {
    "type": frozenset({"application", "title"}),
    "text": frozenset({"application", "title"}),
    "run": frozenset({"image", "found", "parent"}),
    "window": frozenset({"application", "image"}),
    "copy": frozenset({"selection", "owner", "offered", "size"}),
    "device": frozenset({"action", "kind", "identity"}),
    "sign": frozenset({"detail", "image", "pasted"}),
    "hidden": frozenset({"detail", "keys"}),
    "session": frozenset({"detail", "seconds"}),
}
WHEN = frozenset({"after", "time", "day", "times"})
# What a step is that is written as a bare text.
_BARE = {
    "command": "type",
    "process": "run",
    "text": "text",
    "window": "window",
    "clipboard": "copy",
    "device": "device",
    "evasion": "sign",
    "hidden_input": "hidden",
    "session": "session",
}
_MONDAY_NS = 1_767_571_200 * NS_PER_S  # 2026-01-05 00:00:00 UTC
_DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: `doing` is a key of `DOING`, `what` its value, `said` the rest."""

    doing: str
    what: str
    said: tuple[tuple[str, Any], ...]
    after_ns: int
    times: int

    def get(self, key: str, default: Any = None) -> Any:
        """What is said besides."""
        return dict(self.said).get(key, default)


@dataclass(frozen=True, slots=True)
class Example:
    """Steps, the first of them at `of_day_ns` of the day `day`; `line` is where it stands."""

    line: int
    steps: tuple[Step, ...]
    day: str = "wednesday"
    of_day_ns: int = 10 * 3600 * NS_PER_S

    def events(self) -> Iterator[Event]:
        """What the recorder would have made of it, from the session's start to its end."""
        yield _session_started(self)
        at_ns, pid = 0, 5000
        for step in self.steps:
            for _ in range(step.times):
                pid += 1
                at_ns += step.after_ns
                for event in _EVENTS[step.doing](step, at_ns, pid):
                    at_ns = max(at_ns, event.at_ns)
                    yield event
        yield SessionEnded(at_ns + NS_PER_S, "asked")


def read_example(given: object, category: str, line: int) -> Example:
    """An example as a file gives it: a text, a step, or a list of steps.

    Raises:
        RuleFaultError: it is none of these.
    """
    try:
        steps = given if isinstance(given, list) else [given]
        if not steps:
            msg = "An example has at least one step."
            raise RuleFaultError(msg)
        day, of_day_ns = _first_moment(steps[0])
        return Example(line, tuple(_step(one, category) for one in steps), day, of_day_ns)
    except RuleFaultError as error:
        raise RuleFaultError(error.sentence, line) from error


def _first_moment(step: object) -> tuple[str, int]:
    if not isinstance(step, dict):
        return "wednesday", 10 * 3600 * NS_PER_S
    day, time = step.get("day", "wednesday"), step.get("time", "10:00")
    if day not in WEEKDAYS:
        msg = f"day: is one of {', '.join(WEEKDAYS)}."
        raise RuleFaultError(msg)
    hour, colon, minute = str(time).partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        msg = 'time: is an hour and a minute in quotes, as "22:15".'
        raise RuleFaultError(msg)
    return day, (int(hour) * 60 + int(minute)) * 60 * NS_PER_S


def _step(given: object, category: str) -> Step:
    if isinstance(given, str):
        given = {_BARE[category]: given}
    if not isinstance(given, dict):
        msg = f"A step of an example is a text, or a mapping with one of {', '.join(DOING)}."
        raise RuleFaultError(msg)
    done = [key for key in given if key in DOING]
    if len(done) != 1:
        msg = f"A step of an example does exactly one of {', '.join(DOING)}."
        raise RuleFaultError(msg)
    doing, what = done[0], given[done[0]]
    unknown = [str(key) for key in given if key not in (doing, *DOING[doing], *WHEN)]
    if unknown:
        may = ", ".join(sorted((*DOING[doing], *WHEN)))
        msg = f"A step with {doing}: has no key {', '.join(unknown)}. It may have {may}."
        raise RuleFaultError(msg)
    if not isinstance(what, str) or len(what) > LONGEST_STEP:
        msg = f"{doing}: is a text of at most {LONGEST_STEP} characters."
        raise RuleFaultError(msg)
    said = tuple((str(key), value) for key, value in given.items() if key in DOING[doing])
    after_s, times = given.get("after", 1), given.get("times", 1)
    if not isinstance(after_s, (int, float)) or not 0 <= after_s <= 86_400 or not isinstance(times, int):
        msg = "after: is a number of seconds, times: a whole number."
        raise RuleFaultError(msg)
    if not 1 <= times <= MOST_TIMES:
        msg = f"times: is 1 to {MOST_TIMES}."
        raise RuleFaultError(msg)
    return Step(doing, what, said, int(after_s * NS_PER_S), times)


# --- what the recorder makes of a step --------------------------------------------------------------------------------


def _session_started(example: Example) -> SessionStarted:
    first_ns = example.steps[0].after_ns
    wall_ns = _MONDAY_NS + WEEKDAYS.index(example.day) * _DAY_NS + example.of_day_ns - first_ns
    return SessionStarted(0, "example", "operator", "host", "", wall_ns, 0, "tachiai", "fake", "text")


def _typing(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    is_line = step.doing == "type"
    application = str(step.get("application", "xterm" if is_line else "soffice.bin"))
    title = str(step.get("title", "operator@host" if is_line else "Untitled 1"))
    yield WindowActive(at_ns, Window(1, title, application, 4000, f"/usr/bin/{application}"))
    for character in step.what:
        at_ns += KEY_NS
        yield Key(at_ns, character)
    at_ns += KEY_NS
    yield Key(at_ns, "\r", "enter") if is_line else Key(at_ns, "", "esc")


def _running(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    arguments = tuple(step.what.split())
    name = arguments[0].rpartition("/")[2] if arguments else ""
    image = step.get("image", f"/usr/bin/{name}")
    parent = step.get("parent")
    if parent is not None:
        yield ProcessStarted(at_ns, 100, 1, str(parent).rpartition("/")[2], str(parent), (str(parent),), found=True)
    yield ProcessStarted(at_ns, pid, 100, name, str(image), arguments, found=bool(step.get("found", False)))


def _window(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    application = str(step.get("application", "firefox"))
    image = str(step.get("image", f"/usr/bin/{application}"))
    yield WindowActive(at_ns, Window(pid, step.what, application, pid, image))


def _copying(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    selection, offered = str(step.get("selection", "clipboard")), str(step.get("offered", "text/plain"))
    size = int(step.get("size", len(step.what.encode("utf-8", "replace"))))
    yield ClipboardChanged(
        at_ns, selection, (offered,), size, None, step.what or None, str(step.get("owner", "firefox"))
    )


def _device(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    action, kind = str(step.get("action", "added")), str(step.get("kind", "usb"))
    yield DeviceChanged(at_ns, action, kind, step.what, str(step.get("identity", "")))


def _sign(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    text = step.get("pasted")
    if text is not None:
        yield WindowActive(at_ns, Window(1, "operator@host", "xterm", 4000, "/usr/bin/xterm"))
    said = None if text is None else str(text)
    yield EvasionSign(at_ns, step.what, str(step.get("detail", "")), pid, step.get("image"), said)


def _hidden(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    yield HiddenInput(at_ns, at_ns + NS_PER_S, int(step.get("keys", 8)), step.what, str(step.get("detail", "")))


def _session(step: Step, at_ns: int, pid: int) -> Iterator[Event]:
    detail, length_ns = str(step.get("detail", "")), int(float(step.get("seconds", 0)) * NS_PER_S)
    match step.what:
        case "locked" | "unlocked":
            yield LockChanged(at_ns, step.what == "locked")
        case "idle" | "active_again":
            yield IdleChanged(at_ns, step.what == "idle", at_ns - length_ns)
        case "clock_set":
            yield WallClockChanged(at_ns, _MONDAY_NS + at_ns + length_ns, length_ns)
        case "gap":
            reason, _, what = detail.partition(" ")
            yield Gap(at_ns - length_ns, at_ns, what or "everything", reason)
        case "source_lost" | "source_works":
            source, _, why = detail.partition(" ")
            yield SourceStatus(at_ns, source, step.what == "source_works", why)
        case "storage":
            yield StorageState(at_ns, detail, 0)
        case _:  # "started" is there in every example
            return


_EVENTS: dict[str, Callable[[Step, int, int], Iterator[Event]]] = {
    "type": _typing,
    "text": _typing,
    "run": _running,
    "window": _window,
    "copy": _copying,
    "device": _device,
    "sign": _sign,
    "hidden": _hidden,
    "session": _session,
}
