"""What decoding will begin at for a moment: looked for from the moment backwards, before all that leads up to it."""

from collections.abc import Iterable

from recorder.errors import UnreadableError
from recorder.events import Patch, Snapshot
from recorder.format.payload import decode_events

# Snapshots come every few seconds where pictures change; who looks further than this might as well read forward.
_MOST_PAYLOADS = 60
_MOST_BYTES = 4 << 20


def steps_up_to(at_ns: int, payloads_back: Iterable[bytes]) -> dict[int, tuple[Patch | Snapshot, ...]]:
    """By screen, its last snapshot up to this moment and the patches after it. Payloads come last first.

    Screens of which nothing is found near are left out, and those that a full picture is nearer to than a snapshot.
    """
    found: dict[int, tuple[Patch | Snapshot, ...]] = {}
    open_back: dict[int, list[Patch | Snapshot]] = {}
    left_bytes = _MOST_BYTES
    for seen, payload in enumerate(payloads_back):
        left_bytes -= len(payload)
        if seen == _MOST_PAYLOADS or left_bytes < 0:
            break
        for event in reversed(_pictures(payload)):
            if event.at_ns > at_ns or event.screen in found:
                continue
            back = open_back.setdefault(event.screen, [])
            back.append(event)
            if isinstance(event, Snapshot) or event.kind == "full":
                found[event.screen] = tuple(reversed(open_back.pop(event.screen)))
        if found and not open_back:
            break
    return {screen: steps for screen, steps in found.items() if isinstance(steps[0], Snapshot)}


def _pictures(payload: bytes) -> list[Patch | Snapshot]:
    try:
        events = decode_events(payload)
    except UnreadableError:
        return []
    return [event for event in events if isinstance(event, Patch | Snapshot)]
