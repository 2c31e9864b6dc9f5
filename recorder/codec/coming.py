"""What will be shown: which tiles a snapshot and the patches after it are made of, before all of these are here.

Of the groups that a segment brings up to a moment, a seek there needs about one in four.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recorder.codec import origins
from recorder.codec.errors import DamagedPictureError
from recorder.codec.tiles import Grid, Numbers
from recorder.codec.wire import Sheet, SheetKind, read_head, read_ops
from recorder.events import Patch, Snapshot


@dataclass(frozen=True, slots=True)
class Coming:
    """`tiles`: the ids of tiles that patches brought or will bring, going up. The others are the snapshot's own."""

    tiles: Numbers
    told: dict[bytes, origins.Told]  # by the data of the snapshot's sheets that are told by origin
    sheets: tuple[Sheet, ...]  # its others


def read_coming(events: Sequence[Patch | Snapshot], is_over: Callable[[], bool]) -> Coming:
    """What these show, up to the first that is damaged: decoding it says so. Or until nobody wants to know any more."""
    found: list[Numbers] = []
    told: dict[bytes, origins.Told] = {}
    sheets: list[Sheet] = []
    try:
        for event in events:
            if is_over():
                break
            head = read_head(event.data)
            ids = read_ops(head.ops, Grid(event.width_px, event.height_px)).ids
            if isinstance(event, Patch):
                found.append(ids)
                continue
            found.append(ids[ids < head.first_id])
            sheets += [sheet for sheet in head.sheets if sheet.kind is not SheetKind.COMPOSED]
            for sheet in head.sheets:
                if sheet.kind is SheetKind.COMPOSED:
                    told[sheet.data] = origins.tell(sheet.data, sheet.tiles)
                    found.append(told[sheet.data].tiles)
    except DamagedPictureError:
        pass
    return Coming(_once_each(np.concatenate([np.zeros(0, np.int64), *found])), told, tuple(sheets))


def _once_each(numbers: Numbers) -> Numbers:
    """The same, going up. NumPy's `unique` would import more of it the first time, behind walls."""
    ordered = np.sort(numbers)
    is_first = np.ones(ordered.size, np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


NOTHING_COMING = Coming(np.zeros(0, np.int64), {}, ())
