"""What the tests of evidence share: quick recordings, a turned clock, and both verifiers."""

import errno
import functools
import importlib.util
import os
import shutil
import struct
import zlib
from dataclasses import replace
from pathlib import Path

from recorder.clock import Instant
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Verdict
from recorder.evidence.keys import AuditorKey, DeviceKey, DeviceTrust, KeyRing, Recipients, RootKey
from recorder.evidence.verify import verify
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.format.record import HEADER_BYTES, unpack_header

START = Instant(monotonic_ns=5_000, boot_ns=7_000, wall_ns=1_800_000_000_000_000_000)
VERIFIER = Path(__file__).parents[1] / "docs" / "verify_recording.py"
LIMITS = Limits(reserve_bytes=4096)


class TurnedClock:
    """A clock that goes on by a second at each reading."""

    def __init__(self):
        self.elapsed_ns = 0
        self.step_ns = 10**9
        self.wall_offset_ns = 0

    def boot_ns(self):
        return START.boot_ns + self.elapsed_ns

    def read(self):
        self.elapsed_ns += self.step_ns
        return Instant(
            START.monotonic_ns + self.elapsed_ns,
            START.boot_ns + self.elapsed_ns,
            START.wall_ns + self.elapsed_ns + self.wall_offset_ns,
        )


class FullDisk(SystemFiles):
    """Without room, until the reserve is given back."""

    is_full = False

    def write(self, fd, data):
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)

    def remove(self, path):
        super().remove(path)
        self.is_full = False


class Cast:
    """A device, a root, and auditors, made once a test run: keys are slow to make and hold no state."""

    def __init__(self):
        self.device = DeviceKey.generate()
        self.root = RootKey.generate()
        self.auditor = AuditorKey.generate("akira")
        self.officer = AuditorKey.generate("beate", group="privacy")
        self.recipients = Recipients.sign([self.auditor.public], version=1, root=self.root)
        self.two_groups = Recipients.sign([self.auditor.public, self.officer.public], version=2, root=self.root)
        self.devices = DeviceTrust({self.device.public_bytes: "desk"})
        self.keys = KeyRing((self.auditor,))


@functools.cache
def cast():
    return Cast()


def new_writer(library, *, session_id="20270115T080000Z-00000001", recipients=None, clock=None, files=None, **changed):
    header = SessionHeader(
        session_id=session_id,
        operator="olga",
        host="db1",
        purpose="migrate",
        started=START,
        utc_offset_s=3600,
        program="tests",
    )
    return RecordingWriter.create(
        library,
        replace(header, **changed),
        device=cast().device,
        recipients=recipients or cast().recipients,
        clock=clock or TurnedClock(),
        limits=LIMITS,
        files=files,
    )


def payload(number, size=40):
    """A list of one event that no version knows: quick, and each one different."""
    text = f"event {number} ".encode().ljust(size, b".")
    kind = b"\xa4test"
    return b"\x91\x93" + kind + b"\xcf" + number.to_bytes(8, "big") + b"\xc5" + len(text).to_bytes(2, "big") + text


def record(library, *, segments=2, chunks=5, close=True, **options):
    """A recording; the bodies that were sealed, by segment and sequence."""
    writer = new_writer(library, **options)
    bodies = {}
    for segment in range(1, segments + 1):
        writer.start_segment("start" if segment == 1 else "rollover")
        for number in range(chunks):
            body = payload(segment * 1000 + number)
            receipt = writer.append(body, heartbeat=number % 4 == 3)
            bodies[segment, receipt.sequence] = body
    if close:
        writer.close("asked")
    else:
        crash(writer)
    return writer.folder, bodies


def crash(writer):
    """Leave a recording as a killed recorder does: no end, the lock let go by the system."""
    if writer._live is not None:
        writer._live.abandon()
    os.close(writer._lock_fd)


def offsets(path):
    """Where each record begins, and the file's end."""
    data = path.read_bytes()
    found, offset = [], 0
    while offset < len(data):
        found.append(offset)
        offset += unpack_header(data[offset : offset + HEADER_BYTES]).record_bytes
    return [*found, offset]


def copied(folder, target):
    shutil.copytree(folder, target)
    return target


def with_repaired_checksums(data, start, end):
    """The record between these offsets with its two CRCs made right again, as a forger would."""
    record = bytearray(data[start:end])
    record[108:112] = struct.pack(">I", zlib.crc32(record[:108]))
    record[-4:] = struct.pack(">I", zlib.crc32(record[:-4]))
    return data[:start] + bytes(record) + data[end:]


@functools.cache
def independent():
    """The second verifier, loaded from its file alone."""
    spec = importlib.util.spec_from_file_location("verify_recording", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(folder, *, devices=None) -> Verdict:
    """The verdict on integrity, after making sure that both verifiers agree on it."""
    devices = cast().devices if devices is None else devices
    verdict = verify(folder, devices=devices)
    other = independent().Verdict(folder, {public for public, _ in devices.devices})
    other.run()
    assert other.exit_status == verdict.exit_status, (verdict.findings, other.findings)
    return verdict


def codes(verdict):
    return [finding.code for finding in verdict.findings if finding.severity.value != "note"]
