"""Whether a recording shows exactly the pixels of a picture that was taken from it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from player.decoder import Shown
from player.differences import differing_areas
from player.frame import picture_or_refusal
from player.png_text import NotAPictureError, read_png
from player.recording import OpenRecording
from player.source import Picture
from player.taken_picture import PREFIX, Origin, TakenPicture, moment_of, take
from player.timeline import time_text
from recorder.errors import StorageError

Pixels = npt.NDArray[np.uint8]

LARGEST_BYTES = 1 << 30
MOST_SCREENS = 16


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file shows, and what it says of itself."""

    path: Path
    pixels: Pixels
    recording: str
    at_ns: int
    screens: tuple[int, ...]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """The picture as the recording has it, and each thing in which the file differs from it, in a sentence."""

    taken: TakenPicture
    differences: tuple[str, ...]
    blacked_out_px: int = 0  # that the file says were blacked out in this copy

    @property
    def is_same(self) -> bool:
        """Whether the file shows and says exactly what the recording does."""
        return not self.differences


def read_claim(path: Path) -> Claim:
    """Read a picture's file.

    Raises:
        StorageError: it cannot be read.
        NotAPictureError: it is no picture taken from a recording.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            msg = f"{path} is too large to be a picture of a desktop."
            raise NotAPictureError(msg)
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror or error}). Name a picture's file."
        raise StorageError(msg) from error
    try:
        pixels, words = read_png(content)
        return _claim(path, pixels, words)
    except NotAPictureError as error:
        msg = f"{path} cannot be checked: {error}. Name a PNG that was taken from a recording."
        raise NotAPictureError(msg) from error


def check_picture(recording: OpenRecording, claim: Claim) -> Checked:
    """Compare the file with what the recording shows at the moment that it names.

    Raises:
        NotAPictureError: it is of another recording.
        NotRecordedError: the recording has no sound picture there.
    """
    if claim.recording != recording.facts.session_id:
        msg = f"{claim.path} says that it is of {claim.recording}, not of {recording.facts.session_id}."
        raise NotAPictureError(msg)
    pictures = [picture_or_refusal(recording, claim.at_ns, number) for number in claim.screens]
    taken = _taken(recording, claim, pictures)
    blacked_out_px = _blacked_out_px(claim, taken)
    pixels = [] if blacked_out_px else _pixel_differences(claim, taken)
    return Checked(taken, (*pixels, *_word_differences(claim, taken)), blacked_out_px)


def _claim(path: Path, pixels: Pixels, words: Mapping[str, str]) -> Claim:
    recording, seconds = words.get(f"{PREFIX}Recording"), words.get(f"{PREFIX}Seconds")
    screens = words.get(f"{PREFIX}Screens", "").split(",")
    if recording is None or seconds is None or not recording.isprintable():
        msg = "it does not say from which recording and second it was taken"
        raise NotAPictureError(msg)
    if len(screens) > MOST_SCREENS or not all(text.isdecimal() and len(text) < 10 for text in screens):
        msg = "it does not say which screens it shows"
        raise NotAPictureError(msg)
    return Claim(path, pixels, recording, moment_of(seconds), tuple(map(int, screens)), words)


def _taken(recording: OpenRecording, claim: Claim, pictures: list[Picture]) -> TakenPicture:
    """The same picture, taken again."""
    chosen = set(claim.screens)
    screens = tuple(one for one in recording.screens_at(claim.at_ns) if one.number in chosen)
    by_number = {picture.screen: picture for picture in pictures}
    shown = Shown(
        claim.at_ns,
        screens,
        tuple(by_number[one.number] for one in screens),
        None,
        segment=recording.segment_at(claim.at_ns),
    )
    origin = Origin(recording.facts.session_id, "unchecked", recording.wall_ns_at(claim.at_ns))
    return take(shown, None, origin)


def _pixel_differences(claim: Claim, taken: TakenPicture) -> list[str]:
    height, width = claim.pixels.shape[:2]
    recorded_height, recorded_width = taken.pixels.shape[:2]
    if (height, width) != (recorded_height, recorded_width):
        return [f"The file is of {width}×{height} pixels, the recording of {recorded_width}×{recorded_height}."]
    areas, found, changed_px = differing_areas(claim.pixels, taken.pixels)
    if not changed_px:
        return []
    first = areas[0]
    where = f"the first {first.width}×{first.height} at {first.left}, {first.top}"
    return [f"The file differs from the recording in {changed_px} pixels, in {found} areas, {where}."]


def _blacked_out_px(claim: Claim, taken: TakenPicture) -> int:
    """How many pixels are black in a file that says so, if in nothing else it differs; else 0."""
    if claim.words.get(f"{PREFIX}Redacted") != "yes" or claim.pixels.shape != taken.pixels.shape:
        return 0
    differs = (claim.pixels != taken.pixels).any(axis=2)
    return 0 if claim.pixels[differs].any() else int(np.count_nonzero(differs))


def _word_differences(claim: Claim, taken: TakenPicture) -> list[str]:
    """What it says of itself; not the verdict, which was that of its day and is asked for anew."""
    said = []
    own = hashlib.sha256(np.ascontiguousarray(claim.pixels).data).hexdigest()
    for name in ("Unchanged-Since", "UTC", "Segment", "Exact", "Film"):
        ours, theirs = taken.words.get(PREFIX + name), claim.words.get(PREFIX + name)
        if theirs is not None and theirs != ours:
            said.append(f"The file says {PREFIX}{name} {theirs!r}, the recording {ours!r}.")
    if claim.words.get(f"{PREFIX}Pixels-SHA256") != own:
        said.append("The file names another SHA-256 than its pixels have: it was changed after it was taken.")
    return said


def sentence_of(checked: Checked, claim: Claim) -> str:
    """The answer in one sentence."""
    taken = checked.taken
    at = f"{time_text(taken.at_ns)} ({taken.words.get(f'{PREFIX}UTC', 'UTC not known')})"
    where = f"screen {', '.join(map(str, taken.screens))} at {at}"
    if checked.is_same and checked.blacked_out_px:
        hidden = f"{checked.blacked_out_px} pixels, which are blacked out in this copy"
        return f"{claim.path}: the recording shows exactly these pixels, on {where}, but for {hidden}."
    if checked.is_same:
        exact = "" if taken.exact else ", which is not exact itself"
        return f"{claim.path}: the recording shows exactly these pixels, on {where}{exact}."
    return f"{claim.path}: NOT what the recording shows on {where}. {' '.join(checked.differences)}"
