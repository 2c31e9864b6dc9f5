"""How far a recording is reviewed, as the list tells it and a facet asks for it."""

from pathlib import Path

REVIEWED = "reviewed"
CONCLUSIONS = ("cleared", "follow_up", "violation")
REVIEW_STATES = ("unreviewed", "in_review", REVIEWED, *CONCLUSIONS)  # `REVIEWED` is any of the conclusions


def review_state_of(_folder: Path) -> str | None:
    """The state of reviewing, one of `REVIEW_STATES` but `REVIEWED`; None: nothing tells of it here."""
    return None
