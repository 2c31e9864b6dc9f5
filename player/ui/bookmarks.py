"""Bookmarks as the timeline shows them: whose do not count is said, and drawn otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from player import lanes
from player.lanes import Marks
from player.persons import Standing
from player.review.state import GivenNote
from player.ui.review_models import words_of
from resources.ui.inert import visible
from resources.words import Words


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A moment, or a range. `stranger`: what they call themselves whose it is; None: it is of somebody trusted."""

    start_ns: int
    end_ns: int
    label: str
    stranger: str | None = None


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """In a lane, with what stands beside each (`labels`) and is said of it (`lines`). Value 0: a stranger's."""

    marks: Marks
    labels: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def no_bookmarks() -> Bookmarks:
    """None."""
    return Bookmarks(lanes.no_marks())


def laid_out(bookmarks: Sequence[Bookmark], words: Words) -> Bookmarks:
    """These, in order of time."""
    starts, ends = (np.array([getattr(one, side) for one in bookmarks], np.int64) for side in ("start_ns", "end_ns"))
    values = np.array([one.stranger is None for one in bookmarks], np.int64)
    marks = lanes.mark_columns(starts, ends, values, np.arange(len(bookmarks)))
    return Bookmarks(
        marks, tuple(_label(one, words) for one in bookmarks), tuple(_line(one, words) for one in bookmarks)
    )


def bookmarks_of(notes: Sequence[GivenNote], words: Words) -> list[Bookmark]:
    """The notes of a review."""
    return [
        Bookmark(
            one.content.at_ns,
            one.content.at_ns if one.content.end_ns is None else one.content.end_ns,
            visible(words_of(one)) or words("review.bookmark"),
            visible(one.person.name) if one.standing is Standing.STRANGER else None,
        )
        for one in notes
    ]


def _label(one: Bookmark, words: Words) -> str:
    return one.label if one.stranger is None else words("timeline.strangers", label=one.label)


def _line(one: Bookmark, words: Words) -> str:
    if one.stranger is None:
        return words("timeline.bookmark", label=one.label)
    who = words("review.stranger", name=one.stranger)
    return words("timeline.bookmark_by", who=who, label=one.label)
