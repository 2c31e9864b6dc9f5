"""What a count or a sequence of rules took in, told apart from the judge, so that the next judge can go on with it."""

import msgspec

from recorder.events import FiredBy


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """One thing that happened, as the correlation `correlation` counted it.

    `of` are the rules that matched it, by id or name, as `correlation` is. What it was counted by: its `group`, and its
    `values` of the field that is counted. It says nothing any more after `within_ns`, nor if it made the correlation
    fire (`fired`), with all of its group before.
    """

    correlation: str
    of: tuple[str, ...]
    at_ns: int
    within_ns: int
    group: tuple[str | int | tuple[str, ...], ...]
    values: tuple[str | int, ...]
    row: FiredBy
    fired: bool = False
