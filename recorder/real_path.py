"""Where a path leads to, links followed."""

import os
from pathlib import Path


def real_path(path: Path) -> Path:
    """As `Path.resolve`, which up to Python 3.12 raises a RuntimeError for links that lead in a circle.

    Here those stay as they are: whoever opens one is told so by the system, in words.
    """
    return Path(os.path.realpath(path))
