"""Small real recordings, made by the real writer and the real encoder from a made-up desktop, on a clock of their own.

    desk = Desk(tmp_path)                  # one monitor; Desk(tmp_path, sizes=((320, 200), (160, 120))) for two
    desk.paint(); desk.wait(2); desk.type("ls -l"); desk.seal()
    made = desk.close()                    # or desk.interrupt(), or go on: the recording grows
    OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)

`Desk.truth` keeps every picture as it was, so that a test can compare.
"""

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recorder.clock import Instant
from recorder.codec.encoder import ScreenEncoder
from recorder.errors import StorageError
from recorder.events import (
    Alert,
    Click,
    FiredBy,
    Gap,
    Key,
    PointerMoved,
    PointerShape,
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
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.format.payload import encode_events
from recorder.geometry import Rect

S = 1_000_000_000
SESSION_ID = "20260301T140509Z-0123abcd"
STARTED = Instant(monotonic_ns=50 * S, boot_ns=90 * S, wall_ns=1_772_373_909 * S)


class BreakableFiles(SystemFiles):
    """The file system, until it is broken: then nothing reaches the disk for sure any more."""

    is_broken = False

    def datasync(self, fd):
        if self.is_broken:
            raise OSError(errno.EIO, "Input/output error")
        super().datasync(fd)


class TurnedClock:
    """A clock that a test turns."""

    def __init__(self, started=STARTED):
        self._started = started
        self.passed_ns = 0

    def boot_ns(self):
        return self._started.boot_ns + self.passed_ns

    def read(self):
        started = self._started
        return Instant(
            started.monotonic_ns + self.passed_ns,
            started.boot_ns + self.passed_ns,
            started.wall_ns + self.passed_ns,
        )


@dataclass(frozen=True)
class Made:
    """A recording on disk, and what opens it."""

    folder: Path
    keys: KeyRing
    devices: DeviceTrust
    auditor: AuditorKey


@dataclass(frozen=True)
class Sealed:
    """Where a chunk lies, and the session's times of what it holds."""

    segment: int
    sequence: int
    offset_bytes: int
    size_bytes: int
    start_ns: int
    end_ns: int


class Desk:
    """A desktop being recorded: everything happens when it is called, nothing by itself."""

    def __init__(
        self,
        library,
        *,
        sizes=((320, 200),),
        session_id=SESSION_ID,
        operator="hanako",
        limits=None,
        seed=1,
        others=(),
        host="bastion-7",
        purpose="patching",
        started=STARTED,
        auditor=None,
        device=None,
    ):
        self.clock = TurnedClock(started)
        self.auditor = auditor or AuditorKey.generate("auditor")
        self.device = device or DeviceKey.generate()
        self._rng = np.random.default_rng(seed)
        self._files = BreakableFiles()
        self._pointer = self._shape = None
        self._pending = []
        self._runs = {}
        self._sealed_at_ns = 0
        self.chunks = []
        self.truth = {}
        header = SessionHeader(session_id, operator, host, purpose, started, 9 * 3600, "tests 1", "a boot")
        recipients = Recipients.sign([self.auditor.public, *others], version=1, root=DeviceKey.generate())
        self.writer = RecordingWriter.create(
            library,
            header,
            device=self.device,
            recipients=recipients,
            clock=self.clock,
            limits=limits or Limits(),
            files=self._files,
        )
        self.writer.start_segment("start")
        self.emit(
            SessionStarted(
                self.now_ns,
                session_id,
                operator,
                host,
                purpose,
                started.wall_ns,
                9 * 3600,
                "tests 1",
                "x",
                "text",
            )
        )
        self.set_screens(*sizes)

    # --- time ---------------------------------------------------------------------------------------------------------

    @property
    def now_ns(self):
        return self.clock.passed_ns

    def wait(self, seconds):
        """Nothing happens for so long, but for heartbeats."""
        until_ns = self.now_ns + round(seconds * S)
        while until_ns - max(self._sealed_at_ns, self.now_ns) >= 5 * S:
            self.clock.passed_ns = max(self._sealed_at_ns, self.now_ns) + 5 * S
            if self._pending:
                self.seal()
            else:
                self.writer.append(encode_events([]), heartbeat=True)
                self._sealed_at_ns = self.now_ns
        self.clock.passed_ns = until_ns

    # --- what happens -------------------------------------------------------------------------------------------------

    def emit(self, event):
        self._pending.append(event)

    def set_screens(self, *sizes):
        """The monitors are now these, side by side, each with a new picture."""
        left = 0
        screens = []
        for number, (width, height) in enumerate(sizes):
            screens.append(Screen(number, f"HDMI-{number}", Rect(left, 0, width, height)))
            left += width
        self.screens = tuple(screens)
        self.emit(ScreensChanged(self.now_ns, self.screens))
        self._encoders = {one.number: ScreenEncoder(one.number, one.area.width, one.area.height) for one in screens}
        self._pictures = {one.number: self._wallpaper(one.area) for one in screens}
        for one in screens:
            self._full(one.number)

    def paint(self, screen=0, area=None, value=None, patch=None):
        """Change an area of a screen (a random one) to something new."""
        picture = self._pictures[screen]
        area = area or self._some_area(picture)
        if patch is not None:
            pass
        elif value is None:
            colours = self._rng.integers(0, 255, (area.height // 8 + 1, area.width // 8 + 1, 4), np.uint8)
            patch = colours.repeat(8, axis=0).repeat(8, axis=1)[: area.height, : area.width]
        else:
            patch = np.full((area.height, area.width, 4), value, np.uint8)
        picture[area.top : area.bottom, area.left : area.right] = patch
        encoder = self._encoders[screen]
        event = encoder.encode([(area, np.ascontiguousarray(patch))], self.now_ns)
        if event is not None:
            self.emit(event)
            self._remember(screen)
            if encoder.snapshot_due():
                self.snapshot(screen)

    def snapshot(self, screen=0):
        self.emit(self._encoders[screen].snapshot(self.now_ns))

    def type(self, text, *, seconds_each=0.1):
        for character in text:
            self.emit(Key(self.now_ns, character))
            self.clock.passed_ns += round(seconds_each * S)

    def alert(self, title, severity="high", *, rule="rule-1", reason="it is forbidden", fired_by=()):
        rows = tuple(FiredBy(self.now_ns, "text", text) for text in fired_by)
        self.emit(Alert(self.now_ns, rule, "1", title, severity, reason, rows))

    def press(self, name):
        self.emit(Key(self.now_ns, "", name))

    def click(self, x, y):
        self.move_pointer(x, y)
        self.emit(Click(self.now_ns, x, y, "left", pressed=True))
        self.emit(Click(self.now_ns, x, y, "left", pressed=False))

    def move_pointer(self, x, y):
        self._pointer = PointerMoved(self.now_ns, x, y)
        self.emit(self._pointer)

    def shape_pointer(self, name):
        self._shape = PointerShape(self.now_ns, 2, 2, 0, 1, bytes(16), name)
        self.emit(self._shape)

    def window(self, title, executable="/usr/bin/xterm"):
        self.emit(WindowActive(self.now_ns, Window(7, title, "XTerm", 42, executable)))

    def gap(self, start_ns, end_ns, what="screen", reason="grab_failed"):
        self.emit(Gap(start_ns, end_ns, what, reason))

    # --- what is written ----------------------------------------------------------------------------------------------

    def seal(self):
        """Write what happened as one chunk."""
        events, self._pending = self._pending, []
        if not events:
            return None
        receipt = self.writer.append(encode_events(events))
        sealed = Sealed(
            receipt.segment, receipt.sequence, receipt.offset_bytes, receipt.size_bytes, self._sealed_at_ns, self.now_ns
        )
        self._sealed_at_ns = self.now_ns
        self.chunks.append(sealed)
        return sealed

    def start_segment(self, reason="rollover"):
        self.seal()
        self.writer.start_segment(reason)
        self.emit(StateRestated(self.now_ns, self.screens, None, self._pointer, self._shape, None))
        self._runs.clear()
        for one in self.screens:
            self._full(one.number)
        self.seal()

    def restart_after_error(self):
        """The disk fails for a moment: the segment is dead, and the pictures begin anew in the next one."""
        lost_from_ns = self._sealed_at_ns
        self._files.is_broken = True
        try:
            self.writer.append(encode_events(self._pending))
        except StorageError:
            self._pending = []
        self._files.is_broken = False
        self.writer.start_segment("io_error")
        self.emit(StateRestated(self.now_ns, self.screens, None, None, None, None))
        self.gap(lost_from_ns, self.now_ns, "screen", "storage_failed")
        self._runs.clear()
        for one in self.screens:
            self._full(one.number)
        self.seal()

    def made(self):
        """What is on disk now; the recording goes on."""
        devices = DeviceTrust({self.device.public_bytes: "desk"})
        return Made(self.writer.folder, KeyRing((self.auditor,)), devices, self.auditor)

    def close(self):
        """End the recording properly."""
        self.emit(SessionEnded(self.now_ns, "asked"))
        self.seal()
        self.writer.close("asked")
        return self.made()

    def interrupt(self, library):
        """The recording as a kill would leave it now, in another library; this one goes on."""
        self.seal()
        made = self.made()
        folder = Path(library) / made.folder.name
        shutil.copytree(made.folder, folder)
        return Made(folder, made.keys, made.devices, made.auditor)

    # --- pictures -----------------------------------------------------------------------------------------------------

    def picture(self, screen, at_ns):
        """What the screen showed then, B, G, R."""
        shown = [bgr for when, bgr in self.truth[screen] if when <= at_ns]
        return shown[-1] if shown else None

    def _full(self, screen):
        run = self._runs[screen] = self._runs.get(screen, -1) + 1
        self.emit(self._encoders[screen].start_segment(self._pictures[screen].copy(), self.now_ns, run=run))
        self._remember(screen)

    def _remember(self, screen):
        self.truth.setdefault(screen, []).append((self.now_ns, self._pictures[screen][:, :, :3].copy()))

    def _wallpaper(self, area):
        colours = self._rng.integers(0, 255, (area.height // 40 + 1, area.width // 40 + 1, 4), np.uint8)
        whole = colours.repeat(40, axis=0).repeat(40, axis=1)[: area.height, : area.width]
        return np.ascontiguousarray(whole)

    def _some_area(self, picture):
        height, width = picture.shape[:2]
        wide, high = int(self._rng.integers(8, width // 2)), int(self._rng.integers(8, height // 2))
        left, top = int(self._rng.integers(0, width - wide)), int(self._rng.integers(0, height - high))
        return Rect(left, top, wide, high)


def work(desk, changes=12, *, seconds_each=0.5):
    """Some changes, sealed as they come."""
    for _ in range(changes):
        desk.wait(seconds_each)
        desk.paint()
        desk.seal()


def whole(tmp_path, **options):
    """Two segments with changes, typed text, a click and a window, closed."""
    desk = Desk(tmp_path, **options)
    desk.window("root@web1: ~")
    desk.seal()
    work(desk)
    desk.type("systemctl restart nginx")
    desk.press("enter")
    desk.wait(1)
    desk.click(40, 30)
    desk.start_segment()
    work(desk)
    return desk, desk.close()


def truncated(tmp_path, library):
    """Killed while it wrote: no end, and the last chunk cut in its middle."""
    desk = Desk(tmp_path)
    work(desk)
    made = desk.interrupt(library)
    last = desk.chunks[-1]
    path = made.folder / "0001.seg"
    path.write_bytes(path.read_bytes()[: last.offset_bytes + last.size_bytes // 2])
    return desk, made


def tampered(tmp_path, *, chunk=5, **options):
    """One byte of one chunk changed; the chunk is returned too."""
    desk = Desk(tmp_path, **options)
    desk.seal()
    work(desk)
    made = desk.close()
    altered = desk.chunks[chunk]
    flip(made.folder / f"{altered.segment:04}.seg", altered.offset_bytes + altered.size_bytes // 2)
    return desk, made, altered


def flip(path, offset_bytes):
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[offset_bytes] ^= 0x40
    path.write_bytes(bytes(content))
