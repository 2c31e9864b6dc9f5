"""Events as the bodies of chunks: none larger than a chunk may be, and no event that holds up the others."""

from collections.abc import Iterator, Sequence

from recorder.events import Event, Gap, GapReason, Patch, Snapshot
from recorder.evidence.writer import MAX_EVENTS_BYTES
from recorder.format.payload import encode_events

CHUNK_BYTES = 1 << 20
_PER_EVENT_BYTES = 100
_MOST_NS = 2**63 - 1


def chunks_of(events: Sequence[Event]) -> Iterator[tuple[list[Event], bytes]]:
    """The events, in their order, in chunks that do not grow much past `CHUNK_BYTES`; each with its body."""
    for batch in _batches(events):
        yield from encoded(batch)


def encoded(events: list[Event]) -> Iterator[tuple[list[Event], bytes]]:
    """These events as one chunk, or as several if they are too large for one.

    What cannot be sealed by itself (larger than any chunk, or not to be encoded) is a gap in its place: the operator
    must not be able to end a recording by what is copied or started.
    """
    try:
        body = encode_events(events) if all(abs(event.at_ns) <= _MOST_NS for event in events) else None
    except (ValueError, OverflowError):  # half a character, or a number of more than 64 bits
        body = None
    if body is not None and len(body) <= MAX_EVENTS_BYTES:
        yield events, body
    elif len(events) == 1:
        lost: list[Event] = [_lost(events[0])]
        yield lost, encode_events(lost)
    else:
        middle = len(events) // 2
        yield from encoded(events[:middle])
        yield from encoded(events[middle:])


def _lost(event: Event) -> Gap:
    at_ns = max(-_MOST_NS, min(event.at_ns, _MOST_NS))
    what = f"screen {event.screen}" if isinstance(event, Patch | Snapshot) else "events"
    detail = f"An event ({type(event).__name__}) could not be sealed: it is too large, or not to be written."
    return Gap(at_ns, at_ns, what, GapReason.EVENTS_DROPPED, detail)


def _batches(events: Sequence[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    size_bytes = 0
    for event in events:
        if batch and size_bytes > CHUNK_BYTES:
            yield batch
            batch, size_bytes = [], 0
        batch.append(event)
        size_bytes += len(event.data) if isinstance(event, (Patch, Snapshot)) else _PER_EVENT_BYTES
    if batch:
        yield batch
