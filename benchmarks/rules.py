"""How quick and how complete judging is: `python -m benchmarks.rules [--rules N] [--keys N] [--seconds S]`, JSON out.

A whole recorder (queue, judge, sealer, files) with a thousand rules, in which keys are pressed far faster than anybody
types. Every second some lines and texts are entered that one of the rules is about: each must have its alert, and how
long that took is from the key that completed it until the alert stands in the queue. Then the recording is read back:
every key and every alert must be in it.
"""

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recorder.capture.fake import FakeScreen, FakeSource
from recorder.clock import SessionClock, SystemClock
from recorder.detect.judge import Judge
from recorder.detect.loading import load_text
from recorder.events import Alert, Gap, Key, SessionStarted, Window, WindowActive
from recorder.evidence.key_folder import ensure_local_keys, load_key_ring, trusted_devices
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.evidence.writer import RecordingWriter, SessionHeader
from recorder.format.payload import decode_events
from recorder.policy.sections import RulesPolicy
from recorder.session.judging import Judging, Prepared
from recorder.session.recorder import Recorder

TICK_S = 0.01
MARKED_A_SECOND = 10
SETTLE_S = 1.0
TERMINAL = Window(1, "root@web1", "xterm", 10, "/usr/bin/xterm")
WORDS = (
    *("sudo", "systemctl", "restart", "billing", "less", "/var/log/messages", "grep", "-rn"),
    *("timeout", "/etc/nginx", "git", "commit", "-m", "release", "psql", "ledger"),
    *("select", "count", "from", "accounts", "where", "id", "order", "by"),
    *("tar", "xzf", "release.tar.gz", "ssh", "web1", "uptime", "docker", "ps"),
    *("kubectl", "get", "pods"),
)
# What each kind of rule asks, and a line that it must find; {} is the rule's own mark.
KINDS = (
    ("command", "{{a: {{CommandLine|contains: 'mark {}'}}, condition: a}}", "touch mark {} now"),
    (
        "command",
        "{{a: {{CommandLine|contains|all: ['mark {}', ' go']}}, b: {{CommandLine: no*}}, condition: a and not b}}",
        "touch mark {} go",
    ),
    ("command", "{{a: {{CommandLine|re: 'mark\\s+{}\\s+[a-z]+x$'}}, condition: a}}", "touch mark {} abcx"),
    (
        "command",
        "{{a: {{Program: touch, CommandLine|endswith: 'mark {}'}}, b: {{Hour|lt: 24}}, condition: a and b}}",
        "touch mark {}",
    ),
    ("command", "{{a: {{Runs: touch, Word: '{}', Behind: sh}}, condition: a}}", "sudo sh -c 'cd /x; touch mark {}'"),
    ("text", "{{a: {{Text|contains: 'mark {}'}}, condition: a}}", "touch mark {} now"),
)


@dataclass(slots=True)
class Heard:
    """When alerts came, by their rule, and when the key was pressed that completed what they are about."""

    marked_ns: dict[str, int] = field(default_factory=dict)
    alert_ns: dict[str, int] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--rules", type=int, default=1_000, help="how many rules (default %(default)s)")
    parser.add_argument("--keys", type=int, default=5_000, help="keys a second (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long (default %(default)s)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tachiai-bench-") as folder:
        result = measure(Path(folder), rules=asked.rules, keys=asked.keys, seconds=asked.seconds)
    print(json.dumps(result, indent=2))
    return 0 if all(result["goals"].values()) else 1


def made_rules(count: int) -> str:
    """So many rules, of each kind in turn."""
    rules = []
    for number in range(count):
        category, detection, _ = KINDS[number % len(KINDS)]
        body = detection.format(f"r{number}q")
        head = f"title: Rule {number}\nname: rule{number}\nlevel: high\n"
        rules.append(f"{head}logsource: {{category: {category}}}\ndetection: {body}\n")
    return "---\n".join(rules)


def measure(folder: Path, *, rules: int, keys: int, seconds: float) -> dict[str, Any]:
    """One session from its start to what is read back of it."""
    loading = time.perf_counter()
    loaded = load_text(made_rules(rules).encode(), "made")
    judge = Judge(loaded.rules, RulesPolicy())
    loading_s = time.perf_counter() - loading
    heard, clock = Heard(), SystemClock()
    started = clock.read()
    session_clock = SessionClock(clock, started=started)
    judging = Judging(
        lambda: Prepared(judge, loaded.judging),
        on_alert=lambda alert: heard.alert_ns.update({alert.rule: session_clock.now_ns()}),
    )
    local = ensure_local_keys(folder / "keys")
    header = SessionHeader("session", "ann", "host", "bench", started, 0, "bench")
    writer = RecordingWriter.create(
        folder / "library", header, device=local.device, recipients=local.recipients, clock=clock
    )
    writer.start_segment("start")
    source = FakeSource()
    recorder = Recorder(
        writer=writer,
        clock=session_clock,
        screen_source=FakeScreen(),
        sources=[source],
        opening=[SessionStarted(0, "session", "ann", "host", "bench", started.wall_ns, 0, "bench", "fake", "text")],
        frames_per_s=5,
        judging=judging,
    )
    recorder.start()
    threading.Event().wait(SETTLE_S)
    spent = time.process_time()
    pressed, worst_late_s = press(source, session_clock, heard, rules=rules, keys=keys, seconds=seconds)
    spent_s = time.process_time() - spent
    recorder.finish()
    return told(
        loaded.judging, loading_s, heard, pressed, worst_late_s, spent_s / seconds, read_back(writer.folder, folder)
    )


def press(
    source: FakeSource, clock: SessionClock, heard: Heard, *, rules: int, keys: int, seconds: float
) -> tuple[int, float]:
    """Press keys at an even rate; how many it were, and by how much the pressing itself fell behind."""
    pick, pause = random.Random(1), threading.Event()
    unmarked = list(range(rules))
    pick.shuffle(unmarked)
    line: list[str] = []
    mark: str | None = None
    pressed, worst_late_s, marks = 0, 0.0, 0
    source.emit(WindowActive(clock.now_ns(), TERMINAL))
    began = time.perf_counter()
    while (gone_s := time.perf_counter() - began) < seconds:
        due = int(gone_s * keys)
        worst_late_s = max(worst_late_s, (due - pressed) / keys)
        while pressed < due:
            if not line:
                text, mark = next_line(pick, unmarked if marks < gone_s * MARKED_A_SECOND else [])
                marks += mark is not None
                line = [*text, "\r"]
            character = line.pop(0)
            at_ns = clock.now_ns()
            source.emit(Key(at_ns, character, "enter" if character == "\r" else ""))
            pressed += 1
            if character == "\r" and mark is not None:
                heard.marked_ns[mark] = at_ns
                mark = None
        pause.wait(TICK_S)
    return pressed, worst_late_s


def next_line(pick: random.Random, unmarked: list[int]) -> tuple[str, str | None]:
    """A line, and the name of the rule that it is about, if it is about one."""
    words = " ".join(pick.choices(WORDS, k=pick.randint(3, 9)))
    if not unmarked:
        return words, None
    number = unmarked.pop()
    return KINDS[number % len(KINDS)][2].format(f"r{number}q"), f"rule{number}"


def read_back(recording: Path, folder: Path) -> dict[str, int]:
    """What the recording holds."""
    ring = load_key_ring(folder / "keys", lambda: "")
    reader = RecordingReader.open(recording, keys=ring, devices=trusted_devices(folder / "keys"))
    counts = {"keys": 0, "alerts": 0, "gaps": 0}
    names = {Key: "keys", Alert: "alerts", Gap: "gaps"}
    for info in reader.segments:
        for chunk in reader.chunks(info.number):
            if chunk.kind is ChunkKind.EVENTS:
                for event in decode_events(chunk.body):
                    if name := names.get(type(event)):
                        counts[name] += 1
    return counts


def told(
    judging: int,
    loading_s: float,
    heard: Heard,
    pressed: int,
    worst_late_s: float,
    cpu: float,
    sealed: dict[str, int],
) -> dict[str, Any]:
    """The figures, and whether what was promised holds."""
    waited_ms = [
        (heard.alert_ns[name] - at_ns) / 1e6 for name, at_ns in heard.marked_ns.items() if name in heard.alert_ns
    ]
    p50, p99 = np.percentile(waited_ms, (50, 99)).tolist() if waited_ms else (None, None)
    missing = len(heard.marked_ns.keys() - heard.alert_ns.keys())
    return {
        "load_at_end": os.getloadavg()[0],
        "rules": judging,
        "loading_s": loading_s,
        "keys_pressed": pressed,
        "pressing_late_s": worst_late_s,
        "events_to_fire": len(heard.marked_ns),
        "alerts": len(heard.alert_ns),
        "alerts_missing": missing,
        "event_to_alert_ms": {"p50": p50, "p99": p99, "worst": max(waited_ms, default=None)},
        "cpu_of_a_core": cpu,
        "sealed": sealed,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "goals": {
            "p99_under_300_ms": p99 is not None and p99 < 300,
            "no_alert_missing": missing == 0 and len(heard.alert_ns) == len(heard.marked_ns),
            "every_key_sealed": sealed["keys"] == pressed,
            "every_alert_sealed": sealed["alerts"] == len(heard.alert_ns),
            "no_gap": sealed["gaps"] == 0,
        },
    }


if __name__ == "__main__":
    sys.exit(main())
