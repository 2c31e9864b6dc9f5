"""A library whose recordings one device made, on a wall clock that a test sets."""

from dataclasses import replace
from pathlib import Path

from recorder.clock import Instant
from recorder.evidence.files import SystemFiles
from recorder.evidence.keys import DeviceKey, DeviceTrust
from recorder.evidence.writer import Limits
from recorder.keeping.deciding import DAY_NS
from recorder.keeping.keeper import Keeper
from recorder.policy.sections import StoragePolicy
from tests.recordings import STARTED, Desk

IDS = [f"2026030{day}T140509Z-0000000{day}" for day in range(1, 6)]
TEN_DAYS = StoragePolicy(keep_days=10)


class Wall:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.wall_ns = STARTED.wall_ns + 30 * DAY_NS

    def boot_ns(self) -> int:
        return 0

    def read(self) -> Instant:
        return Instant(0, 0, self.wall_ns)


class Place:
    """A library whose recordings one device made, a day apart."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.library.mkdir(parents=True)
        self.device = DeviceKey.generate()
        self.devices = DeviceTrust({self.device.public_bytes: "desk"})
        self.clock = Wall()

    def keeper(self, files: SystemFiles | None = None) -> Keeper:
        return Keeper(self.library, device=self.device, devices=self.devices, clock=self.clock, files=files)

    def begin(self, session_id: str, *, age_days: float = 30) -> Desk:
        wall_ns = self.clock.wall_ns - round(age_days * DAY_NS)
        started = replace(STARTED, wall_ns=wall_ns)
        limits = Limits(reserve_bytes=4096)
        desk = Desk(self.library, session_id=session_id, started=started, device=self.device, limits=limits)
        desk.wait(2)
        desk.paint()
        return desk

    def make(self, session_id: str, *, age_days: float = 30) -> Path:
        return self.begin(session_id, age_days=age_days).close().folder

    def standing(self) -> set[str]:
        return {one.name for one in self.library.iterdir() if not one.name.startswith(".")}
