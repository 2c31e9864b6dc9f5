"""Alerts on their way into the queue: none is lost because the queue could not take it."""

import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest

from app.channels.late import late_beside
from app.channels.message import Origin, message_of
from app.channels.outbox import Outbox
from app.channels.outlet import Outlet
from recorder.clock import SystemClock
from recorder.events import Alert
from recorder.policy.sections import ChannelPolicy
from recorder.store.sqlite_door import sqlite3
from tests.xserver import wait_until

PUTS_ONE = """
import sys, time
from pathlib import Path
from app.channels.message import Origin, message_of
from app.channels.outlet import Outlet
from recorder.clock import SystemClock
from recorder.events import Alert
from recorder.policy.sections import ChannelPolicy
outlet = Outlet(Path(sys.argv[1]), [ChannelPolicy(name="audit")], clock=SystemClock(), tell=print)
outlet.start()
origin = Origin(recording="r", operator="o", host="h", started_wall_ns=0)
outlet.put(message_of(Alert(1, "rule", "1", "Alert", "high", ""), origin))
print("put", flush=True)
sys.stdin.read()
"""
MESSAGE = message_of(
    Alert(1, "rule", "1", "Alert", "high", ""), Origin(recording="r", operator="o", host="h", started_wall_ns=0)
)

ANOTHER = message_of(
    Alert(2, "rule", "1", "Another", "high", ""), Origin(recording="r", operator="o", host="h", started_wall_ns=0)
)


@pytest.fixture
def queue(tmp_path):
    Outbox(tmp_path / "outbox.db").close()
    return tmp_path / "outbox.db"


@pytest.fixture
def told() -> list[str]:
    return []


def outlet_at(queue, told, **options):
    outlet = Outlet(queue, [ChannelPolicy(name="audit")], clock=SystemClock(), tell=told.append, **options)
    outlet.start()
    return outlet


def what_waits(queue):
    with closing(Outbox(queue)) as outbox:
        return [one.message for one in outbox.waiting("audit")]


def test_an_alert_that_a_locked_queue_did_not_take_outlives_everybody_who_knew_it(queue, told):
    with closing(sqlite3.connect(queue, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-c", PUTS_ONE, str(queue)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            late = wait_until(late_beside(queue).read, what="a file of it beside the queue", limit_s=20)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
        lock.execute("ROLLBACK")
    assert what_waits(queue) == []
    outlet_at(queue, told).close()
    assert what_waits(queue) == [MESSAGE] == [alert.message for alert in late]
    assert told == []
    assert list(late_beside(queue).path.iterdir()) == []


def test_what_still_cannot_be_queued_at_the_end_waits_for_the_next_start(queue, told):
    with closing(sqlite3.connect(queue, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        outlet = outlet_at(queue, told)
        outlet.put(MESSAGE)
        outlet.close()
    assert "database is locked" in told[0]
    assert told[1:] == ["Alerts that could not be queued for the channels yet: 1; the next start does that."]
    outlet_at(queue, told).close()
    assert what_waits(queue) == [MESSAGE]


def test_a_queue_that_takes_everything_has_no_files_beside_it(queue, told):
    outlet = outlet_at(queue, told)
    outlet.put(MESSAGE)
    outlet.close()
    assert what_waits(queue) == [MESSAGE]
    assert not late_beside(queue).path.exists()
    assert told == []


@pytest.mark.parametrize("is_another_alert", [False, True])
def test_what_waited_in_a_queue_that_was_damaged_is_queued_again_while_its_session_lasts(queue, told, is_another_alert):
    outlet = outlet_at(queue, told, look_s=0.2)
    outlet.put(MESSAGE)
    wait_until(lambda: what_waits(queue) == [MESSAGE], what="the alert in the queue")
    for name in ("outbox.db-wal", "outbox.db-shm"):
        queue.with_name(name).unlink(missing_ok=True)
    queue.write_bytes(b"spoilt by somebody who does not want it sent" * 500)
    assert what_waits(queue) == [], "who opens it sets it aside"
    assert list(queue.parent.glob("outbox.db.damaged-1"))
    if is_another_alert:
        outlet.put(ANOTHER)
    expected = {MESSAGE.id, ANOTHER.id} if is_another_alert else {MESSAGE.id}
    wait_until(lambda: {one.id for one in what_waits(queue)} == expected, what="the alerts in the next queue")
    outlet.close()


def test_what_was_delivered_is_not_queued_again_when_the_queue_is_made_anew(queue, told):
    outlet = outlet_at(queue, told, look_s=0.2)
    outlet.put(MESSAGE)
    outlet.put(ANOTHER)
    wait_until(lambda: what_waits(queue) == [MESSAGE, ANOTHER], what="the alerts in the queue")
    with closing(Outbox(queue)) as courier:
        courier.set_delivered("audit", courier.waiting("audit")[:1], wall_ns=SystemClock().read().wall_ns)
        for path in (queue, queue.with_name("outbox.db-wal"), queue.with_name("outbox.db-shm")):
            path.unlink()
        wait_until(lambda: queue.exists() and what_waits(queue) == [ANOTHER], what="what was not delivered")
    outlet.close()
    assert what_waits(queue) == [ANOTHER]
