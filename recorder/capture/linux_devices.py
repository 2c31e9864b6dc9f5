"""Devices that are plugged in and taken out, from what the kernel shows under /sys."""

import os
from dataclasses import dataclass
from pathlib import Path

from recorder.agent_events import DeviceChanged
from recorder.capture.kernel_number import KernelNumber
from recorder.capture.source import ThreadSource
from recorder.errors import CannotRecordError

SYS = Path("/sys")
USB = "bus/usb/devices"
USB_KIND = "usb"
UEVENTS = "kernel/uevent_seqnum"
LOOK_EVERY_S = 2.0
LONGEST_NAME = 200
# Of USB's interface classes those that a person plugs in to carry data, or to type with.
_KINDS = {
    "03": "input",
    "06": "camera",
    "07": "printer",
    "08": "storage",
    "0e": "camera",
    "e0": "network",
    "02": "network",
}
_HUB = "09"


@dataclass(frozen=True, slots=True)
class Device:
    """A device: where it is plugged in, what it does, and what it says it is."""

    place: str
    kind: str
    name: str
    identity: str


class LinuxDevices(ThreadSource):
    """Looks every two seconds whether the kernel told of devices; what was plugged in for less is missed."""

    def __init__(self, *, sys: Path = SYS, look_every_s: float = LOOK_EVERY_S) -> None:
        super().__init__("devices")
        self._sys = sys
        self._look_every_s = look_every_s
        self._events = KernelNumber()
        self._known: dict[str, Device] = {}  # by where it is plugged in
        self._unready: set[str] = set()
        self._usb: list[Device] = []
        self._usb_names: list[str] = []
        self._sizes: dict[str, str] = {}  # of what is in each reader of cards, and of sticks
        self._fixed: set[str] = set()  # where the kernel keeps the disks that nobody takes out

    def _open(self) -> str:
        if not (self._sys / "bus").is_dir():
            msg = f"Devices are not recorded: the kernel's list {self._sys} cannot be read here; mount it."
            raise CannotRecordError(msg)
        return "USB devices and removable disks are looked for every two seconds."

    def _run(self) -> None:
        self._has_told()  # what it tells from here on is new
        self._look("found")
        while not self._wait_round(self._look_every_s):
            if self._unready or self._has_told() or self._has_another_card():
                self._look("added")

    def _has_told(self) -> bool:
        """Whether the kernel numbered another message about any device."""
        return self._events.may_have_moved(_said(self._sys / UEVENTS))

    def _has_another_card(self) -> bool:
        """Whether something else is in a reader than before: of a card some readers make the kernel send no message."""
        return any(_said(self._sys / "block" / name / "size") != size for name, size in self._sizes.items())

    def _look(self, added: str) -> None:
        now_ns = self._clock.now_ns()
        names = _names(self._sys / USB)
        if names != self._usb_names or self._unready:  # asking each device costs more than looking which there are
            self._usb, self._usb_names = usb_devices(self._sys), names
        disks, self._sizes = removable_disks(self._sys, self._fixed)
        devices = {device.place: device for device in (*self._usb, *disks)}
        # The kernel shows a device before its interfaces: what it is for is known a moment later.
        unready = {place for place, device in devices.items() if device.kind == USB_KIND and added != "found"}
        waiting = unready - self._unready
        for place in self._known.keys() - devices.keys():
            self._say(now_ns, "removed", self._known.pop(place))
        for place in devices.keys() - self._known.keys() - waiting:
            self._known[place] = devices[place]
            self._say(now_ns, added, devices[place])
        for place in self._known.keys() & devices.keys():
            if self._known[place].identity != devices[place].identity:  # another one, between two looks
                self._say(now_ns, "removed", self._known[place])
                self._known[place] = devices[place]
                self._say(now_ns, "added", devices[place])
        self._unready = waiting

    def _say(self, now_ns: int, action: str, device: Device) -> None:
        self._emit(DeviceChanged(now_ns, action, device.kind, device.name, device.identity))


def usb_devices(sys: Path) -> list[Device]:
    """What is plugged in at USB, hubs left out."""
    found = []
    for folder in _folders(sys / USB):
        if ":" in folder.name or not (vendor := _said(folder / "idVendor")):
            continue  # an interface, or no device at all
        if _said(folder / "bDeviceClass") == _HUB:
            continue
        name = " ".join(filter(None, (_said(folder / "manufacturer"), _said(folder / "product"))))
        serial = _said(folder / "serial")
        identity = f"{vendor}:{_said(folder / 'idProduct')}" + (f" {serial}" if serial else "")
        found.append(Device(folder.name, _kind(folder), name, identity))
    return found


def removable_disks(sys: Path, fixed: set[str]) -> tuple[list[Device], dict[str, str]]:
    """Disks that can be taken out and have something in them; and of all that can be, the size that the kernel says.

    `fixed` keeps which cannot be, so that those are not asked again: what is plugged in later is kept elsewhere.
    """
    found: list[Device] = []
    sizes: dict[str, str] = {}
    for name in _names(sys / "block"):
        folder = sys / "block" / name
        place = _place_of(folder)
        if place in fixed:
            continue
        if (removable := _said(folder / "removable")) != "1":
            if removable and place:
                fixed.add(place)
            continue
        sectors = sizes[name] = _said(folder / "size")
        if not sectors.isdecimal() or sectors == "0":
            continue
        said = " ".join(filter(None, (_said(folder / "device" / "vendor"), _said(folder / "device" / "model"))))
        size_mb = int(sectors) * 512 // 1_000_000
        found.append(Device(name, "disk", said or name, f"{name} {size_mb} MB"))
    return found, sizes


def _kind(folder: Path) -> str:
    classes = {_said(interface / "bInterfaceClass") for interface in _folders(folder) if ":" in interface.name}
    kinds = sorted({_KINDS[one] for one in classes if one in _KINDS})
    return f"{USB_KIND} {'+'.join(kinds)}" if kinds else USB_KIND


def _folders(folder: Path) -> list[Path]:
    return [folder / name for name in _names(folder) if (folder / name).is_dir()]


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - a tenth of the cost, every two seconds
    except OSError:  # no such bus on this machine, or gone while looking
        return []


def _place_of(folder: Path) -> str:
    """Where the kernel keeps a device, with the number that its bus was given; "" if that is not told."""
    try:
        return os.readlink(folder)  # noqa: PTH115 - as above
    except OSError:
        return ""


def _said(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()[:LONGEST_NAME]
    except OSError:
        return ""
