"""What every event is made of."""

from typing import Annotated, TypeAlias

import msgspec

# Beyond that, arithmetic and tables of times would choke on what a hostile recording says.
Ns: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Value(msgspec.Struct, frozen=True, array_like=True):
    """A part of an event."""


class Event(msgspec.Struct, frozen=True, array_like=True):
    """One thing that happened, `at_ns` nanoseconds after the session began."""

    at_ns: Ns
