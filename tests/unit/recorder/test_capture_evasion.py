"""Signs of evasion and devices, from a real X server and from a made-up /sys and /proc."""

import subprocess
import sys
from pathlib import Path

import pytest

from recorder.agent_events import DeviceChanged, EvasionSign
from recorder.capture import kernel_number
from recorder.capture.evasive_programs import sign_of
from recorder.capture.linux_devices import LinuxDevices
from recorder.capture.linux_evasion import LinuxEvasion
from recorder.capture.x11_injected import X11Injected
from recorder.events import ProcessStarted
from tests.heard import Heard
from tests.xserver import start_xvfb, stop_process, wait_until


def started(*arguments: str, executable: str | None = None) -> ProcessStarted:
    name = Path(arguments[0]).name[:15]
    return ProcessStarted(0, 7, 1, name, executable or f"/usr/bin/{Path(arguments[0]).name}", arguments)


@pytest.mark.parametrize(
    ("process", "sign", "detail"),
    [
        (started("x11vnc", "-forever"), "remote_control", "x11vnc"),
        (started("/opt/AnyDesk", "--tray"), "remote_control", "anydesk"),
        (started("./update", executable="/tmp/rustdesk"), "remote_control", "rustdesk"),
        (started("/usr/bin/python3", "/usr/bin/sshuttle", "-r", "me@there"), "tunnel", "sshuttle"),
        (started("ssh", "-fNL", "8080:db:5432", "jump"), "tunnel", "ssh -L"),
        (started("ssh", "-p", "22", "-D", "1080", "jump"), "tunnel", "ssh -D"),
        (started("ssh", "-R8080:localhost:80", "jump"), "tunnel", "ssh -R"),
        (started("ssh", "jump", "-L", "8080:db:5432"), "tunnel", "ssh -L"),
        (started("ssh", "-v", "jump", "-ND1080"), "tunnel", "ssh -D"),
        (started("ssh", "-o", "dynamicforward 1080", "jump"), "tunnel", "ssh -o dynamicforward"),
        (started("ssh", "-4NoLocalForward=8080 db:80", "jump"), "tunnel", "ssh -o LocalForward"),
        (started("ssh", "jump", "-o", "RemoteForward=2222"), "tunnel", "ssh -o RemoteForward"),
        (started("ssh", "-o", "Tunnel=yes", "jump"), "tunnel", "ssh -o Tunnel"),
        (started("Xephyr", ":5", "-screen", "800x600"), "other_display", "xephyr :5"),
    ],
)
def test_programs_to_work_unseen_with_are_signs(process: ProcessStarted, sign: str, detail: str) -> None:
    found = sign_of(process)
    assert found is not None
    assert (found.sign, found.detail, found.pid) == (sign, detail, 7)


@pytest.mark.parametrize(
    "process",
    [
        started("ssh", "db1", "ls", "-L", "/srv"),  # behind the host and a word: the command there
        started("ssh", "--", "db1", "-L", "80:a:80"),
        started("ssh", "db1", "-L"),  # without a value, which ssh refuses
        started("ssh", "-o", "Tunnel=no", "-o", "ForwardAgent=yes", "db1"),
        started("ssh", "-o", "-L", "db1"),  # a value, not an option
        started("ssh", "-i", "Rkey", "db1"),
        started("bash", "-c", "ngrok"),
        started("vim", "/etc/ngrok.yml"),
        ProcessStarted(0, 7, 1, "kworker", None, None),
        started("python3"),
        ProcessStarted(0, 7, 1, "Xorg", "/usr/lib/xorg/Xorg", ("Xorg", ":0"), found=True),
    ],
)
def test_ordinary_programs_are_not(process: ProcessStarted) -> None:
    assert sign_of(process) is None


@pytest.fixture
def display(monkeypatch):
    with start_xvfb(640, 480) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        yield server


def test_keys_and_clicks_of_a_program_are_told_from_a_device(display):
    heard = Heard(X11Injected(say_again_ns=0))
    try:
        subprocess.run(["xdotool", "key", "a"], env=display.environment, check=True)
        heard.wait_for(lambda h: h.of(EvasionSign), "a sign of keys")
        subprocess.run(["xdotool", "click", "1"], env=display.environment, check=True)
        heard.wait_for(lambda h: any("click" in sign.detail for sign in h.of(EvasionSign)), "a sign of clicks")
    finally:
        heard.source.stop()
    assert heard.of(EvasionSign)[0].sign == "injected_input"
    assert heard.of(EvasionSign)[0].detail == "through XTEST: 1 key"


def test_a_burst_of_injected_input_is_said_once_and_counted_at_the_end(display):
    source = X11Injected()
    heard = Heard(source)
    try:
        subprocess.run(["xdotool", "key", "a"], env=display.environment, check=True)
        heard.wait_for(lambda h: h.of(EvasionSign), "the first sign")
        subprocess.run(["xdotool", "type", "--delay", "1", "x" * 40], env=display.environment, check=True)
        heard.wait_for(lambda h: source._counts["key"] >= 40, "all keys counted")
        assert len(heard.of(EvasionSign)) == 1
    finally:
        heard.source.stop()


def test_what_was_counted_and_not_said_is_said_when_it_ends(display):
    source = X11Injected()
    heard = Heard(source)
    subprocess.run(["xdotool", "key", "a"], env=display.environment, check=True)
    heard.wait_for(lambda h: h.of(EvasionSign), "the first sign")
    subprocess.run(["xdotool", "key", "b", "c"], env=display.environment, check=True)
    heard.wait_for(lambda h: source._counts["key"] == 2, "two more")
    source.stop()
    assert heard.of(EvasionSign)[-1].detail == "through XTEST: 2 keys"


def plug_in(sys_folder, place, *, kind="08", **said):
    """Show a device at once, as the kernel does."""
    folder, made = sys_folder / "bus/usb/devices" / place, sys_folder / "made"
    folder.parent.mkdir(parents=True, exist_ok=True)
    made.mkdir()
    if kind:
        (made / f"{place}:1.0").mkdir()
        (made / f"{place}:1.0" / "bInterfaceClass").write_text(f"{kind}\n")
    for name, value in {"idVendor": "0781", "idProduct": "5567", "bDeviceClass": "00", **said}.items():
        (made / name).write_text(f"{value}\n")
    made.rename(folder)
    return folder


def test_a_device_whose_interfaces_are_not_there_yet_is_said_once_and_with_what_it_is_for(tmp_path):
    (tmp_path / "bus/usb/devices").mkdir(parents=True)
    source = LinuxDevices(sys=tmp_path, look_every_s=0.05)
    heard = Heard(source)
    try:
        folder = plug_in(tmp_path, "1-2", kind="", product="Stick")
        heard.wait_for(lambda h: source._unready or h.of(DeviceChanged), "a first look")
        (folder / "1-2:1.0").mkdir()
        (folder / "1-2:1.0" / "bInterfaceClass").write_text("08\n")
        heard.wait_for(lambda h: h.of(DeviceChanged), "the stick")
    finally:
        source.stop()
    assert [(device.action, device.name) for device in heard.of(DeviceChanged)] == [("added", "Stick")]


def test_a_stick_that_comes_and_goes_is_said_with_what_it_says_it_is(tmp_path):
    plug_in(tmp_path, "usb1", bDeviceClass="09", product="Root hub")
    plug_in(tmp_path, "1-1", kind="03", manufacturer="Maker", product="Keyboard")
    heard = Heard(LinuxDevices(sys=tmp_path, look_every_s=0.02))
    try:
        heard.wait_for(lambda h: h.of(DeviceChanged), "what was there")
        folder = plug_in(tmp_path, "1-2", manufacturer="SanDisk", product="Cruzer \x1b[2J", serial="4C53")
        heard.wait_for(lambda h: len(h.of(DeviceChanged)) == 2, "the stick")
        subprocess.run(["rm", "-r", str(folder)], check=True)
        heard.wait_for(lambda h: len(h.of(DeviceChanged)) == 3, "its end")
    finally:
        heard.source.stop()
    there, added, removed = heard.of(DeviceChanged)
    assert (there.action, there.kind, there.name) == ("found", "usb input", "Maker Keyboard")
    assert (added.action, added.kind, added.identity) == ("added", "usb storage", "0781:5567 4C53")
    assert (removed.action, removed.name) == ("removed", added.name)


def test_a_disk_with_something_in_it_is_a_device(tmp_path):
    (tmp_path / "bus").mkdir()
    folder = tmp_path / "block/sdb"
    (folder / "device").mkdir(parents=True)
    for name, value in {"removable": "1", "size": "0", "device/model": "Card Reader"}.items():
        (folder / name).write_text(f"{value}\n")
    heard = Heard(LinuxDevices(sys=tmp_path, look_every_s=0.02))
    try:
        (folder / "size").write_text("62500000\n")
        heard.wait_for(lambda h: h.of(DeviceChanged), "the card")
    finally:
        heard.source.stop()
    assert heard.of(DeviceChanged)[0].identity == "sdb 32000 MB"


def test_a_card_is_seen_at_the_next_look_although_the_kernel_sends_no_message_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel_number, "LEFT_OUT_MOST", 1_000_000)
    (tmp_path / "bus").mkdir()
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel/uevent_seqnum").write_text("7\n")
    folder = tmp_path / "block/sdb"
    folder.mkdir(parents=True)
    (folder / "removable").write_text("1\n")
    (folder / "size").write_text("0\n")
    source = LinuxDevices(sys=tmp_path, look_every_s=0.02)
    heard = Heard(source)
    try:
        wait_until(lambda: source._sizes, what="the reader to be known")
        (folder / "size").write_text("62500000\n")
        heard.wait_for(lambda h: h.of(DeviceChanged), "the card")
        (folder / "size").write_text("0\n")
        heard.wait_for(lambda h: len(h.of(DeviceChanged)) == 2, "its end")
    finally:
        source.stop()
    assert [device.action for device in heard.of(DeviceChanged)] == ["added", "removed"]


def show_disk(sys_folder, place, *, removable):
    """`block/sdb` is this disk from now on; the kernel names each time that one is plugged in."""
    folder = sys_folder / place / "sdb"
    folder.mkdir(parents=True)
    (folder / "removable").write_text(f"{removable:d}\n")
    (folder / "size").write_text("62500000\n")
    fresh = sys_folder / "fresh"
    fresh.symlink_to(f"../{place}/sdb")
    fresh.rename(sys_folder / "block/sdb")


def test_a_stick_is_told_where_a_disk_was_that_nobody_takes_out(tmp_path):
    (tmp_path / "bus").mkdir()
    (tmp_path / "block").mkdir()
    show_disk(tmp_path, "host0", removable=False)
    source = LinuxDevices(sys=tmp_path, look_every_s=0.02)
    heard = Heard(source)
    try:
        wait_until(lambda: source._fixed, what="the disk to be known")
        show_disk(tmp_path, "host7", removable=True)
        heard.wait_for(lambda h: h.of(DeviceChanged), "the stick")
    finally:
        source.stop()
    assert [(device.action, device.name) for device in heard.of(DeviceChanged)] == [("added", "sdb")]


def test_while_the_kernel_tells_nothing_new_devices_are_asked_seldom(tmp_path):
    (tmp_path / "kernel").mkdir()
    source = LinuxDevices(sys=tmp_path)
    told = []
    for number in (5, 5, 5, 6, *[6] * 20):
        (tmp_path / "kernel/uevent_seqnum").write_text(f"{number}\n")
        told.append(source._has_told())
    assert [at for at, is_new in enumerate(told) if is_new] == [0, 3, 13, 23]
    (tmp_path / "kernel/uevent_seqnum").unlink()
    assert [source._has_told() for _ in range(3)] == [True] * 3, "who is not told looks"


def test_whoever_traces_the_recorder_is_named(tmp_path):
    """A real tracer: strace-like, by ptrace, of a process that runs the source."""
    tracee = subprocess.Popen(
        [sys.executable, "-c", TRACED, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert tracee.stdout is not None
        assert tracee.stdout.readline() == b"ready\n"
        tracer = subprocess.Popen([sys.executable, "-c", TRACES, str(tracee.pid)], stdout=subprocess.PIPE)
        try:
            assert tracee.stdout.readline().split() == [b"recorder_inspected", str(tracer.pid).encode()]
        finally:
            stop_process(tracer)
    finally:
        stop_process(tracee)


TRACED = """
import sys
from pathlib import Path
from recorder.agent_events import EvasionSign
from recorder.capture.linux_evasion import LinuxEvasion
from recorder.clock import SessionClock, SystemClock

def emit(event):
    if isinstance(event, EvasionSign):
        print(event.sign, event.pid, flush=True)

clock = SystemClock()
source = LinuxEvasion(sockets=Path(sys.argv[1]), look_every_s=0.02)
source.start(emit, SessionClock(clock, started=clock.read()))
print("ready", flush=True)
sys.stdin.read()
source.stop()
"""

# PTRACE_SEIZE (0x4206) attaches without stopping; the tracer then only has to live.
TRACES = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
assert libc.ptrace(0x4206, int(sys.argv[1]), None, None) == 0, ctypes.get_errno()
print("traces", flush=True)
import signal
signal.pause()
"""


def test_a_display_that_this_user_opens_beside_is_said(tmp_path):
    (tmp_path / "X0").touch()
    heard = Heard(LinuxEvasion(sockets=tmp_path, look_every_s=0.02))
    try:
        (tmp_path / "X7").touch()
        (tmp_path / "not-a-display").touch()
        heard.wait_for(lambda h: h.of(EvasionSign), "the display")
    finally:
        heard.source.stop()
    assert [(sign.sign, sign.detail) for sign in heard.of(EvasionSign)] == [("other_display", "display :7")]


def test_a_display_that_is_opened_long_after_the_last_one_is_said_too(tmp_path, monkeypatch):
    monkeypatch.setattr("recorder.capture.linux_evasion.SETTLED_NS", 0)
    (tmp_path / "X0").touch()
    source = LinuxEvasion(sockets=tmp_path, look_every_s=0.02)
    heard = Heard(source)
    try:
        wait_until(lambda: source._looked_at_ns is not None, what="a folder that rests")
        (tmp_path / "X7").touch()
        heard.wait_for(lambda h: h.of(EvasionSign), "the display")
        wait_until(lambda: source._looked_at_ns == tmp_path.stat().st_ctime_ns, what="the folder to rest again")
        (tmp_path / "X8").touch()
        heard.wait_for(lambda h: len(h.of(EvasionSign)) == 2, "another display")
    finally:
        heard.source.stop()
    assert [sign.detail for sign in heard.of(EvasionSign)] == ["display :7", "display :8"]
