"""What holds now in a session, so that each segment can say it again at its head."""

from recorder.events import (
    Event,
    LockChanged,
    PointerMoved,
    PointerShape,
    Screen,
    ScreensChanged,
    StateRestated,
    Window,
    WindowActive,
)


class SessionState:
    """Follows the events of a session and keeps the last of each that describes a state."""

    def __init__(self) -> None:
        self._screens: tuple[Screen, ...] = ()
        self._window: Window | None = None
        self._pointer: PointerMoved | None = None
        self._pointer_shape: PointerShape | None = None
        self._locked: bool | None = None

    def follow(self, event: Event) -> None:
        """Take in one event, in the order of the recording."""
        match event:
            case PointerMoved():
                self._pointer = event
            case ScreensChanged(screens=screens):
                self._screens = screens
            case WindowActive(window=window):
                self._window = window
            case PointerShape():
                self._pointer_shape = event
            case LockChanged(locked=locked):
                self._locked = locked
            case _:
                pass

    def restated(self, at_ns: int) -> StateRestated:
        """The state as one event for the head of a segment."""
        return StateRestated(
            at_ns=at_ns,
            screens=self._screens,
            window=self._window,
            pointer=self._pointer,
            pointer_shape=self._pointer_shape,
            locked=self._locked,
        )
