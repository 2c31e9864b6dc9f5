"""What reviewers said of a recording, as rows of a report."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from player.report.facts import ReviewTold
from player.review.state import Review, read_review
from player.timeline import time_text
from player.video.redaction import Redactions
from resources.words import Words


def reviews_told(folder: Path, words: Words) -> tuple[ReviewTold, ...]:
    """Verdicts and notes of everybody who wrote some, the oldest first.

    Raises:
        WorldError: what there is cannot be read.
    """
    return tuple(sorted(_told(read_review(folder), words), key=lambda one: one.wall_ns))


def reviews_of_a_part(
    told: Iterable[ReviewTold], start_ns: int, end_ns: int | None, redactions: Redactions, words: Words
) -> tuple[ReviewTold, ...]:
    """What is left of reviews in a copy of a range, or one with redacted texts: reviewers quote what they saw.

    What was said of the whole session is said of what is not shown too, so it loses its words; the verdict stays.
    """
    is_whole = start_ns == 0 and end_ns is None
    return tuple(
        _without_words(one, redactions, "" if is_whole else words("report.left_out"))
        for one in told
        if one.at_ns is None or (_end_of(one) >= start_ns and (end_ns is None or one.at_ns <= end_ns))
    )


def _end_of(one: ReviewTold) -> int:
    return max(one.at_ns or 0, one.end_ns or 0)


def _without_words(one: ReviewTold, redactions: Redactions, instead: str) -> ReviewTold:
    if not one.note:
        return one
    hiding = [black for black in redactions if black.texts]
    if one.at_ns is not None:
        hiding = [black for black in hiding if one.at_ns <= black.end_ns and black.start_ns <= _end_of(one)]
    if hiding:
        return replace(one, note=f"[redacted: {hiding[0].reason}]")
    return replace(one, note=instead) if instead and one.at_ns is None else one


def _told(review: Review, words: Words) -> list[ReviewTold]:
    verdicts = [
        ReviewTold(
            one.person.name,
            one.standing.value,
            words(f"report.judged_{one.verdict.value}"),
            one.made_wall_ns,
            one.comment,
        )
        for one in review.verdicts
    ]
    notes = []
    for note in review.notes:
        content = note.content
        when = time_text(content.at_ns)
        if content.end_ns is not None:
            when = f"{when} – {time_text(content.end_ns)}"
        tags = " ".join(f"#{tag}" for tag in content.tags)
        text = "  ".join(filter(None, (content.text, tags)))
        head = words("report.noted", when=when)
        told = ReviewTold(note.person.name, note.standing.value, head, note.made_wall_ns, text)
        notes.append(replace(told, at_ns=content.at_ns, end_ns=content.end_ns or content.at_ns))
    return verdicts + notes
