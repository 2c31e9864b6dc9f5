"""Which version of Tachiai this is."""

import sys
from pathlib import Path

_BEFORE, _BEHIND = "tachiai-", ".dist-info"


def release() -> str:
    """The version of the package; "unreleased" of a checkout that was never installed.

    Told by the name of the folder that every installation leaves beside the code: what the standard library has for
    this takes 20 ms to import, since it reads much more than that, and every command would pay for it.
    """
    installed = (found.name for folder in sys.path for found in Path(folder).glob(f"{_BEFORE}*{_BEHIND}"))
    first = next(installed, None)
    return "unreleased" if first is None else first.removeprefix(_BEFORE).removesuffix(_BEHIND)
