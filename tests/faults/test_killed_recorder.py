"""A recorder killed at random moments loses nothing that it acknowledged."""

import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recorder.evidence.findings import Code, Status
from recorder.evidence.key_folder import ensure_local_keys, load_key_ring, trusted_devices
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.evidence.summary import RecordingState, summarize
from recorder.evidence.verify import verify
from tests.evidence_kit import independent, payload

ROOT = Path(__file__).parents[2]
KILLS = 40

RECORDER = """
import sys
from pathlib import Path
from recorder.clock import SystemClock
from recorder.evidence.key_folder import ensure_local_keys
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from tests.evidence_kit import payload

keys = ensure_local_keys(Path(sys.argv[1]))
clock = SystemClock()
for session in sys.stdin:
    header = SessionHeader(session.strip(), "olga", "db1", "migrate", clock.read(), 0, "tests")
    writer = RecordingWriter.create(
        Path(sys.argv[2]), header, device=keys.device, recipients=keys.recipients, clock=clock,
        limits=Limits(reserve_bytes=4096),
    )
    writer.start_segment("start")
    print("go", flush=True)
    number = 0
    while True:
        writer.append(payload(number, size=3000))
        print(number, flush=True)
        number += 1
        if number % 7 == 0:
            writer.start_segment("rollover")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    ensure_local_keys(folder / "keys")
    return folder


def recorder_on(site):
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(site / "keys"), str(site / "library")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def killed_after(process, seconds, session):
    """The number of the last chunk that was acknowledged; -1 if none was."""
    process.stdin.write(session.encode() + b"\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"go\n"
    end = time.monotonic() + seconds
    said = b""
    while (left := end - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], left)[0]:
            said += process.stdout.read1()
    process.send_signal(signal.SIGKILL)
    said += process.stdout.read()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    return max((int(line) for line in said.split(b"\n")[:-1]), default=-1)


def test_every_acknowledged_chunk_survives_a_kill_at_any_moment(site):
    chance = random.Random(4)
    keys, devices = load_key_ring(site / "keys"), trusted_devices(site / "keys")
    waiting = [recorder_on(site), recorder_on(site)]
    for number in range(KILLS):
        session = f"session-{number}"
        waiting.append(recorder_on(site) if number < KILLS - 2 else None)
        acknowledged = killed_after(waiting.pop(0), chance.uniform(0, 0.12), session)
        folder = site / "library" / session
        reader = RecordingReader.open(folder, keys=keys, devices=devices)
        bodies = [
            chunk.body
            for segment in reader.segments
            for chunk in reader.chunks(segment.number)
            if chunk.kind is ChunkKind.EVENTS
        ]
        assert len(bodies) in (acknowledged + 1, acknowledged + 2)  # the last may be on the disk and not yet said
        assert bodies == [payload(one, size=3000) for one in range(len(bodies))]
        verdict = verify(folder, devices=devices)
        assert verdict.status is Status.PARTIAL
        met = {finding.code for finding in verdict.findings}
        expected = {Code.OPEN_NO_END, Code.TORN_TAIL, Code.SEGMENT_MISSING, Code.EMPTY_SEGMENT}
        assert met <= expected | {Code.CONTENT_NOT_CHECKED}
        other = independent().Verdict(folder, {public for public, _ in devices.devices})
        other.run()
        assert other.exit_status == verdict.exit_status
        assert summarize(folder, devices).state is RecordingState.INTERRUPTED
