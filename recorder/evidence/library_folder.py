"""Where recordings lie, when nobody says."""

import os
from collections.abc import Mapping
from pathlib import Path

from recorder.evidence.key_folder import home_folder

LIBRARY_VARIABLE = "TACHIAI_LIBRARY"


def library_folder(given: Path | None, environment: Mapping[str, str] | None = None) -> Path:
    """The library: the one that was given, else the variable's, else the one in the user's own folder."""
    if given is not None:
        return given
    named = (os.environ if environment is None else environment).get(LIBRARY_VARIABLE)
    return Path(named) if named else home_folder(environment) / "recordings"
