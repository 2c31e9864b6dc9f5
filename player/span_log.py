"""Gaps, damage, idle, locked and inexact times, put together from events in their order."""

from player.source import Span
from recorder.events import Event, Gap, GapReason, IdleChanged, LockChanged, Patch, ScreensChanged, Snapshot

_GAP_WORDS = {
    GapReason.SUSPENDED: "The machine was suspended.",
    GapReason.GRAB_FAILED: "The screen could not be read.",
    GapReason.LAYOUT_CHANGING: "The monitors were changing.",
    GapReason.INPUT_LOST: "Input was not recorded.",
    GapReason.EVENTS_DROPPED: "Events came faster than they could be recorded.",
    GapReason.STORAGE_FAILED: "The storage failed.",
    GapReason.STALLED: "The recorder stood still.",
    GapReason.SOURCE_FAILED: "A source of events failed.",
    GapReason.RECORDER_DIED: "The recorder was killed or crashed.",
    GapReason.RECORDER_FROZEN: "The recorder was stopped.",
    GapReason.STORAGE_FULL: "The storage was full.",
    GapReason.DISPLAY_LOST: "The display was lost.",
    GapReason.OUT_OF_MEMORY: "The system ended the recorder for want of memory.",
    GapReason.TEXT_ONLY: "The policy leaves out pictures while room is short.",
}
# After these a new recorder tells anew what is idle or locked: what the old one said last no longer holds.
_FORGETTING = frozenset({GapReason.RECORDER_DIED, GapReason.RECORDER_FROZEN, GapReason.OUT_OF_MEMORY})


class SpanLog:
    """Feed it events; `spans` says what is known so far."""

    def __init__(self) -> None:
        self.version = 0  # grows with every change
        self._closed: list[Span] = []
        self._gaps: list[Gap] = []
        self._open: dict[str, tuple[int, str]] = {}  # kind (and screen): since when, why
        self._hole: tuple[int, str, str] | None = None
        self._unseen: set[int] = set()
        self._screens: set[int] = set()
        self._reached_ns = 0

    def feed(self, event: Event) -> None:
        """Take in one event."""
        self._reached_ns = max(self._reached_ns, event.at_ns)
        match event:
            case Gap():
                if event.reason in _FORGETTING:
                    self._forget(event.at_ns)
                self._gaps.append(event)
                self.add(span_of(event))
            case LockChanged(locked=locked):
                self._switch("locked", event.at_ns, "The screen was locked." if locked else None)
            case IdleChanged(idle=idle):
                since_ns = event.since_ns if idle else event.at_ns
                self._switch("idle", since_ns, "The operator did nothing." if idle else None)
            case ScreensChanged(screens=screens):
                self._screens = {screen.number for screen in screens}
                self._unseen &= self._screens
            case Patch() | Snapshot():
                self._feed_picture(event)
            case _:
                pass

    def lose(self, start_ns: int, kind: str, reason: str) -> None:
        """From here on records are missing or altered, until every screen has a full picture again."""
        if self._hole is None:
            self._hole = (start_ns, kind, reason)
            self.version += 1
        self._unseen = set(self._screens)

    def find_again(self, at_ns: int) -> None:
        """Records are whole again from here; without a screen nothing else has to be waited for."""
        self._reached_ns = max(self._reached_ns, at_ns)
        if not self._unseen:
            self._close_hole(at_ns)

    def add(self, span: Span) -> None:
        """A span that was found otherwise."""
        self._closed.append(span)
        self.version += 1

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The gap events so far."""
        return tuple(self._gaps)

    def spans(self, reached_ns: int) -> tuple[Span, ...]:
        """All spans in order; those that are still open reach up to `reached_ns`."""
        still = [Span(since, max(since, reached_ns), key.split()[0], why) for key, (since, why) in self._open.items()]
        if self._hole is not None:
            start_ns, kind, reason = self._hole
            still.append(Span(start_ns, max(start_ns, reached_ns), kind, reason))
        return tuple(sorted([*self._closed, *still], key=lambda span: (span.start_ns, span.end_ns)))

    def _feed_picture(self, event: Patch | Snapshot) -> None:
        self._screens.add(event.screen)
        if isinstance(event, Snapshot) or event.kind == "full":
            self._unseen.discard(event.screen)
            if not self._unseen:
                self._close_hole(event.at_ns)
        reason = None if event.exact else "What moves like a film is shown as it is for the moment, not yet exactly."
        self._switch(f"inexact {event.screen}", event.at_ns, reason)

    def _switch(self, key: str, at_ns: int, reason: str | None) -> None:
        """Begin a span (`reason`), or end the one that is open (None)."""
        if reason is not None and key not in self._open:
            self._open[key] = (at_ns, reason)
            self.version += 1
        elif reason is None and key in self._open:
            since_ns, why = self._open.pop(key)
            self.add(Span(since_ns, max(since_ns, at_ns), key.split()[0], why))

    def _forget(self, at_ns: int) -> None:
        for key in list(self._open):
            self._switch(key, at_ns, None)

    def _close_hole(self, at_ns: int) -> None:
        if self._hole is not None:
            start_ns, kind, reason = self._hole
            self._hole = None
            self.add(Span(start_ns, max(start_ns, at_ns), kind, reason))


def hides_screen(gap: Gap, screen: int) -> bool:
    """Whether nothing is known of this screen's picture during the gap."""
    return gap.what in ("everything", "screen", f"screen {screen}")


def span_of(gap: Gap) -> Span:
    """A gap as a span, its reason in words."""
    words = _GAP_WORDS.get(GapReason(gap.reason), "") if gap.reason in set(GapReason) else ""
    what = "" if gap.what in ("everything", "screen") else f" Not recorded: {gap.what}."
    detail = f" {gap.detail}" if gap.detail else ""
    return Span(gap.at_ns, gap.end_ns, "gap", f"{words or 'Something was not recorded.'}{what}{detail}".strip())
