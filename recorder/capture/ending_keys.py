"""What a key or a click may do to what is typed into: paste, end what a program reads, or go elsewhere."""

from recorder.capture.pastes import pasted_from
from recorder.events import Click, Event, Key

# With these a person ends what a program reads.
ENDING_NAMES = frozenset({"enter", "esc", "tab"})


def may_paste(event: Event) -> bool:
    """Whether it is a click that pastes in most programs."""
    return isinstance(event, Click) and event.pressed and event.button == "middle"


def pastes(event: Event) -> bool:
    """Whether it pastes into a terminal, which is shown as typing is, whatever else it does."""
    is_by_key = isinstance(event, Key) and pasted_from(event, in_terminal=True) is not None
    return is_by_key or may_paste(event)


def cuts_text(event: Event) -> bool:
    """Whether it ends a piece of typed text."""
    return isinstance(event, Key) and event.name in ENDING_NAMES and not event.text


def is_enter(event: Event) -> bool:
    """Whether it ends a line."""
    return isinstance(event, Key) and event.name == "enter"


def ends_reading(event: Event) -> bool:
    """Whether with this a person may end what a program reads, or go to another field."""
    if isinstance(event, Key):
        return event.name in ENDING_NAMES or "ctrl" in event.modifiers
    return isinstance(event, Click) and event.pressed
