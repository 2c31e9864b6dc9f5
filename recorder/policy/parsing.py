"""The policy in a TOML text: every setting checked, and every fault told at once with its line."""

import dataclasses
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.faults import Fault
from recorder.policy.meaning import Contradiction, contradictions
from recorder.policy.nearest import no_such_setting
from recorder.policy.reference import section_in, setting_in, settings_of
from recorder.policy.setting import Setting
from recorder.policy.toml_lines import Place, key_lines
from recorder.policy.values import read_value, short

_Section = TypeVar("_Section")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The policy as far as it could be read, and what is wrong: with a fault it must not be used."""

    policy: AgentPolicy
    faults: tuple[Fault, ...] = ()


def parse_policy(text: str) -> Parsed:
    """The policy in this text, with its faults in the order of their lines."""
    try:
        table = tomllib.loads(text)
        lines = key_lines(text)
    except tomllib.TOMLDecodeError as error:
        return Parsed(AgentPolicy(), (_toml_fault(text, str(error)),))
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists within lists within lists
        detail = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        return Parsed(AgentPolicy(), (Fault(f"This is not a policy ({detail}); write it anew."),))
    reading = _Reading(lines)
    policy = dataclasses.replace(reading.section(AgentPolicy, table, ()), fixed=frozenset(reading.fixed))
    faults = [*reading.faults, *_contradictions(policy, reading)]
    return Parsed(policy, tuple(sorted(faults, key=lambda fault: fault.line or 0)))


def _toml_fault(text: str, message: str) -> Fault:
    found = _TOML_PLACE.search(message)
    said = message[: found.start()] if found else message
    line = int(found[1]) if found and found[1] else text.rstrip("\n").count("\n") + 1
    return Fault(f"This is not TOML ({short(said)}); mend this line or the one before.", line)


def _contradictions(policy: AgentPolicy, reading: "_Reading") -> Iterator[Fault]:
    """What the settings say against each other, as far as each of them could be read."""
    for found in contradictions(policy):
        if reading.unread.isdisjoint(_places(found)):
            yield Fault(found.sentence, reading.line_of(found.place), found.keys[0])


def _places(found: Contradiction) -> Iterator[Place]:
    """The settings that it hangs on: of a list of sections those of its own item, and the list itself."""
    yield found.place[:1]
    yield found.place[:2]
    for key in found.keys:
        section, _, name = key.partition(".")
        is_item = len(found.place) > 1 and isinstance(found.place[1], int)
        yield (section, found.place[1], name) if is_item else (section, name)


class _Reading:
    """One walk through a policy's tables: what is wrong is noted, and left at its default."""

    def __init__(self, lines: Mapping[Place, int]) -> None:
        self._lines = lines
        self.faults: list[Fault] = []
        self.unread: set[Place] = set()
        self.fixed: list[str] = []

    def line_of(self, place: Place) -> int:
        """The line of this key, or of the nearest section that it would stand in."""
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def section(self, kind: type[_Section], table: Mapping[str, object], place: Place) -> _Section:
        """The section in this table."""
        known = settings_of(kind)
        for name in table:
            if name not in known:
                self._unknown((*place, name), is_section=_has_tables(table[name]))
        values = {name: self._read(known[name], table[name], (*place, name)) for name in known if name in table}
        for name, setting_type in known.items():
            if name not in table and section_in(setting_type) is None and setting_in(setting_type).is_needed:
                missing = (*place, name)
                self._fault(missing, f"`{_key(missing)}` is missing. {setting_in(setting_type).says} Add it.")
        return kind(**{name: value for name, value in values.items() if value is not None})

    def _read(self, setting_type: Any, value: object, place: Place) -> Any:
        """A section, a list of them, or a setting; None if it is not what it must be."""
        inner = section_in(setting_type)
        if inner is setting_type:
            return self.section(inner, value, place) if self._is_table(value, place, "[{}]") else None
        if len(place) == 1 + (inner is None):  # neither what the file says of itself, nor what is in an item of a list
            self.fixed.append(_key(place))
        if inner is None:
            return self._value(typing.get_args(setting_type)[0], setting_in(setting_type), value, place)
        if not isinstance(value, list):
            self._fault(place, f"`{_key(place)}` is a list of sections; write [[{_key(place)}]] above each.")
            return None
        items = ((item, (*place, number)) for number, item in enumerate(value))
        return tuple(self.section(inner, item, at) for item, at in items if self._is_table(item, at, "[[{}]]"))

    def _is_table(self, value: object, place: Place, head: str) -> typing.TypeGuard[Mapping[str, object]]:
        if isinstance(value, dict):
            return True
        self.unread.add(place[:1])  # the items after it are counted otherwise
        self._fault(place, f"`{_key(place)}` is a section; write {head.format(_key(place))} above its settings.")
        return False

    def _value(self, kind: Any, setting: Setting, value: object, place: Place) -> Any:
        if typing.get_origin(kind) is tuple:
            return self._list(typing.get_args(kind)[0], setting, value, place)
        problem, read = read_value(kind, setting, value, in_list=isinstance(place[-1], int))
        if problem:
            self._fault(place, f"`{_key(place)}` {problem}.")
        return read

    def _list(self, kind: Any, setting: Setting, value: object, place: Place) -> Any:
        if not isinstance(value, list):
            self._fault(place, f"`{_key(place)}` must be a list; put it into square brackets.")
            return None
        if len(value) > setting.most_items:
            self._fault(place, f"`{_key(place)}` has {len(value)} items; at most {setting.most_items} are taken.")
            return None
        items = [self._value(kind, setting, item, (*place, number)) for number, item in enumerate(value)]
        return None if None in items else tuple(dict.fromkeys(items))

    def _unknown(self, place: Place, *, is_section: bool) -> None:
        self.faults.append(Fault(no_such_setting(place, is_section=is_section), self.line_of(place), _key(place)))

    def _fault(self, place: Place, sentence: str) -> None:
        self.unread.add(place[:-1] if len(place) > 2 and isinstance(place[-1], int) else place)
        self.faults.append(Fault(sentence, self.line_of(place), _key(place)))


def _key(place: Place) -> str:
    return ".".join(part for part in place if isinstance(part, str))


def _has_tables(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
