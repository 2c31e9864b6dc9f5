"""A pasted text as rows of the operation log: as if each line of it had been typed, and marked as pasted."""

import re
from collections.abc import Iterator

from recorder.agent_events import EvasionSign
from recorder.logrow import LogRow, inert
from recorder.pieces import LONGEST_TEXT, PASTED, joined

MOST_LINES = 500
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|$)")
_ENTER = "Enter"


def pasted_rows(event: EvasionSign, *, application: str | None, window: str | None) -> Iterator[LogRow]:
    """The lines; of an empty one nothing but its end, which enters what was typed before it."""
    for count, found in enumerate(_LINE.finditer(event.text or "")):
        text, is_entered = inert(found[1]), bool(found[2])
        if count >= MOST_LINES or not (text or is_entered):
            return
        detail = joined((_ENTER if is_entered and text else "", PASTED))
        kind = "text" if text else "keys"
        for at in range(0, max(1, len(text)), LONGEST_TEXT):
            piece = text[at : at + LONGEST_TEXT]
            is_last = at + LONGEST_TEXT >= len(text)
            yield LogRow(
                event.at_ns,
                event.at_ns,
                kind,
                piece or _ENTER,
                detail if is_last else PASTED,
                application,
                window,
            )
