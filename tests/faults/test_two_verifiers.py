"""Both verifiers say the same of recordings with failures in them, altered at random; nothing stops either."""

import errno
import fcntl
import json
import os
import random
import shutil
import struct
import zlib

import pytest

from recorder.errors import StorageError
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Status
from recorder.evidence.writer import RecordingWriter
from recorder.format.record import DamagedRecordError, pack_record, record_digest
from tests.evidence_kit import (
    LIMITS,
    TurnedClock,
    cast,
    copied,
    crash,
    judged,
    new_writer,
    offsets,
    payload,
    record,
    with_repaired_checksums,
)

MUTATIONS = 400
VALUES: tuple[object, ...] = (
    None,
    0,
    -1,
    1,
    2,
    1.5,
    10**30,
    "",
    "x",
    "io_error",
    "recorder_died",
    True,
    [],
    {},
    "\ud800",
    {"segment": 1, "records": 2},
)
NAMES = ("0000.seg", "0002.seg", "0009.seg", "00001.seg", "10000.seg", "\uff10\uff10\uff10\uff11.seg")


class FailingFiles(SystemFiles):
    """Fails at the writes that it is told, in the ways that it is told."""

    def __init__(self, plan):
        self.plan = plan
        self.writes = 0

    def write(self, fd, data):
        self.writes += 1
        how = self.plan.get(self.writes)
        if how == "short":
            data = data[: len(data) // 2]
        elif how == "error":
            raise OSError(errno.EIO, "on purpose")
        return super().write(fd, data)

    def datasync(self, fd):
        if self.plan.get(self.writes) == "sync":
            raise OSError(errno.EIO, "on purpose")


def with_failures(library, plan, *, close):
    writer = new_writer(library, files=FailingFiles(plan))

    def begin(reason):
        for _ in range(4):
            try:
                writer.start_segment(reason)
            except StorageError:
                continue
            return

    begin("start")
    for number in range(12):
        if number % 5 == 4:
            begin("rollover")
        try:
            writer.append(payload(number), heartbeat=number % 4 == 3)
        except StorageError:
            begin("io_error")
    if close:
        writer.close("asked")
    else:
        crash(writer)
    return writer.folder


def gone_on_after_a_kill(library):
    clock = TurnedClock()
    killed = new_writer(library, clock=clock, boot_id="a boot")
    killed.start_segment("start")
    for number in range(4):
        killed.append(payload(number))
    crash(killed)
    torn = killed.folder / "0001.seg"
    torn.write_bytes(torn.read_bytes()[:-20])
    (killed.folder / "0002.seg").write_bytes(torn.read_bytes()[:50])
    options = {"device": cast().device, "recipients": cast().recipients, "clock": clock, "limits": LIMITS}
    writer = RecordingWriter.resume(killed.folder, boot_id="a boot", **options)
    writer.start_segment("recorder_died")
    writer.append(payload(9))
    writer.close("asked")
    return killed.folder


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    at = tmp_path_factory.mktemp("bases")
    plans = [{4: "error"}, {4: "short"}, {4: "sync"}, {8: "short", 9: "short"}, {1: "error"}, {2: "sync", 3: "short"}]
    made = [with_failures(at / f"{n}{close}", plan, close=close) for n, plan in enumerate(plans) for close in (0, 1)]
    made += [record(at / "closed", segments=3, chunks=4)[0], record(at / "open", segments=2, close=False)[0]]
    made += [gone_on_after_a_kill(at / "resumed")]
    return [*made, record(at / "again", segments=3, chunks=4)[0], record(at / "other", session_id="other")[0]]


def segments(folder):
    return sorted(path for path in folder.glob("*.seg") if path.is_file() and path.stat().st_size)


def flip(path, chance, bases):
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 3])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def cut_or_zero(path, chance, bases):
    data = path.read_bytes()
    at = chance.choice([chance.randrange(len(data)), chance.randrange(len(data)) // 512 * 512])
    count = chance.choice([1, 100, 512, len(data)])
    path.write_bytes(data[:at] + chance.choice([b"", bytes(len(data[at : at + count])) + data[at + count :]]))


def add(path, chance, bases):
    with path.open("ab") as file:
        file.write(chance.choice([b"T", b"TCHI", bytes(300), chance.randbytes(50), path.read_bytes()[-200:]]))


def rename(path, chance, bases):
    target = path.with_name(chance.choice(NAMES))
    if chance.random() < 0.5:
        path.rename(target)
    elif target != path:
        shutil.copy(path, target)


def exchange(path, chance, bases):
    other = chance.choice(segments(chance.choice(bases)))
    shutil.copy(other, chance.choice([path, path.with_name(other.name)]))


def forge(path, chance, bases):
    """Change, leave out, repeat or exchange a record, and make its checksums right."""
    data, starts = path.read_bytes(), offsets(path)
    at = chance.randrange(len(starts) - 1)
    start, end = starts[at : at + 2]
    changed = bytearray(data)
    changed[chance.choice([start + chance.randrange(112), end - 5 - chance.randrange(64)])] = chance.randrange(256)
    repaired = with_repaired_checksums(bytes(changed), start, end)
    path.write_bytes(chance.choice([repaired, repaired, data[:start] + data[end:], data[:end] + data[start:]]))


def sign_anew(path, chance, bases):
    """What only the device's key can do: another header."""
    data, starts = path.read_bytes(), offsets(path)
    header = json.loads(data[112 : starts[1] - 68])
    header[chance.choice([*header, "later"])] = chance.choice(VALUES)
    body = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=chance.random() < 0.2)
    content = body.encode("utf-8", "surrogatepass")
    head = bytearray(data[:112])
    head[8:12] = struct.pack(">I", len(content))
    head[108:112] = struct.pack(">I", zlib.crc32(head[:108]))
    signature = cast().device.sign(record_digest(bytes(head), content))
    path.write_bytes(pack_record(bytes(head), content, signature) + data[starts[1] :])


def test_both_verifiers_say_the_same_of_recordings_altered_at_random(bases, tmp_path):
    chance = random.Random(20270119)
    met = set()
    for _ in range(MUTATIONS):
        folder = copied(chance.choice(bases), tmp_path / "copy")
        for _ in range(chance.choice([1, 1, 2])):
            path = chance.choice(segments(folder))
            try:
                chance.choice([flip, cut_or_zero, add, rename, exchange, forge, sign_anew])(path, chance, bases)
            except (ValueError, struct.error, IndexError, DamagedRecordError):
                continue  # what was altered before is no row of records any more
            if not segments(folder):
                break
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)
        if chance.random() < 0.15:
            fcntl.flock(lock, fcntl.LOCK_EX)
        met.add(judged(folder).status)
        os.close(lock)
        shutil.rmtree(folder)
    assert met >= {Status.SOUND, Status.PARTIAL, Status.ALTERED}
