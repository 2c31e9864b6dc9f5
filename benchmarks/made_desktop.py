"""A made-up operator's desktop at 1080p, and an eight-hour recording of it, made in a minute or two.

Four segments of five minutes are really encoded (typing, a scrolling terminal, a document that is paged through,
windows that are switched); the others repeat them at later times. All are sealed by the real writer, on a clock that is
turned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from recorder.clock import Instant
from recorder.codec.encoder import ScreenEncoder
from recorder.events import (
    Click,
    Event,
    Key,
    PointerMoved,
    Screen,
    ScreensChanged,
    SessionEnded,
    SessionStarted,
    StateRestated,
    Window,
    WindowActive,
)
from recorder.evidence.files import SystemFiles
from recorder.evidence.keys import AuditorKey, DeviceKey, DeviceTrust, KeyRing, Recipients
from recorder.evidence.writer import RecordingWriter, SessionHeader
from recorder.format.payload import encode_events
from recorder.geometry import Rect

Pixels = npt.NDArray[np.uint8]

S = 1_000_000_000
WIDTH_PX, HEIGHT_PX = 1920, 1080
SEGMENT_S = 300
CHANGES_PER_S = 5
CHUNK_NS = S // 2
HEARTBEAT_NS = 5 * S
DISTINCT_SEGMENTS = 4
ACTIVE_SHARE = 0.7  # of the minutes
STARTED = Instant(monotonic_ns=100 * S, boot_ns=100 * S, wall_ns=1_772_373_909 * S)
TERMINAL = Rect(60, 60, 900, 700)
DOCUMENT = Rect(500, 140, 1280, 860)
LINE_PX, LETTER_PX = 18, 9
WORDS_TEXT = (
    "systemctl status nginx journal error restart user audit config mount disk kernel session network route table "
    "select update where order commit backup restore cluster node service token policy password change server queue"
)
WORDS = WORDS_TEXT.split()


class TurnedClock:
    """A clock that is turned by whoever makes the recording."""

    passed_ns = 0

    def boot_ns(self) -> int:
        """As the clock stands."""
        return STARTED.boot_ns + self.passed_ns

    def read(self) -> Instant:
        """As the clocks stand."""
        passed = self.passed_ns
        return Instant(STARTED.monotonic_ns + passed, STARTED.boot_ns + passed, STARTED.wall_ns + passed)


class UnsyncedFiles(SystemFiles):
    """The file system without waiting for the disk: a benchmark's recording may be lost."""

    def datasync(self, fd: int) -> None:
        """Do not wait."""
        del fd


@dataclass(frozen=True, slots=True)
class MadeRecording:
    """A recording on disk, and what opens it."""

    folder: Path
    keys: KeyRing
    devices: DeviceTrust
    duration_ns: int
    size_bytes: int
    changes: int


class Operator:
    """Does one thing after the other on a picture, and says which area changed."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.picture: Pixels = np.full((HEIGHT_PX, WIDTH_PX, 4), (90, 70, 40, 0), np.uint8)
        self._documents = [self._document() for _ in range(4)]
        self._shown, self._top = 0, 0
        self._column, self._line = 0, 0
        self._fill(TERMINAL, 20)

    def act(self) -> tuple[list[Rect], list[Event]]:
        """The next thing: the areas that changed, and what was done besides."""
        choice = self._rng.random()
        if choice < 0.62:
            return self._type()
        if choice < 0.82:
            return [self._scroll_terminal()], []
        if choice < 0.97:
            return [self._scroll_document()], []
        return self._switch()

    def _type(self) -> tuple[list[Rect], list[Event]]:
        letter = chr(97 + int(self._rng.integers(0, 26)))
        self._column += 1
        if self._column * LETTER_PX >= TERMINAL.width - 2 * LETTER_PX:
            return [self._scroll_terminal()], [Key(0, "", "enter")]
        left, top = TERMINAL.left + self._column * LETTER_PX, TERMINAL.bottom - LINE_PX - 4
        area = Rect(left, top, LETTER_PX * 2, LINE_PX)
        cv2.putText(self.picture, letter, (left, top + 14), cv2.FONT_HERSHEY_PLAIN, 1, (220, 220, 220, 0), 1)
        return [area], [Key(0, letter)]

    def _scroll_terminal(self) -> Rect:
        inside = self.picture[TERMINAL.top : TERMINAL.bottom, TERMINAL.left : TERMINAL.right]
        inside[:-LINE_PX] = inside[LINE_PX:].copy()
        inside[-LINE_PX:] = 20
        self._column, self._line = 0, self._line + 1
        words = " ".join(self._rng.choice(WORDS, 9))
        at = (TERMINAL.left + 4, TERMINAL.bottom - LINE_PX - 8)
        cv2.putText(self.picture, f"{self._line:05} {words}", at, cv2.FONT_HERSHEY_PLAIN, 1, (180, 220, 180, 0), 1)
        return TERMINAL

    def _scroll_document(self) -> Rect:
        document = self._documents[self._shown]
        self._top = (self._top + int(self._rng.integers(1, 4)) * 40) % (len(document) - DOCUMENT.height)
        return self._show_document()

    def _switch(self) -> tuple[list[Rect], list[Event]]:
        self._shown = int(self._rng.integers(0, len(self._documents)))
        area = self._show_document()
        window = Window(self._shown, f"{WORDS[self._shown]} - Browser", "Browser", 99, "/usr/bin/browser")
        return [area], [Click(0, 700, 200, "left", pressed=True), WindowActive(0, window)]

    def _show_document(self) -> Rect:
        rows = self._documents[self._shown][self._top : self._top + DOCUMENT.height]
        self.picture[DOCUMENT.top : DOCUMENT.bottom, DOCUMENT.left : DOCUMENT.right] = rows
        return DOCUMENT

    def _document(self) -> Pixels:
        document: Pixels = np.full((4000, DOCUMENT.width, 4), 250, np.uint8)
        for top in range(20, 4000, 24):
            words = " ".join(self._rng.choice(WORDS, 12))
            cv2.putText(document, words, (20, top), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30, 0), 1, cv2.LINE_AA)
        return document

    def _fill(self, area: Rect, value: int) -> None:
        self.picture[area.top : area.bottom, area.left : area.right] = value


def make_recording(library: Path, *, hours: float) -> MadeRecording:
    """Make a recording that long."""
    clock, auditor, device = TurnedClock(), AuditorKey.generate("bench"), DeviceKey.generate()
    header = SessionHeader("20260301T140509Z-00be0c41", "bench", "bench", "", STARTED, 0, "benchmark")
    recipients = Recipients.sign([auditor.public], version=1, root=device)
    writer = RecordingWriter.create(
        library, header, device=device, recipients=recipients, clock=clock, files=UnsyncedFiles()
    )
    segments = max(1, round(hours * 3600 / SEGMENT_S))
    made: list[list[Event]] = []
    changes = 0
    for number in range(segments):
        if number < DISTINCT_SEGMENTS:
            made.append(list(_segment_events(seed=number)))
        clock.passed_ns = number * SEGMENT_S * S
        writer.start_segment("start" if number == 0 else "rollover")
        events = [_moved(event, clock.passed_ns) for event in made[number % len(made)]]
        if number == 0:
            events.insert(
                0, SessionStarted(0, header.session_id, "bench", "bench", "", STARTED.wall_ns, 0, "b", "x", "text")
            )
        changes += sum(type(event).__name__ == "Patch" for event in events)
        _seal(writer, clock, events, until_ns=(number + 1) * SEGMENT_S * S)
    writer.append(encode_events([SessionEnded(clock.passed_ns, "asked")]))
    writer.close("asked")
    size_bytes = sum(path.stat().st_size for path in writer.folder.iterdir())
    devices = DeviceTrust({device.public_bytes: "bench"})
    return MadeRecording(writer.folder, KeyRing((auditor,)), devices, clock.passed_ns, size_bytes, changes)


def _segment_events(*, seed: int) -> Iterator[Event]:
    """Five minutes from 0 on, as a segment holds them."""
    rng = np.random.default_rng(1000 + seed)
    operator = Operator(seed)
    encoder = ScreenEncoder(0, WIDTH_PX, HEIGHT_PX)
    screens = (Screen(0, "made", Rect(0, 0, WIDTH_PX, HEIGHT_PX)),)
    yield StateRestated(0, screens, None, PointerMoved(0, 9, 9), None, None)
    yield ScreensChanged(0, screens)
    yield encoder.start_segment(operator.picture.copy(), 0)
    for minute in range(SEGMENT_S // 60):
        if rng.random() > ACTIVE_SHARE and minute > 0:
            continue
        for number in range(60 * CHANGES_PER_S):
            at_ns = minute * 60 * S + number * S // CHANGES_PER_S + 50_000_000
            yield from _act(operator, encoder, at_ns)


def _act(operator: Operator, encoder: ScreenEncoder, at_ns: int) -> Iterator[Event]:
    areas, events = operator.act()
    yield PointerMoved(at_ns, at_ns // 7_000_000 % WIDTH_PX, at_ns // 11_000_000 % HEIGHT_PX)
    for event in events:
        yield msgspec.structs.replace(event, at_ns=at_ns)
    grabbed = [(area, np.ascontiguousarray(_cut(operator.picture, area))) for area in areas]
    patch = encoder.encode(grabbed, at_ns)
    if patch is not None:
        yield patch
        if encoder.snapshot_due():
            yield encoder.snapshot(at_ns)
    if encoder.settles_at_ns is not None and encoder.settles_at_ns <= at_ns:
        settled = encoder.settle(at_ns, lambda area: np.ascontiguousarray(_cut(operator.picture, area)))
        if settled is not None:
            yield settled


def _cut(picture: Pixels, area: Rect) -> Pixels:
    return picture[area.top : area.bottom, area.left : area.right]


def _moved(event: Event, by_ns: int) -> Event:
    return msgspec.structs.replace(event, at_ns=event.at_ns + by_ns)


def _seal(writer: RecordingWriter, clock: TurnedClock, events: list[Event], *, until_ns: int) -> None:
    """Write the events twice a second, and heartbeats where there are none."""
    start = 0
    while start < len(events):
        end_ns = max(events[start].at_ns, clock.passed_ns) + CHUNK_NS
        _be_silent(writer, clock, end_ns - CHUNK_NS)
        end = next((at for at in range(start, len(events)) if events[at].at_ns >= end_ns), len(events))
        clock.passed_ns = min(end_ns, until_ns)
        writer.append(encode_events(events[start:end]))
        start = end
    _be_silent(writer, clock, until_ns)
    clock.passed_ns = until_ns


def _be_silent(writer: RecordingWriter, clock: TurnedClock, until_ns: int) -> None:
    while until_ns - clock.passed_ns > HEARTBEAT_NS:
        clock.passed_ns += HEARTBEAT_NS
        writer.append(encode_events([]), heartbeat=True)
