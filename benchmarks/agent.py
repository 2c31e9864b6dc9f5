"""Measure the whole resident agent (`make bench`, or `python -m benchmarks.agent`): both processes, everything on.

`tachiai-agent run` with its window, and the recorder that it starts, under a policy with masks and all built-in rules:
on the reference work, on a display where nothing happens, killed again and again, and over a longer time. The notice is
off and no alert asks for anything, because nobody is there to answer. Nobody looks into the window either: the
indicator stands on the desktop, as it does all day. The result is printed as JSON.
"""

import argparse
import json
import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.agent_run import MemoryWatch, Sample, WholeAgent, whole_agent
from benchmarks.reference import start_work
from benchmarks.work.operator import WORK_S
from tests.xserver import start_xvfb, wait_until

FPS = 5.0
SCREEN = (1920, 1080)
BEGUN_S = 3.0
SETTLE_S = 20.0
IDLE_S = 60.0
KILLS = 5
SOUND_S = 21.0  # a recorder that lived longer than 20 s is replaced at once, however often
SOAK_MINUTES = 10.0
COMPARED_FROM_S, COMPARED_S = 120.0, 30.0
MB = 1e6
PARTS = ("work", "idle", "restart", "soak")

_pause = threading.Event()


def most_memory(kept: Sequence[tuple[float, dict[str, Sample]]]) -> dict[str, Any]:
    """The most that each process held, and both at once; None where the system would not say."""
    both = [samples for _, samples in kept if {"resident", "recorder"} <= samples.keys()]
    found: dict[str, Any] = {}
    for name in ("resident", "recorder"):
        memories = [samples[name].memory for samples in both]
        found[name] = {
            "peak_resident_mb": _mb(max((one.most_resident_bytes for one in memories), default=None)),
            "own_mb": _mb(max((one.own_bytes for one in memories), default=None)),
            "proportional_mb": _mb(_greatest([one.proportional_bytes for one in memories])),
        }
    sums = [proportional_bytes(samples) for samples in both]
    resident = [sum(one.memory.resident_bytes for one in samples.values()) for samples in both]
    return found | {"both": {"resident_mb": _mb(max(resident, default=None)), "proportional_mb": _mb(_greatest(sums))}}


def proportional_bytes(samples: dict[str, Sample]) -> int | None:
    """What both hold, pages that they share counted once; None where the system would not say."""
    known = [one.memory.proportional_bytes for one in samples.values() if one.memory.proportional_bytes is not None]
    return sum(known) if len(known) == len(samples) else None


def _greatest(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None


def _mb(size: float | None) -> float | None:
    return None if size is None else round(size / MB, 1)


def measure_work(seconds: float, options: Sequence[str]) -> dict[str, Any]:
    """The reference work: processor time, memory, bytes."""
    with start_xvfb(*SCREEN) as server:
        work = start_work(server, seconds)
        try:
            with whole_agent(server, fps=FPS, options=options) as agent:
                _pause.wait(BEGUN_S)
                begun_s, begun_each, began_s = agent.cpu_s(), agent.cpu_of_each_s(), time.monotonic()
                with MemoryWatch(agent) as watch:
                    work.wait()
                worked_s, each = time.monotonic() - began_s, agent.cpu_of_each_s()
                cpu_s = agent.stop()
                size = agent.recorded_bytes()
        finally:
            if work.poll() is None:
                work.terminate()
                work.wait()
    return {
        "seconds": round(worked_s + BEGUN_S, 1),
        "mb_per_hour": round(size / MB * 3600 / (worked_s + BEGUN_S), 1),
        "cpu_s": round(cpu_s, 2),
        "cpu_percent": round(100 * cpu_s / (worked_s + BEGUN_S), 2),
        "recording_cpu_percent": round(100 * (cpu_s - begun_s) / worked_s, 2),
        "recording_cpu_percent_of_each": _shares(begun_each, each, worked_s),
        "memory": most_memory(watch.kept),
    }


def _shares(before: dict[str, float], after: dict[str, float], seconds: float) -> dict[str, float]:
    return {name: round(100 * (after[name] - before[name]) / seconds, 3) for name in before.keys() & after.keys()}


def measure_idle(options: Sequence[str]) -> dict[str, Any]:
    """A display where nothing happens, once everything has settled."""
    with start_xvfb(*SCREEN) as server:
        server.start_openbox()
        with whole_agent(server, fps=FPS, options=options) as agent:
            _pause.wait(SETTLE_S)
            before, each_before, bytes_before = agent.cpu_s(), agent.cpu_of_each_s(), agent.recorded_bytes()
            began_s = time.monotonic()
            _pause.wait(IDLE_S)
            seconds = time.monotonic() - began_s
            cpu_s, each = agent.cpu_s() - before, agent.cpu_of_each_s()
            grown = agent.recorded_bytes() - bytes_before
            memory = most_memory([(0.0, agent.samples())])
            agent.stop()
    return {
        "seconds": round(seconds, 1),
        "cpu_percent": round(100 * cpu_s / seconds, 3),
        "cpu_percent_of_each": _shares(each_before, each, seconds),
        "mb_per_hour": round(grown / MB * 3600 / seconds, 3),
        "memory": memory,
    }


def measure_restart(options: Sequence[str]) -> dict[str, Any]:
    """The recorder killed: how long until it is noticed, and from then until another records."""
    noticed, again = [], []
    with start_xvfb(*SCREEN) as server:
        server.start_openbox()
        with whole_agent(server, fps=FPS, options=options) as agent:
            for _ in range(KILLS):
                _pause.wait(SOUND_S)
                noticed_s, again_s = _kill(agent)
                noticed.append(noticed_s)
                again.append(again_s)
            agent.stop()
    return {
        "kills": KILLS,
        "noticed_after_s": {"median": _median(noticed), "worst": round(max(noticed), 3)},
        "notice_to_recording_s": {"median": _median(again), "worst": round(max(again), 3)},
    }


def _kill(agent: WholeAgent) -> tuple[float, float]:
    pid = agent.wait_recording().recorder_pid
    killed_s = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: _is_restarting(agent), what="the agent to notice that its recorder is dead")
    noticed_s = time.monotonic()
    agent.wait_recording(other_than=pid)
    return noticed_s - killed_s, time.monotonic() - noticed_s


def _is_restarting(agent: WholeAgent) -> bool:
    state = agent.state
    return state is not None and state.state == "restarting"


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def measure_soak(minutes: float, options: Sequence[str]) -> dict[str, Any]:
    """The reference work again and again: whether memory, open files and threads grow."""
    ends_s = time.monotonic() + minutes * 60
    with start_xvfb(*SCREEN) as server, whole_agent(server, fps=FPS, options=options) as agent:
        with MemoryWatch(agent) as watch:
            while (left_s := ends_s - time.monotonic()) > 1:
                start_work(server, min(WORK_S, left_s)).wait()
        agent.stop()
    return {"minutes": minutes, "samples": len(watch.kept)} | growth(watch.kept)


def growth(kept: Sequence[tuple[float, dict[str, Sample]]]) -> dict[str, Any]:
    """Each process in the half minute after the second minute, and in the last half minute: medians, and the growth.

    What grows is measured on the memory that is a process's own: what it shares changes with what else runs. The work
    goes through the same acts every 101 s, so a short soak compares different acts with each other.
    """
    end_s = kept[-1][0]
    early = [one for at_s, one in kept if COMPARED_FROM_S <= at_s <= COMPARED_FROM_S + COMPARED_S]
    late = [one for at_s, one in kept if at_s >= end_s - COMPARED_S]
    found: dict[str, Any] = {}
    for name in ("resident", "recorder"):
        before, after = _held(early, name), _held(late, name)
        if before is None or after is None:
            found[name] = None
            continue
        percent = round(100 * (after["own_mb"] / before["own_mb"] - 1), 2)
        found[name] = {"early": before, "late": after, "growth_percent": percent}
    return found


def _held(samples: Sequence[dict[str, Sample]], name: str) -> dict[str, float] | None:
    """Medians; None if it was never seen."""
    ours = [one[name] for one in samples if name in one]
    if not ours:
        return None
    return {
        "own_mb": round(statistics.median(one.memory.own_bytes for one in ours) / MB, 2),
        "resident_mb": round(statistics.median(one.memory.resident_bytes for one in ours) / MB, 2),
        "open_files": statistics.median(one.open_files for one in ours),
        "threads": statistics.median(one.threads for one in ours),
    }


def main() -> int:
    """Measure what was asked, and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.agent", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--seconds", type=float, default=WORK_S, help="how long to work (default %(default)s)")
    parser.add_argument(
        "--soak-minutes",
        type=float,
        default=SOAK_MINUTES,
        help="at least 4; 120 for the long one (default %(default)s)",
    )
    parser.add_argument("--no-window", action="store_true", help="measure the agent without its window")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown or asked.soak_minutes < 4:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}" if unknown else "a soak takes 4 minutes")
    options = ["--no-window"] if asked.no_window else []
    result: dict[str, Any] = {"window": not asked.no_window, "load_at_start": round(os.getloadavg()[0], 2)}
    if "work" in asked.parts:
        result["work"] = measure_work(asked.seconds, options)
    if "idle" in asked.parts:
        result["idle"] = measure_idle(options)
    if "restart" in asked.parts:
        result["restart"] = measure_restart(options)
    if "soak" in asked.parts:
        result["soak"] = measure_soak(asked.soak_minutes, options)
    result["load_at_end"] = round(os.getloadavg()[0], 2)
    result["goals"] = goals(result)
    print(json.dumps(result, indent=2, ensure_ascii=False))
    return 0


def goals(result: dict[str, Any]) -> dict[str, bool | None]:
    """What was reached of what we want; only what was measured."""
    found: dict[str, bool | None] = {}
    if idle := result.get("idle"):
        found["idle_under_0.3_percent"] = idle["cpu_percent"] < 0.3
        found["idle_under_1_mb_per_hour"] = idle["mb_per_hour"] < 1
    if work := result.get("work"):
        peak = work["memory"]["recorder"]["peak_resident_mb"]
        found["recorder_under_200_mb"] = None if peak is None else peak < 200
    if restart := result.get("restart"):
        found["records_again_within_3_s"] = restart["notice_to_recording_s"]["worst"] < 3
    if soak := result.get("soak"):
        grown = [soak[name]["growth_percent"] for name in ("resident", "recorder") if soak[name] is not None]
        found["memory_grows_under_2_percent"] = max(grown) < 2 if len(grown) == 2 else None
    return found


if __name__ == "__main__":
    sys.exit(main())
