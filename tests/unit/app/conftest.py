"""The resident's watcher with recorders that are threads."""

import pytest

from app.agent.supervision.pulse import BackoffSteps
from app.agent.supervision.watcher import Watcher
from app.agent.supervision.watching import WatchLimits
from recorder.events import EndReason
from tests.watched import Ears, FakeRecorders


@pytest.fixture
def watch():
    watchers = []

    def start(*scripts, **changes):
        fakes, ears = FakeRecorders(*scripts), Ears()
        steps = BackoffSteps(delays_s=(0.0, 0.1, 0.2), sound_after_s=60)
        judge, must_wait = changes.pop("judge", None), changes.pop("must_wait", lambda: False)
        limits = WatchLimits(**{"heartbeat_s": 0.2, "silent_after_s": 0.6, "backoff": steps, **changes})
        watcher = Watcher(
            fakes.start,
            listener=ears,
            clock=fakes.clock,
            limits=limits,
            resident=("agent", "run"),
            resident_pid=1,
            judge_attack=judge,
            must_wait=must_wait,
        )
        watchers.append((watcher, ears))
        watcher.start()
        return watcher, fakes, ears

    yield start
    for watcher, ears in watchers:
        watcher.stop(EndReason.ASKED)
        assert ears.is_over.wait(20)
        assert watcher.join(5)
