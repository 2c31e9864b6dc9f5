"""A picture taken out of a recording, to be kept elsewhere: its pixels at native size, and what is known of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from player.decoder import Shown
from player.png_text import NotAPictureError, png_of
from player.source import Picture
from player.timeline import time_text
from recorder.clock import NS_PER_S
from recorder.errors import WorldError
from recorder.events import Screen
from recorder.geometry import Rect
from recorder.release import release
from recorder.utc import utc_text

Pixels = npt.NDArray[np.uint8]

PREFIX = "Tachiai-"
NOT_YET = ("unchecked", "checking")
_VERDICT_NOTES = {
    "partial": "The recording is sound but not complete.",
    "recording": "The recording was still growing when the picture was taken; what there was of it was sound.",
    "altered": "Part of the recording was altered; not this moment, as far as is known.",
    "cannot_judge": "Whether the recording is genuine cannot be told.",
    "read_failed": "The recording could not be read to its end, so there is no verdict on it.",
}
_NOT_VERIFIED = "The recording had not been verified when the picture was taken."
_NOT_KNOWN = "Whether there is a gap at this moment was not known yet when the picture was taken."


class NotRecordedError(WorldError):
    """Nothing sound is recorded of this screen at this moment."""

    exit_status: ClassVar[int] = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """Of what recording, and how far it can be trusted: `verdict` is a word that `verify` uses, or of `NOT_YET`."""

    recording: str
    verdict: str
    wall_ns: int | None  # UTC at the moment of the picture, None if it is not known


@dataclass(frozen=True, slots=True)
class TakenPicture:
    """Pixels (B, G, R) and what goes with them. `film`: where they are not exact; none of an inexact one: not known."""

    pixels: Pixels
    origin: Origin
    at_ns: int
    since_ns: int  # from when on it was shown, unchanged
    segment: int | None
    screens: tuple[int, ...]
    exact: bool
    film: tuple[Rect, ...]
    is_known: bool
    redacted: tuple[str, ...] = ()  # why parts of it were blacked out in this copy

    @property
    def sha256(self) -> str:
        """Over the rows of B, G, R bytes, as the recording seals it with its snapshots."""
        return hashlib.sha256(np.ascontiguousarray(self.pixels).data).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said of it, in sentences; none if it is exact, at a sound place of a sound recording."""
        said = [] if self.exact else [_inexact_note(self.film)]
        said += [] if self.is_known else [_NOT_KNOWN]
        said += [f"Blacked out in this copy: {reason}" for reason in self.redacted]
        verdict = self.origin.verdict
        note = _NOT_VERIFIED if verdict in NOT_YET else _VERDICT_NOTES.get(verdict, "")
        return tuple([*said, note] if note else said)

    @property
    def words(self) -> dict[str, str]:
        """What is written into the file, by name; what is not known is left out."""
        origin = self.origin
        named = {
            "Recording": origin.recording,
            "Seconds": seconds_text(self.at_ns),
            "Unchanged-Since": seconds_text(self.since_ns),
            "UTC": None if origin.wall_ns is None else utc_text(origin.wall_ns),
            "Segment": None if self.segment is None else str(self.segment),
            "Screens": ",".join(map(str, self.screens)),
            "Pixels-SHA256": self.sha256,
            "Exact": "yes" if self.exact else "no",
            "Film": ";".join(f"{r.left},{r.top},{r.width},{r.height}" for r in self.film) or None,
            "Redacted": "yes" if self.redacted else None,
            "Verdict": origin.verdict,
            "Note": " ".join(self.notes) or None,
        }
        words = {PREFIX + name: value for name, value in named.items() if value is not None}
        return {"Software": f"Tachiai player {release()}", **words}

    def png(self) -> bytes:
        """The file."""
        return png_of(self.pixels, self.words)

    @property
    def file_name(self) -> str:
        """A name to save it under."""
        clock = time_text(self.at_ns).replace(":", "-")
        return f"{self.origin.recording} {clock} screen {'+'.join(map(str, self.screens))}.png"


def take(shown: Shown, only: int | None, origin: Origin) -> TakenPicture:
    """What the monitors showed then, as they stood, or one of them alone; black where no monitor stood.

    Raises:
        NotRecordedError: of one of them nothing sound is recorded.
    """
    pairs = [
        (one, picture) for one, picture in zip(shown.screens, shown.pictures, strict=True) if only in (None, one.number)
    ]
    missing = [str(one.number) for one, picture in pairs if picture is None]
    whole = [(one, picture) for one, picture in pairs if picture is not None]
    if not pairs:
        msg = f"No screen is recorded at {time_text(shown.at_ns)}, so there is no picture to take."
        raise NotRecordedError(msg)
    if missing:
        where = ", ".join(missing)
        msg = f"Nothing sound is recorded of screen {where} at {time_text(shown.at_ns)}; no picture was taken."
        raise NotRecordedError(msg)
    area = reduce(Rect.union, (one.area for one, _ in whole))
    return TakenPicture(
        pixels=_laid_out(area, whole),
        origin=origin,
        at_ns=shown.at_ns,
        since_ns=max(picture.at_ns for _, picture in whole),
        segment=shown.segment,
        screens=tuple(one.number for one, _ in whole),
        exact=all(picture.exact for _, picture in whole),
        film=_film(area, whole),
        is_known=shown.is_known,
    )


def seconds_text(at_ns: int) -> str:
    """Seconds from the session's start, exact: what `--at` takes."""
    return f"{at_ns // NS_PER_S}.{at_ns % NS_PER_S:09}"


def moment_of(text: str) -> int:
    """The moment that `seconds_text` wrote.

    Raises:
        NotAPictureError: it is no such text.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 10**9:
        msg = "it does not say at which second it was taken"
        raise NotAPictureError(msg)
    return round(value * NS_PER_S)


def _laid_out(area: Rect, pairs: Sequence[tuple[Screen, Picture]]) -> Pixels:
    if len(pairs) == 1:
        return pairs[0][1].bgr
    pixels: Pixels = np.zeros((area.height, area.width, 3), np.uint8)
    for one, picture in pairs:
        place = one.area.moved(-area.left, -area.top)
        pixels[place.top : place.bottom, place.left : place.right] = picture.bgr
    return pixels


def _film(area: Rect, pairs: Sequence[tuple[Screen, Picture]]) -> tuple[Rect, ...]:
    """Where it is not exact; of a monitor of which that is not known, all of it."""
    found: list[Rect] = []
    for one, picture in pairs:
        left, top = one.area.left - area.left, one.area.top - area.top
        if not picture.exact:
            areas = picture.film or (Rect(0, 0, one.area.width, one.area.height),)
            found += [film.moved(left, top) for film in areas]
    return tuple(found)


def _inexact_note(film: Sequence[Rect]) -> str:
    where = "an area" if len(film) == 1 else f"{len(film)} areas"
    return f"Not exact in {where}: a moving picture that had not come to rest."
