"""What is asked of the desk: which recording to open, and where."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """A recording asked for: where, at which moment, and whether to go with its edge."""

    folder: Path
    at_ns: int | None = None
    follow: bool = False
