"""Windows that are never known: they stay masked, and that is told."""

import contextlib
import threading
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from recorder.agent_events import EvasionSign
from recorder.capture.mask_rules import MaskRules
from recorder.capture.mask_shapes import LINGER_S
from recorder.capture.masked_screen import MaskedScreen
from recorder.capture.shown_windows import ShownWindow
from recorder.capture.unknown_windows import LONG_S, MOST_AT_ONCE_S, KeptUnknown, UnknownWindows
from recorder.capture.x11_screen import X11DamageScreen
from recorder.capture.x11_windows import X11Windows
from recorder.clock import SessionClock, SystemClock
from recorder.event import Event
from recorder.geometry import Rect
from recorder.policy.sections import MaskRule
from tests.secret_window import SecretWindow, shows_secret
from tests.xserver import XServer, wait_until

TITLED = MaskRule(name="by title", titles=("another title",))
STEP_S = 0.25


@pytest.fixture
def windows(server: XServer) -> Iterator[X11Windows]:
    table = X11Windows()
    table.open()
    yield table
    table.close()


@contextlib.contextmanager
def titles_that_never_rest(window: SecretWindow) -> Iterator[None]:
    stopping = threading.Event()

    def change() -> None:
        number = 0
        while not stopping.is_set():
            for _ in range(20):
                number += 1
                window.window.set_wm_name(f"title {number}")
            window._display.sync()

    changing = threading.Thread(target=change)
    changing.start()
    try:
        yield
    finally:
        stopping.set()
        changing.join()


def test_a_window_whose_title_never_rests_is_told_with_its_program_and_stays_masked(
    monkeypatch: pytest.MonkeyPatch, windows: X11Windows, vault: SecretWindow
) -> None:
    monkeypatch.setattr("recorder.capture.unknown_windows.LONG_S", 0.5)
    screen = MaskedScreen(X11DamageScreen(), MaskRules((TITLED,)), windows)
    screen.open()
    heard, pictures = list[Event](), list[npt.NDArray[np.uint8]]()
    screen.news.start(heard.append, SessionClock(SystemClock(), started=SystemClock().read()))

    def signs() -> list[EvasionSign]:
        pictures.append(screen.grab(0, screen.screens()[0].area))
        return [event for event in heard if isinstance(event, EvasionSign)]

    with contextlib.closing(screen), titles_that_never_rest(vault):
        sign = wait_until(signs, what="the sign")[0]
    assert not shows_secret(pictures[-1]), "it is masked when it is told"
    assert sign.sign == "kept_unknown"
    assert "vault" in sign.detail
    assert "title 1" not in sign.detail
    assert sign.executable is not None
    assert "python" in sign.executable


def a_window(number: int = 1, pid: int | None = 7) -> ShownWindow:
    return ShownWindow(number, Rect(0, 0, 9, 9), owner=number << 8, names=("xterm",), pid=pid, executable="/bin/xterm")


class Desk:
    """Looks at the windows again and again."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.unknown = UnknownWindows()
        self.told: list[KeptUnknown] = []
        self.is_heard = True

    def tell(self, program: KeptUnknown) -> bool:
        if self.is_heard:
            self.told.append(program)
        return self.is_heard

    def look(self, for_s: float, unknown_at: Callable[[int], ShownWindow | None], *, step_s: float = STEP_S) -> None:
        for number in range(round(for_s / step_s)):
            found = unknown_at(number)
            since_s, self.now_s = self.now_s, self.now_s + step_s
            shown = [] if found is None else [found]
            self.unknown.follow(shown, shown, since_s=since_s, now_s=self.now_s, tell=self.tell)


def always(_: int) -> ShownWindow | None:
    return a_window()


def never(_: int) -> ShownWindow | None:
    return None


def test_it_is_told_after_some_seconds_and_once() -> None:
    desk = Desk()
    desk.look(LONG_S - STEP_S, always)
    assert desk.told == []
    desk.look(60.0, always)
    assert desk.told == [KeptUnknown(("xterm",), 7, "/bin/xterm")]
    desk.look(LONG_S + LINGER_S + STEP_S, never)
    desk.look(LONG_S, always)
    assert len(desk.told) == 2, "it was known for as long in between"


def test_what_nobody_heard_is_told_when_somebody_does() -> None:
    desk = Desk()
    desk.is_heard = False
    desk.look(LONG_S, always)
    desk.is_heard = True
    desk.look(STEP_S, always)
    assert len(desk.told) == 1


def test_a_moment_every_now_and_then_that_keeps_the_mask_counts_as_all_of_the_time() -> None:
    desk = Desk()
    desk.look(2 * LONG_S, lambda number: a_window() if number % 2 else None)
    assert len(desk.told) == 1


@pytest.mark.parametrize(
    "unknown_at",
    [
        lambda number: a_window() if number % 16 == 0 else None,  # a new window that says what it is after a while
        lambda number: a_window(number, pid=number),  # one program after the other
    ],
)
def test_windows_that_are_known_soon_are_never_told(unknown_at: Callable[[int], ShownWindow | None]) -> None:
    desk = Desk()
    desk.look(30 * LONG_S, unknown_at)
    assert desk.told == []


def test_windows_of_one_program_that_come_one_after_the_other_count_together() -> None:
    desk = Desk()
    desk.look(LONG_S, a_window)
    assert [program.pid for program in desk.told] == [7]


def test_time_in_which_nobody_looked_counts_as_little_of_it() -> None:
    desk = Desk()
    desk.look(3600.0, always, step_s=3600.0)
    desk.look(LONG_S - MOST_AT_ONCE_S - STEP_S, always)
    assert desk.told == []


def test_a_program_that_says_no_name_any_more_is_told_by_the_last_one() -> None:
    desk = Desk()
    desk.look(1.0, always)
    desk.look(LONG_S, lambda _: ShownWindow(1, Rect(0, 0, 9, 9), pid=7))
    assert desk.told == [KeptUnknown(("xterm",), 7, "/bin/xterm")]
