"""Desks whose recorder is killed, and another that goes on with the same recording."""

import os

from recorder.events import StateRestated
from recorder.evidence.keys import DeviceKey, Recipients
from recorder.evidence.writer import RecordingWriter


def be_killed(desk):
    """As a kill leaves it: what was not sealed is lost, there is no end, and the system lets the lock go."""
    desk._pending = []
    if desk.writer._live is not None:
        desk.writer._live.abandon()
    os.close(desk.writer._lock_fd)


def resume(desk, *, known_ns, reason="recorder_died"):
    """Another recorder goes on with the recording; of what came after `known_ns` nothing is known."""
    desk.writer = RecordingWriter.resume(
        desk.writer.folder,
        device=desk.device,
        recipients=Recipients.sign([desk.auditor.public], version=2, root=DeviceKey.generate()),
        clock=desk.clock,
        boot_id=desk.writer.header.boot_id,
    )
    desk.writer.start_segment(reason)
    desk.emit(StateRestated(desk.now_ns, (), None, None, None, None))
    desk.gap(known_ns, desk.now_ns, "everything", reason)
    desk._runs.clear()
    desk.set_screens(*((one.area.width, one.area.height) for one in desk.screens))
    desk.seal()
