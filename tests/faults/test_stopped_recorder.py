"""A recorder that somebody stopped for a while (SIGSTOP) and let go on: a silence, and no alteration."""

import signal
import subprocess
import sys
from pathlib import Path

from recorder.evidence.findings import Code, Status
from recorder.evidence.key_folder import ensure_local_keys, trusted_devices
from recorder.evidence.verify import verify
from tests.evidence_kit import independent
from tests.xserver import wait_until

ROOT = Path(__file__).parents[2]

RECORDER = """
import sys
from pathlib import Path
from recorder.clock import SessionClock, SystemClock
from recorder.events import SessionEnded
from recorder.evidence.key_folder import ensure_local_keys
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.session import sealer
from recorder.session.event_queue import EventQueue

sealer.HEARTBEAT_S = 0.2
keys = ensure_local_keys(Path(sys.argv[1]))
clock = SystemClock()
started = clock.read()
writer = RecordingWriter.create(
    Path(sys.argv[2]), SessionHeader("session", "olga", "db1", "migrate", started, 0, "tests"), device=keys.device,
    recipients=keys.recipients, clock=clock, limits=Limits(reserve_bytes=4096, heartbeat_ns=200_000_000),
)
writer.start_segment("start")
queue = EventQueue()
sealing = sealer.Sealer(
    writer, queue, clock=SessionClock(clock, started=started), begin_segment=print, on_end=print
)
sealing.start()
sys.stdin.readline()
queue.close()
sealing.join()
sealing.finish(SessionEnded(0, "asked"))
"""


def test_a_recorder_that_was_stopped_and_let_go_on_leaves_a_silence(tmp_path):
    ensure_local_keys(tmp_path / "keys")
    process = subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(tmp_path / "keys"), str(tmp_path / "library")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
    )
    path = tmp_path / "library" / "session" / "0001.seg"
    devices = trusted_devices(tmp_path / "keys")

    def chunks():
        return verify(path.parent, devices=devices).chunks if path.exists() else 0

    try:
        wait_until(lambda: chunks() >= 2, what="heartbeats")
        process.send_signal(signal.SIGSTOP)
        while_stopped = chunks()
        try:
            process.wait(timeout=1.2)
        except subprocess.TimeoutExpired:
            assert chunks() <= while_stopped + 1
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: chunks() >= while_stopped + 2, what="heartbeats again")
        process.communicate(b"\n", timeout=20)
    finally:
        process.kill()
        process.wait()
    verdict = verify(path.parent, devices=devices)
    gaps = [finding for finding in verdict.findings if finding.code == Code.HEARTBEAT_GAP]
    assert verdict.status is Status.PARTIAL
    silences_ns = [one.end_ns - one.at_ns for one in gaps if one.end_ns is not None and one.at_ns is not None]
    assert max(silences_ns) > 10**9
    assert {finding.code for finding in verdict.findings} == {Code.HEARTBEAT_GAP, Code.CONTENT_NOT_CHECKED}
    other = independent().Verdict(path.parent, {public for public, _ in devices.devices})
    other.run()
    assert other.exit_status == 1
