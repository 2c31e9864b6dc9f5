"""What a disk holds after a power cut: what was synced, and of what was not any part, in any order, in sectors."""

import copy
import random
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from recorder.errors import StorageError
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Code, Status
from recorder.evidence.reader import ChunkKind, RecordingReader
from tests.evidence_kit import cast, judged, new_writer, payload

SECTOR_BYTES = 512
IMAGES = 500
LEFT_BY_A_CUT = {
    Code.OPEN_NO_END,
    Code.TORN_TAIL,
    Code.TORN_TAIL_ZEROS,
    Code.EMPTY_SEGMENT,
    Code.SEGMENT_MISSING,
    Code.SEGMENT_ABANDONED,
    Code.UNACKNOWLEDGED,
    Code.NO_HEADER,
}


@dataclass
class Moment:
    """The disk at one moment: what is surely there of each file, what may be, and which names surely are."""

    synced: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    acknowledged: int = 0


class LoggedFiles(SystemFiles):
    """Keeps a moment after every call that changes what the disk holds; fails where it is told to."""

    def __init__(self, failing=()):
        self.moments = [Moment()]
        self.acknowledged = 0
        self._names = {}
        self._failing = set(failing)
        self._writes = 0

    def _keep(self, change):
        moment = copy.deepcopy(self.moments[-1])
        change(moment)
        moment.acknowledged = self.acknowledged
        self.moments.append(moment)

    def open_new(self, path):
        fd = super().open_new(path)
        self._names[fd] = path.name
        if path.suffix == ".seg":
            self._keep(lambda moment: (moment.synced.update({path.name: b""}), moment.written.update({path.name: b""})))
        return fd

    def write(self, fd, data):
        self._writes += 1
        if ("write", self._writes) in self._failing:
            data = data[: len(data) // 2]
        name = self._names[fd]
        self._keep(lambda moment: moment.written.update({name: moment.written[name] + data}))
        return super().write(fd, data)

    def datasync(self, fd):
        if ("sync", self._writes) in self._failing:
            raise OSError(5, "lost on its way")
        name = self._names[fd]
        self._keep(lambda moment: moment.synced.update({name: moment.written[name]}))

    def sync_folder(self, folder):
        if folder.name != "library":
            self._keep(lambda moment: setattr(moment, "named", frozenset(moment.written)))

    def reserve(self, path, size_bytes):
        pass


def recorded(folder, failing=()):
    """Record, and the moments of it: three segments with chunks from small to several sectors."""
    files = LoggedFiles(failing)
    writer = new_writer(folder / "library", files=files)

    def begin(reason):
        for _ in range(3):
            with suppress(StorageError):
                writer.start_segment(reason)
                return

    begin("start")
    for number in range(12):
        if number in (4, 8):
            begin("rollover")
        while True:
            try:
                writer.append(payload(number, size=(40, 3000, 700)[number % 3]))
                break
            except StorageError:
                begin("io_error")
        files.acknowledged = number + 1
        files._keep(lambda moment: None)
    writer.close("asked")
    return files.moments


def image(moment, folder, chance):
    """One of the disks that this moment may leave."""
    folder.mkdir()
    for name, written in moment.written.items():
        synced = moment.synced[name]
        if name not in moment.named and not synced and chance.random() < 0.3:
            continue  # its name was not yet on the disk
        (folder / name).write_bytes(synced + unsynced(written[len(synced) :], len(synced), chance))


def unsynced(rest, offset, chance):
    """What may be there of a write that was not synced: none, a beginning, or some of its sectors, the others zeros."""
    match chance.choice(["lost", "all", "cut", "sectors", "zeros", "zeros to the end"]):
        case "lost":
            return b""
        case "all":
            return rest
        case "cut":
            return rest[: chance.randrange(len(rest) + 1)]
        case "zeros":
            return bytes(len(rest))
        case "zeros to the end":
            kept = max(0, (offset + chance.randrange(len(rest) + 1)) // SECTOR_BYTES * SECTOR_BYTES - offset)
            return rest[:kept] + bytes(len(rest) - kept)
        case _:
            edges = [0, *range(SECTOR_BYTES - offset % SECTOR_BYTES, len(rest), SECTOR_BYTES), len(rest)]
            pieces = [rest[a:b] for a, b in pairwise(edges)]
            return b"".join(piece if chance.random() < 0.5 else bytes(len(piece)) for piece in pieces)


@pytest.mark.parametrize("failing", [(), (("sync", 4), ("write", 9)), (("write", 1), ("sync", 2), ("sync", 11))])
def test_a_power_cut_loses_nothing_acknowledged_and_is_called_what_it_is(tmp_path, failing):
    chance = random.Random(20270117)
    moments = recorded(tmp_path, failing)
    for number in range(IMAGES // 3):
        moment = chance.choice(moments)
        folder = tmp_path / f"image {number}"
        image(moment, folder, chance)
        verdict = judged(folder)
        met = {finding.code for finding in verdict.findings} - {Code.CONTENT_NOT_CHECKED}
        if moment.acknowledged == 0 and verdict.status is Status.CANNOT_JUDGE:
            continue
        assert verdict.status in (Status.PARTIAL, Status.SOUND), (number, verdict.findings)
        assert met <= LEFT_BY_A_CUT, (number, met)
        reader = RecordingReader.open(folder, keys=cast().keys, devices=cast().devices)
        chunks = [chunk for segment in reader.segments for chunk in reader.chunks(segment.number)]
        bodies = [chunk.body for chunk in chunks if chunk.kind is ChunkKind.EVENTS]
        assert bodies == [payload(one, size=(40, 3000, 700)[one % 3]) for one in range(len(bodies))]
        assert len(bodies) >= moment.acknowledged
        assert not reader.findings
