"""One value of a policy file: whether it is what its setting may be."""

import enum
import math
import re
from typing import Any

from recorder.geometry import Rect
from recorder.logrow import inert
from recorder.policy.forms import form_problem
from recorder.policy.setting import Setting

_MOST_SAID = 60
_FARTHEST_PX = 2**20
_CREDENTIALS = re.compile(r"(?<=//)[^/?#@]*(?=@)")  # nobody needs to read a password to know what to do


def read_value(kind: Any, setting: Setting, value: object, *, in_list: bool) -> tuple[str, Any]:
    """What is wrong with the value, in words that follow its name ("" if nothing), and the value itself."""
    if kind is bool:
        return ("", value) if isinstance(value, bool) else ("must be true or false, without quotes", None)
    if kind in (int, float):
        return _read_number(kind, setting, value)
    if kind == Rect | None:
        return _read_area(value)
    if not isinstance(value, str):
        return "must be a text in quotes", None
    if issubclass(kind, enum.Enum):
        return _read_choice(kind, value)
    if setting.is_needed and not value.strip():
        return f"is empty. {setting.says} Write it, in quotes", None
    problem = _text_problem(setting, value, may_be_empty=not in_list)
    return problem, None if problem else value


def short(text: str) -> str:
    """A text from a policy as a sentence may quote it."""
    return inert(text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…")


def _read_number(kind: type[int] | type[float], setting: Setting, value: object) -> tuple[str, Any]:
    if isinstance(value, bool) or not isinstance(value, int | float if kind is float else int):
        return f"must be a {'' if kind is float else 'whole '}number, without quotes", None
    least, most = setting.least, setting.most
    if not isinstance(value, int) and not math.isfinite(value):
        return "must be a number that can be counted to", None
    if least is not None and most is not None and not least <= value <= most:
        return f"is {short(_digits(value))}; it must be from {least:g} to {most:.0f}", None
    return "", kind(value)


def _digits(value: float) -> str:
    """A number, however many digits it has: those of a huge one are not counted out."""
    return str(value) if not isinstance(value, int) or value.bit_length() < 256 else hex(value)


def _read_choice(kind: type[enum.Enum], value: str) -> tuple[str, Any]:
    choices = [str(one.value) for one in kind]
    if value in choices:
        return "", kind(value)
    return f'is "{short(value)}"; it must be {", ".join(choices[:-1])} or {choices[-1]}', None


def _read_area(value: object) -> tuple[str, Any]:
    if isinstance(value, list) and len(value) == 4 and all(type(one) is int for one in value):
        area = Rect(*value)
        if not area.is_empty and max(abs(one) for one in area) < _FARTHEST_PX:
            return "", area
    return "must be four whole numbers, [left, top, width, height], the last two at least 1", None


def _text_problem(setting: Setting, value: str, *, may_be_empty: bool) -> str:
    if not value.strip():
        return "" if may_be_empty and not value else "is empty; write something, or leave it out"
    if len(value) > setting.longest:
        return f"has {len(value)} characters; at most {setting.longest} are taken"
    shown = value.replace("\n", " ").replace("\t", " ") if setting.has_lines else value
    if inert(shown) != shown:
        return f'has signs that cannot be seen ("{short(value)}"); remove them'
    problem = form_problem(setting.form, value) if setting.form is not None else ""
    return f'"{short(_CREDENTIALS.sub("…", value))}" {problem}' if problem else ""
