"""What a search found: the row, and exactly where and when in it."""

from dataclasses import dataclass

from recorder.logrow import LogRow
from recorder.store.folding import fold, query_grams, span_in_original

CONTEXT_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that holds what was asked for.

    `at_ns` is when the first character found was typed, for what was not typed when the row began. `text` is where it
    was found, from `start` to `end` (the row's text, or a line of what it is also known by); `context` is a short
    stretch of it, with the row's text before it if it was found elsewhere; what was found is `found_in_context` of it.
    `row_id` is the row's in the index, None for rows that are in memory.
    """

    session_id: str
    at_ns: int
    kind: str
    text: str
    start: int
    end: int
    context: str
    row: LogRow
    context_start: int = 0
    row_id: int | None = None

    @property
    def found_in_context(self) -> tuple[int, int]:
        """From which character of the context to which was found."""
        return self.context_start, self.context_start + self.end - self.start


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, newest recording first, then by time; `is_complete`: there are no more than these."""

    hits: tuple[Hit, ...]
    is_complete: bool


def match_words(needle: str) -> str:
    """The full-text expression for rows that may hold the folded needle; every character in it is only itself."""
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in query_grams(needle))


def hit_in(
    session_id: str,
    row: LogRow,
    *,
    lead: str,
    times: tuple[int, ...] | None,
    needle: str,
    row_id: int | None = None,
) -> Hit | None:
    """Where the row holds the folded needle; None if it does not. What lies in the lead alone is another row's hit."""
    searched = lead + row.text
    folded = fold(searched)
    own_from = max(0, len(fold(lead)) - len(needle) + 1) if lead else 0
    place = folded.find(needle, own_from)
    if place >= 0:
        start, end = span_in_original(searched, place, place + len(needle))
        shown = searched if start < len(lead) else row.text
        shift = 0 if start < len(lead) else len(lead)
        at_ns = times[start] if times is not None else row.at_ns
        return _hit(session_id, row, at_ns, shown, start - shift, end - shift, row_id)
    return _hit_in_also(session_id, row, needle, row_id)


def _hit_in_also(session_id: str, row: LogRow, needle: str, row_id: int | None) -> Hit | None:
    for line in row.also.split("\n"):  # what was typed and erased is one line, so its times need no shift
        place = fold(line).find(needle)
        if place >= 0:
            start, end = span_in_original(line, place, place + len(needle))
            at_ns = row.at_ns if row.also_at_ns is None else row.also_at_ns[start]
            return _hit(session_id, row, at_ns, line, start, end, row_id)
    return None


def _hit(session_id: str, row: LogRow, at_ns: int, text: str, start: int, end: int, row_id: int | None) -> Hit:
    first = max(0, start - CONTEXT_CHARACTERS)
    context, context_start = _stretch(text, start, end), start - first + (1 if first else 0)
    if text is not row.text and row.text not in text:
        head = f"{_stretch(row.text, 0, CONTEXT_CHARACTERS)} — "
        context, context_start = head + context, context_start + len(head)
    return Hit(session_id, at_ns, row.kind, text, start, end, context, row, context_start, row_id)


def _stretch(text: str, start: int, end: int) -> str:
    first, last = max(0, start - CONTEXT_CHARACTERS), min(len(text), end + CONTEXT_CHARACTERS)
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
