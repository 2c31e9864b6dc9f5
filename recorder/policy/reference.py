"""Every setting of the policy by its full name: what it means, what it may be, and what holds without it."""

import dataclasses
import enum
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recorder.geometry import Rect
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.setting import Setting

_PLAIN_WORDS: Mapping[Any, str] = types.MappingProxyType(
    {bool: "true or false", str: "text", Rect | None: "[left, top, width, height]"}
)


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting as the manual's table has it."""

    key: str
    may_be: str
    default: str
    says: str


def setting_lines() -> tuple[SettingLine, ...]:
    """Every setting there is, in the order of a policy file."""
    return tuple(_lines(AgentPolicy, ""))


def settings_of(kind: type) -> Mapping[str, Any]:
    """The settings and sections of a section, with their types; `fixed` is told by the file, not written in it."""
    return {name: one for name, one in typing.get_type_hints(kind, include_extras=True).items() if name != "fixed"}


def section_in(setting_type: Any) -> type | None:
    """The section that this is, or a list of; None for a setting."""
    item = typing.get_args(setting_type)[0] if typing.get_origin(setting_type) is tuple else setting_type
    return item if isinstance(item, type) and dataclasses.is_dataclass(item) else None


def setting_in(setting_type: Any) -> Setting:
    """What stands beside the type of a setting."""
    return next(one for one in typing.get_args(setting_type) if isinstance(one, Setting))


def value_words(value: object) -> str:
    """A setting's value as a policy file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(value_words(item) for item in value)}]"
    if isinstance(value, str):
        return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "none" if value is None else str(value)


def _lines(kind: type, prefix: str) -> Iterator[SettingLine]:
    defaults = {one.name: one.default for one in dataclasses.fields(kind)}
    for name, setting_type in settings_of(kind).items():
        inner = section_in(setting_type)
        if inner is not None:
            yield from _lines(inner, f"{prefix}{name}.")
            continue
        setting = setting_in(setting_type)
        default = "must be given" if setting.is_needed else value_words(defaults[name])
        yield SettingLine(prefix + name, _may_be(typing.get_args(setting_type)[0], setting), default, setting.says)


def _may_be(kind: Any, setting: Setting) -> str:
    if typing.get_origin(kind) is tuple:
        return f"list of: {_may_be(typing.get_args(kind)[0], setting)}"
    if kind in (int, float):
        return f"{setting.least:g} to {setting.most:.0f}"
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return ", ".join(str(one.value) for one in kind)
    return str(setting.form) if setting.form is not None else _PLAIN_WORDS[kind]
