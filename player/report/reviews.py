"""What reviewers said of a recording, as rows of a report."""

from pathlib import Path

from player.report.facts import ReviewTold
from player.review.state import Review, read_review
from player.timeline import time_text
from player.words import Words


def reviews_told(folder: Path, words: Words) -> tuple[ReviewTold, ...]:
    """Verdicts and notes of everybody who wrote some, the oldest first.

    Raises:
        WorldError: what there is cannot be read.
    """
    return tuple(sorted(_told(read_review(folder), words), key=lambda one: one.wall_ns))


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
        notes.append(ReviewTold(note.person.name, note.standing.value, head, note.made_wall_ns, text))
    return verdicts + notes
