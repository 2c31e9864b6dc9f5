"""How much of a recording is not there as it was: for the verdict that goes with what is seen."""

from collections.abc import Set

from player.ui.access import Problem
from player.ui.reading import News
from recorder.errors import WorldError

EVIDENCE = frozenset({"gap", "altered", "missing", "unreadable"})
GRAVE = EVIDENCE - {"gap"}


def evidence_spans(news: News | None, kinds: Set[str] = EVIDENCE) -> int:
    """How many gaps, altered and missing ranges there are."""
    return 0 if news is None else sum(span.kind in kinds for span in news.spans)


def unread(error: WorldError) -> Problem:
    """Reading failed, as a finding."""
    return Problem("read_failed", str(error), is_grave=True)
