"""A recorder that dies at each of its calls on the file system, one after the other: before it, within it, after it."""

import os
import signal

import pytest

from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Status
from recorder.evidence.reader import ChunkKind, RecordingReader
from tests.evidence_kit import cast, judged, new_writer, payload

CALLS = ["make_folder", "open_new", "write", "datasync", "sync_folder", "lock", "reserve", "remove", "close"]


class DyingFiles(SystemFiles):
    """Counts calls and ends the process, as a kill does, at the one it is told."""

    def __init__(self, number, moment):
        self.left = number
        self.moment = moment

    def _call(self, name, *arguments, **options):
        self.left -= 1
        if self.left == 0 and self.moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.left == 0 and self.moment == "within" and name == "write":
            fd, data = arguments
            os.write(fd, data[: len(data) * 2 // 3])
            os.kill(os.getpid(), signal.SIGKILL)
        result = getattr(SystemFiles, name)(self, *arguments, **options)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def _dying(name):
    return lambda self, *arguments, **options: self._call(name, *arguments, **options)


for _name in CALLS:
    setattr(DyingFiles, _name, _dying(_name))


def record_until_killed(library, files, say):
    writer = new_writer(library, files=files)
    for segment in (1, 2):
        writer.start_segment("start" if segment == 1 else "rollover")
        for number in range(3):
            writer.append(payload(segment * 10 + number))
            os.write(say, b"+")
    writer.close("asked")
    os.write(say, b"!")


def in_a_process_of_its_own(library, number, moment):
    """How many chunks it said it had acknowledged, and whether it came to its end."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            record_until_killed(library, DyingFiles(number, moment), say)
        finally:
            os._exit(0)
    os.close(say)
    with os.fdopen(hear, "rb") as file:
        said = file.read()
    os.waitpid(child, 0)
    return said.count(b"+"), said.endswith(b"!")


@pytest.mark.parametrize("moment", ["before", "within", "after"])
def test_nothing_acknowledged_is_lost_whichever_call_it_dies_at(tmp_path, moment):
    expected = [payload(number) for number in (10, 11, 12, 20, 21, 22)]
    cast()
    for number in range(1, 60):
        library = tmp_path / str(number)
        acknowledged, is_finished = in_a_process_of_its_own(library, number, moment)
        folders = list(library.glob("*"))
        if is_finished:
            assert acknowledged == 6
            assert judged(folders[0]).status is Status.SOUND
            return
        if not folders or not list(folders[0].glob("*.seg")):
            assert acknowledged == 0
            continue
        verdict = judged(folders[0])
        if acknowledged == 0 and verdict.status is Status.CANNOT_JUDGE:
            continue  # it died before the first header was on the disk
        assert verdict.status in (Status.SOUND, Status.PARTIAL)
        reader = RecordingReader.open(folders[0], keys=cast().keys, devices=cast().devices)
        chunks = [chunk for segment in reader.segments for chunk in reader.chunks(segment.number)]
        bodies = [chunk.body for chunk in chunks if chunk.kind is ChunkKind.EVENTS]
        assert bodies == expected[: len(bodies)]
        assert len(bodies) in (acknowledged, acknowledged + 1)
    pytest.fail("it never came to its end")
