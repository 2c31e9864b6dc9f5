"""What is meant by a name that no setting has: the nearest one, or all that there are to choose from."""

import difflib
from collections.abc import Iterable

from recorder.policy.reference import setting_lines
from recorder.policy.toml_lines import Place
from recorder.policy.values import short

_LONGEST_KEY = 200
_ALIKE = 0.6  # below it a name is no likelier than any other


def no_such_setting(place: Place, *, is_section: bool) -> str:
    """The sentence about this name; `is_section`: settings stand under it."""
    name = ".".join(part for part in place if isinstance(part, str))[:_LONGEST_KEY]
    kind = "section" if is_section else "setting"
    section, _, own = name.rpartition(".")
    known = [line.key for line in setting_lines()]
    if is_section and not section:
        candidates = _sections(known)
    else:
        elsewhere = [key for key in known if key.rpartition(".")[2] == own]
        inside = [key for key in known if section and key.startswith(f"{section}.")]
        candidates = elsewhere or inside or [*known, *_sections(known)]
    nearest = _most_alike(name, candidates)
    says = f"There is no {kind} `{short(name)}`"
    if nearest is not None:
        return f"{says}; the nearest is `{nearest}`. Mend the name, or remove it."
    if section:
        return (
            f"{says}; `{section}` has {_listed(key.rpartition('.')[2] for key in candidates)}. Take one, or remove it."
        )
    return f"{says}; the sections are {_listed(_sections(known))}. Take one, or remove it."


def _most_alike(name: str, candidates: list[str]) -> str | None:
    """Alike is what the last parts of the names have in common, whatever section they stand in."""
    own = name.rpartition(".")[2]
    by_own = {key.rpartition(".")[2]: key for key in reversed(candidates)}
    found = difflib.get_close_matches(own, by_own, n=1, cutoff=_ALIKE)
    return by_own[found[0]] if found else next((by_own[key] for key in by_own if _holds(key, own)), None)


def _holds(key: str, own: str) -> bool:
    """Whether one of the names is the beginning of the other: "clipboard" of "clipboard_text"."""
    return len(own) > 2 and (key.startswith(own) or own.startswith(key))


def _sections(known: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key.partition(".")[0] for key in known if "." in key))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
