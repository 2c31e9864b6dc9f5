"""What a segment says again at its head."""

from recorder.events import Key, LockChanged, PointerMoved, PointerShape, Screen, ScreensChanged, Window, WindowActive
from recorder.geometry import Rect
from recorder.session.state import SessionState


def test_the_last_of_each_state_is_restated_and_nothing_else():
    screens = (Screen(0, "screen", Rect(0, 0, 10, 10)),)
    shape = PointerShape(4, 1, 1, 0, 0, b"\0\0\0\xff")
    state = SessionState()
    for event in (
        ScreensChanged(0, screens),
        PointerMoved(1, 5, 5),
        PointerMoved(2, 6, 7),
        shape,
        WindowActive(3, Window(1, "editor")),
        Key(5, "a"),
        LockChanged(6, locked=True),
    ):
        state.follow(event)
    restated = state.restated(9)
    assert restated.at_ns == 9
    assert restated.screens == screens
    assert restated.pointer == PointerMoved(2, 6, 7)
    assert restated.pointer_shape == shape
    assert restated.window == Window(1, "editor")
    assert restated.locked is True


def test_what_was_never_said_is_not_known():
    restated = SessionState().restated(0)
    assert (restated.screens, restated.window, restated.pointer, restated.pointer_shape, restated.locked) == (
        (),
        None,
        None,
        None,
        None,
    )
