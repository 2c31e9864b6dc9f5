"""Links to a moment of a recording: `tachiai://RECORDING?t=SECONDS`. Of a link an id and a number is taken, no more."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from recorder.clock import NS_PER_MS
from recorder.errors import WorldError

SCHEME = "tachiai"
LONGEST_LINK = 100
MS_PER_S = 1000
# A browser makes what stands where a host would small letters, and may put a slash behind it.
_LINK = re.compile(
    r"tachiai://([0-9]{8}t[0-9]{6}z-[0-9a-f]{8})/?(?:\?t=([0-9]{1,9}(?:\.[0-9]{1,9})?))?", re.ASCII | re.IGNORECASE
)


class LinkRefusedError(WorldError):
    """This is no link to a moment of a recording, or more than one."""

    exit_status: ClassVar[int] = 64


@dataclass(frozen=True, slots=True)
class Link:
    """A recording by its id, and a moment of it; None: wherever it opens."""

    session_id: str
    at_ns: int | None = None

    def __str__(self) -> str:
        """As it is written: to the millisecond, which is nearer than any two pictures."""
        if self.at_ns is None:
            return f"{SCHEME}://{self.session_id}"
        at_ms = self.at_ns // NS_PER_MS
        seconds = f"{at_ms // MS_PER_S}.{at_ms % MS_PER_S:03}".rstrip("0").rstrip(".")
        return f"{SCHEME}://{self.session_id}?t={seconds}"


def is_link(text: str) -> bool:
    """Whether this wants to be a link of ours, well made or not."""
    return text[: len(SCHEME) + 1].lower() == f"{SCHEME}:"


def parse_link(text: str) -> Link:
    """Take the id and the second out of a link.

    Raises:
        LinkRefusedError: it is not exactly one, or holds anything else.
    """
    found = _LINK.fullmatch(text) if len(text) <= LONGEST_LINK else None
    if found is None:
        msg = "This is not a link to a recording; one has the form tachiai://RECORDING?t=SECONDS, and nothing else."
        raise LinkRefusedError(msg)
    session_id = found[1].lower().replace("t", "T").replace("z", "Z")
    at_ns = None if found[2] is None else int(Decimal(found[2]) * MS_PER_S * NS_PER_MS)
    return Link(session_id, at_ns)
