"""Masked windows and areas: no pixel of them in any picture that is recorded."""

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from Xlib import X

from recorder.agent_events import MaskChanged
from recorder.capture.fake import FakeScreen
from recorder.capture.mask_rules import MaskRules, holds_at
from recorder.capture.masked_screen import MaskedScreen
from recorder.capture.shown_windows import visible_parts
from recorder.capture.x11_screen import X11DamageScreen
from recorder.capture.x11_windows import X11Windows
from recorder.clock import SessionClock, SystemClock
from recorder.codec.decoder import ScreenDecoder
from recorder.events import EndReason, Event, Patch, SessionStarted
from recorder.evidence.key_folder import ensure_local_keys
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.geometry import Rect
from recorder.policy.sections import Day, MaskRule
from recorder.session.recorder import Recorder
from tests.secret_window import SecretWindow, shows_secret
from tests.xserver import XServer, wait_until

VAULT = MaskRule(name="the vault", applications=("vault",))
TITLED = MaskRule(name="by title", titles=("secrets of",))
MONDAY_NOON = datetime.datetime(2031, 4, 7, 12, 0, tzinfo=datetime.UTC)


# --- arithmetic -------------------------------------------------------------------------------------------------------


def test_what_is_left_of_a_covered_window_is_all_of_it_but_the_cover() -> None:
    parts = visible_parts(Rect(0, 0, 10, 10), [Rect(2, 3, 4, 5), Rect(100, 100, 5, 5)])
    left = np.zeros((10, 10), int)
    for part in parts:
        left[part.top : part.bottom, part.left : part.right] += 1
    expected = np.ones((10, 10), int)
    expected[3:8, 2:6] = 0
    assert np.array_equal(left, expected)


@pytest.mark.parametrize(
    ("rule", "at", "holds"),
    [
        (MaskRule(hours="12:00-13:00"), MONDAY_NOON, True),
        (MaskRule(hours="12:00-13:00"), MONDAY_NOON.replace(hour=13), False),
        (MaskRule(hours="22:00-06:00"), MONDAY_NOON.replace(hour=23), True),
        (MaskRule(hours="22:00-06:00"), MONDAY_NOON.replace(hour=5), True),
        (MaskRule(hours="22:00-06:00"), MONDAY_NOON, False),
        (MaskRule(days=(Day.MONDAY,)), MONDAY_NOON, True),
        (MaskRule(days=(Day.SUNDAY,)), MONDAY_NOON, False),
        (MaskRule(hours="22:00-06:00", days=(Day.SUNDAY,)), MONDAY_NOON.replace(hour=5), True),
        (MaskRule(hours="22:00-06:00", days=(Day.MONDAY,)), MONDAY_NOON.replace(hour=5), False),
        (MaskRule(), MONDAY_NOON, True),
    ],
)
def test_a_rule_holds_at_its_hours_on_its_days(rule: MaskRule, at: datetime.datetime, holds: bool) -> None:
    assert holds_at(rule, at) is holds


def test_a_rule_with_program_and_title_needs_both() -> None:
    rules = MaskRules([MaskRule(name="both", applications=("fire*",), titles=("bank",))])
    assert rules.of_window(("firefox",), "My Bank - Firefox", MONDAY_NOON)
    assert not rules.of_window(("firefox",), "News - Firefox", MONDAY_NOON)
    assert not rules.of_window(("xterm",), "My Bank", MONDAY_NOON)


def test_a_fixed_area_is_masked_with_a_word_and_the_rest_is_not() -> None:
    screen = FakeScreen()
    screen.draw(Rect(0, 0, 640, 480), (255, 0, 255, 0))
    masked = MaskedScreen(screen, MaskRules([MaskRule(name="corner", area=Rect(100, 100, 200, 150))]), None)
    masked.wait(0)
    picture = masked.grab(0, Rect(0, 0, 640, 480))
    assert not shows_secret(picture[100:250, 100:300])
    picture[100:250, 100:300] = (255, 0, 255, 0)
    assert np.array_equal(picture, screen.picture(0))


def test_an_hour_that_begins_is_grabbed_anew_without_any_change_on_the_screen() -> None:
    times = [MONDAY_NOON - datetime.timedelta(minutes=1)]
    screen = FakeScreen()
    masked = MaskedScreen(screen, MaskRules([MaskRule(hours="12:00-13:00")]), None, local_time=lambda: times[-1])
    masked.wait(0)
    assert not masked.wait(0).areas
    times.append(MONDAY_NOON)
    assert masked.wait(0).areas == {0: (Rect(0, 0, 640, 480),)}


# --- on a real display ------------------------------------------------------------------------------------------------


@pytest.fixture
def windows(server: XServer) -> Iterator[X11Windows]:
    server.start_openbox()
    table = X11Windows()
    table.open()
    yield table
    table.close()


Masked = Callable[..., MaskedScreen]


@pytest.fixture
def masked(windows: X11Windows) -> Iterator[Masked]:
    """Makes screens with masks by these rules, open; they are closed with the test."""
    made: list[MaskedScreen] = []

    def make(*rules: MaskRule) -> MaskedScreen:
        made.append(MaskedScreen(X11DamageScreen(), MaskRules(rules), windows))
        made[-1].open()
        return made[-1]

    yield make
    for screen in made:
        screen.close()


def rested_picture(screen: MaskedScreen) -> np.ndarray:
    """What is recorded once nothing moves and every mask has settled."""
    quiet_since_s = time.monotonic()
    while time.monotonic() - quiet_since_s < 0.6:
        if screen.wait(0.1).areas:
            quiet_since_s = time.monotonic()
    return screen.grab(0, screen.screens()[0].area)


def test_a_masked_window_s_frame_and_all_is_hatched_and_the_desktop_is_not(
    server: XServer, windows: X11Windows, masked: Masked, vault: SecretWindow
) -> None:
    screen = masked(VAULT)
    picture = rested_picture(screen)
    assert not shows_secret(picture)
    frame = next(window.area for window in windows.glance() if "vault" in window.names)
    assert frame.height > vault.size[1], "the title bar is masked as well"
    unmasked = rested_picture(masked())
    assert shows_secret(unmasked), "the test sees what there is to see"
    picture[frame.top : frame.bottom, frame.left : frame.right] = 0
    unmasked = unmasked.copy()
    unmasked[frame.top : frame.bottom, frame.left : frame.right] = 0
    assert np.array_equal(picture, unmasked), "nothing else is masked"


def test_what_covers_a_masked_window_is_recorded_once_it_rests(
    server: XServer, windows: X11Windows, masked: Masked, vault: SecretWindow
) -> None:
    vault.move(100, 100)
    server.start_xterm(title="above", geometry="30x8+150+160")
    screen = masked(VAULT)
    picture = rested_picture(screen)
    assert not shows_secret(picture)
    above = next(window.area for window in windows.glance() if window.title == "above")
    plain = rested_picture(masked())
    shown = (slice(above.top, above.bottom), slice(above.left, above.right))
    assert np.array_equal(picture[shown], plain[shown])


def test_a_menu_and_a_dialog_of_a_masked_window_are_masked_and_a_window_that_is_gone_is_not(
    server: XServer, windows: X11Windows, masked: Masked, vault: SecretWindow
) -> None:
    screen = masked(TITLED)
    menu = vault.popup(500, 300)
    vault.dialog()
    assert not shows_secret(rested_picture(screen))
    vault.close_popup(menu)
    vault.window.unmap()
    vault._display.sync()
    assert np.array_equal(rested_picture(screen), rested_picture(masked())), "nothing is masked any more"


def test_a_title_that_comes_to_match_masks_its_window_from_then_on(
    server: XServer, windows: X11Windows, masked: Masked, vault: SecretWindow
) -> None:
    vault.retitle("harmless")
    screen = masked(TITLED)
    assert shows_secret(rested_picture(screen))
    vault.retitle("secrets of the house")
    wait_until(lambda: not shows_secret(screen.grab(0, screen.screens()[0].area)), what="the mask")


class Pictures:
    """Decodes everything that is sealed, and counts the pictures that show what they must not."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.pictures = 0
        self.leaks: list[int] = []
        self._decoder: ScreenDecoder | None = None

    def events_sealed(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, Patch):
                if event.kind == "full":
                    self._decoder = ScreenDecoder()
                assert self._decoder is not None
                self._decoder.apply(event)
                self.pictures += 1
                if shows_secret(self._decoder.picture):
                    self.leaks.append(event.at_ns)


class Seen:
    """What an ordinary video or the miniature would be shown."""

    def __init__(self) -> None:
        self.leaks = 0

    def screens_changed(self, screens: object) -> None:
        pass

    def area_grabbed(self, screen: object, area: Rect, bgrx: np.ndarray, at_ns: int) -> None:
        self.leaks += shows_secret(bgrx)


def make_recorder(folder: Path, screen: MaskedScreen, pictures: Pictures, seen: Seen) -> Recorder:
    keys = ensure_local_keys(folder / "keys")
    clock = SystemClock()
    started = clock.read()
    header = SessionHeader("session", "ann", "host", "test", started, 0, "test")
    writer = RecordingWriter.create(
        folder / "library", header, device=keys.device, recipients=keys.recipients, clock=clock, limits=Limits()
    )
    writer.start_segment("start")
    return Recorder(
        writer=writer,
        clock=SessionClock(clock, started=started),
        screen_source=screen,
        sources=[screen.news],
        opening=[SessionStarted(0, "session", "ann", "host", "test", started.wall_ns, 0, "test", "x11", "text")],
        frames_per_s=60,
        listeners=[pictures],  # type: ignore[list-item]
        watcher=seen,
    )


def drag(window: SecretWindow, seconds: float) -> None:
    """A circle over the whole desktop, as fast as the server takes it, with menus that come and go on the way."""
    ends_s, step, pause = time.monotonic() + seconds, 0, threading.Event()
    while time.monotonic() < ends_s:
        step += 1
        angle = step / 15
        window.move(int(240 + 220 * np.cos(angle)), int(190 + 170 * np.sin(angle)))
        if step % 10 == 0:
            menu = window.popup(step * 37 % 680, step * 53 % 440)
            pause.wait(0.03 if step % 20 else 0)
            window.close_popup(menu)
        pause.wait(0.004)


def test_no_decoded_picture_shows_a_masked_window_that_is_dragged_covered_animated_and_opens_menus(
    server: XServer, masked: Masked, tmp_path: Path
) -> None:
    screen = masked(VAULT)
    pictures, seen = Pictures(), Seen()
    recorder = make_recorder(tmp_path, screen, pictures, seen)
    recorder.start()
    wait_until(lambda: pictures.pictures, what="the first picture")
    vault = SecretWindow(server)  # it comes while pictures are taken
    try:
        vault.animate()
        cover = server.start_xterm(
            title="cover", geometry="40x10+200+150", command=("sh", "-c", "while :; do date; done")
        )
        drag(vault, 6)
        vault.window.configure(stack_mode=X.Above)
        server.stop_client(cover)
        drag(vault, 2)
        vault.window.unmap()
        vault._display.sync()
    finally:
        ending = recorder.finish()
        vault.close()
    assert ending.reason is EndReason.ASKED, ending
    assert pictures.pictures > 50
    assert not pictures.leaks
    assert not seen.leaks
    changes = [event for event in pictures.events if isinstance(event, MaskChanged)]
    assert len(changes) > 20
    assert {mask.reason for change in changes for mask in change.areas} <= {"the vault", "a new window, not known yet"}
