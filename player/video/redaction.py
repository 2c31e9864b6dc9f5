"""What is blacked out in an exported copy: areas of screens and texts, over ranges of time, each with its reason."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from player.moments import in_s
from player.outfile import write_whole
from player.source import Picture
from recorder.clock import NS_PER_S
from recorder.errors import WorldError
from recorder.geometry import Rect
from recorder.logrow import LogRow, inert

MOST_BYTES = 1_000_000
LONGEST_REASON = 500
_NEEDED = frozenset({"screen", "area", "from_s", "to_s", "reason"})
_KEYS = _NEEDED | {"texts"}


class RedactionError(WorldError):
    """The list of redactions cannot be read or does not say what is meant."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """`area` of `screen` (in its own pixels; None: all of it) is black from `start_ns` to `end_ns`, both included.

    `screen` None: no picture is touched. `texts`: the rows of the log that overlap this time lose their words too.
    """

    screen: int | None
    area: Rect | None
    start_ns: int
    end_ns: int
    reason: str
    texts: bool = False

    def holds_at(self, at_ns: int) -> bool:
        """Whether it is in force then."""
        return self.start_ns <= at_ns <= self.end_ns


Redactions = tuple[Redaction, ...]


def redactions_at(redactions: Iterable[Redaction], at_ns: int) -> Redactions:
    """Those that black out a part of a picture then."""
    return tuple(one for one in redactions if one.screen is not None and one.holds_at(at_ns))


def redacted_rows(rows: Iterable[LogRow], redactions: Sequence[Redaction]) -> list[LogRow]:
    """The rows, without the words of those that a redaction of texts touches: that a row was there stays to be seen."""
    hiding = [one for one in redactions if one.texts]
    return [_redacted(row, hiding) for row in rows]


def _redacted(row: LogRow, hiding: Sequence[Redaction]) -> LogRow:
    found = next((one for one in hiding if row.at_ns <= one.end_ns and one.start_ns <= row.end_ns), None)
    if found is None:
        return row
    return replace(
        row,
        text=f"[redacted: {found.reason}]",
        detail="",
        application=None,
        window=None,
        text_at_ns=None,
        x_px=None,
        y_px=None,
        continues=False,
        also="",
        also_at_ns=None,
    )


def redacted_picture(picture: Picture, redactions: Iterable[Redaction], at_ns: int) -> Picture:
    """The picture with what is blacked out then; the same one if nothing is."""
    areas = [one.area for one in redactions_at(redactions, at_ns) if one.screen == picture.screen]
    if not areas:
        return picture
    bgr = picture.bgr.copy()
    for area in areas:
        if area is None:
            bgr[:] = 0
        else:
            bgr[area.top : area.bottom, area.left : area.right] = 0
    bgr.flags.writeable = False
    return replace(picture, bgr=bgr)


# --- the file ---------------------------------------------------------------------------------------------------------


def redaction_object(one: Redaction) -> dict[str, object]:
    """As it stands in the file, and in the list that goes with what was exported."""
    return {
        "screen": one.screen,
        "area": None if one.area is None else list(one.area),
        "from_s": in_s(one.start_ns),
        "to_s": in_s(one.end_ns),
        "reason": one.reason,
        "texts": one.texts,
    }


def save_redactions(path: Path, redactions: Iterable[Redaction]) -> None:
    """Write the file.

    Raises:
        StorageError: it cannot be written.
    """
    lines = [json.dumps(redaction_object(one), ensure_ascii=False) for one in redactions]
    write_whole(path, ("[\n" + ",\n".join(f"  {line}" for line in lines) + "\n]\n").encode())


def load_redactions(path: Path) -> Redactions:
    """Read the file.

    Raises:
        RedactionError: it is not there, or not a list of redactions.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror or error}). Name the list of redactions."
        raise RedactionError(msg) from error
    if len(content) > MOST_BYTES:
        msg = f"{path} is larger than a list of redactions ever is."
        raise RedactionError(msg)
    try:
        things = json.loads(content.decode("utf-8"), parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, InvalidOperation) as error:
        msg = f"{path} is not JSON: {error}."
        raise RedactionError(msg) from error
    if not isinstance(things, list):
        msg = f"{path} is not a list of redactions: it should begin with [."
        raise RedactionError(msg)
    return tuple(_parsed(thing, f"{path}, entry {number}") for number, thing in enumerate(things, start=1))


def _parsed(thing: object, where: str) -> Redaction:
    if not isinstance(thing, dict):
        msg = f"{where}: it should be an object in braces."
        raise RedactionError(msg)
    unknown, missing = sorted(set(thing) - _KEYS), sorted(_NEEDED - set(thing))
    if unknown or missing:
        what = f'"{inert(str(unknown[0]))}" means nothing here' if unknown else f'"{missing[0]}" is missing'
        msg = f"{where}: {what}. It has screen, area, from_s, to_s, reason, and may have texts."
        raise RedactionError(msg)
    start_ns, end_ns = _ns(thing, "from_s", where), _ns(thing, "to_s", where)
    if end_ns < start_ns:
        msg = f"{where}: to_s is before from_s."
        raise RedactionError(msg)
    texts, screen = thing.get("texts", False), _screen(thing, where)
    if not isinstance(texts, bool) or (screen is None and not texts):
        msg = f"{where}: texts is true or false, and must be true where screen is null."
        raise RedactionError(msg)
    return Redaction(screen, _area(thing, where), start_ns, end_ns, _reason(thing, where), texts)


def _ns(thing: Mapping[str, Any], key: str, where: str) -> int:
    value = thing[key]
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= 10**9:
        msg = f"{where}: {key} is not a number of seconds from the session's start."
        raise RedactionError(msg)
    return round(value * NS_PER_S)


def _whole(value: object) -> int | None:
    is_whole = isinstance(value, Decimal) and value.is_finite() and 0 <= value <= 10**6 and value == int(value)
    return int(value) if is_whole and isinstance(value, Decimal) else None


def _screen(thing: Mapping[str, Any], where: str) -> int | None:
    screen = _whole(thing["screen"])
    if thing["screen"] is not None and screen is None:
        msg = f"{where}: screen is not a screen's number (or null, for texts alone)."
        raise RedactionError(msg)
    return screen


def _area(thing: Mapping[str, Any], where: str) -> Rect | None:
    if thing["area"] is None:
        return None
    numbers = [_whole(value) for value in thing["area"]] if isinstance(thing["area"], list) else []
    known = [number for number in numbers if number is not None]
    if len(known) != 4 or len(numbers) != 4 or known[2] == 0 or known[3] == 0:
        msg = f"{where}: area is [left, top, width, height] in pixels of the screen, or null for all of it."
        raise RedactionError(msg)
    return Rect(*known)


def _reason(thing: Mapping[str, Any], where: str) -> str:
    reason = thing["reason"]
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON:
        msg = f"{where}: reason is a sentence of up to {LONGEST_REASON} letters, and is needed."
        raise RedactionError(msg)
    return inert(reason.strip())
