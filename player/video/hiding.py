"""Whether a list of redactions hides what it says: one that hides nothing was meant for something else."""

from player.source import Source
from player.timeline import time_text
from player.video.redaction import Redaction, RedactionError, Redactions
from recorder.events import Screen


def refuse_what_hides_nothing(recording: Source, redactions: Redactions) -> None:
    """Call it when the recording was read through: only then is it known which screens there were.

    Raises:
        RedactionError: one of them names a screen, an area or a time that the recording does not have.
    """
    for number, one in enumerate(redactions, start=1):
        problem = _why_nothing(recording, one)
        if problem:
            msg = f"Redaction {number} of {len(redactions)} blacks out nothing: {problem}. Nothing was written."
            raise RedactionError(msg)


def _why_nothing(recording: Source, one: Redaction) -> str:
    if one.start_ns > recording.duration_ns:
        reach = time_text(recording.duration_ns)
        return f"it begins at {time_text(one.start_ns)}, and the recording reaches to {reach}"
    if one.screen is None:
        return ""
    screens = _screens_within(recording, one)
    same = [screen for screen in screens if screen.number == one.screen]
    if not same:
        there = ", ".join(str(number) for number in sorted({screen.number for screen in screens})) or "none"
        return f"there is no screen {one.screen} in that time (screens there: {there})"
    area = one.area
    if area is None or any(area.left < each.area.width and area.top < each.area.height for each in same):
        return ""
    sizes = ", ".join(sorted({f"{each.area.width}×{each.area.height}" for each in same}))
    return f"its area lies outside of screen {one.screen} ({sizes} pixels)"


def _screens_within(recording: Source, one: Redaction) -> set[Screen]:
    laid_out = [row.at_ns for row in recording.rows() if row.kind == "screen" and one.holds_at(row.at_ns)]
    moments = (one.start_ns, min(one.end_ns, recording.duration_ns), *laid_out)
    return {screen for at_ns in moments for screen in recording.screens_at(at_ns)}
