"""How smooth the operation log is with a million rows: `python -m benchmarks.oplog [--rows N]`, JSON out."""

import argparse
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from player.row_filter import RowFilter
from player.ui import application
from player.ui.log_view import LogView
from player.ui.reading import News
from recorder.logrow import LogRow
from resources.ui.dressing import make_look
from resources.ui.settings import ThrowawaySettings
from resources.ui.signals import HomeCarrier

S = 1_000_000_000
WAIT_MS = 60_000
SCROLLS = 200
ROWS_BETWEEN_NEWS = 2000
FILTERS = {
    "one_kind": RowFilter(kinds=frozenset({"alert"})),
    "one_application": RowFilter(applications=frozenset({"psql"})),
    "graver_than_low": RowFilter(least_severity="medium"),
    "rare_text": RowFilter(text="billing.service 77777"),
    "common_text": RowFilter(text="e"),
    "all_of_them": RowFilter(
        kinds=frozenset({"text", "alert"}), applications=frozenset({"psql"}), text="drop", least_severity="low"
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oplog", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many rows (default %(default)s)")
    asked = parser.parse_args()
    application.make_application(offscreen=True)
    print(json.dumps(measure(asked.rows), indent=2))
    return 0


def measure(count: int) -> dict[str, Any]:
    """Everything, on one log."""
    rows = made_rows(count)
    before_mb = _resident_mb()
    settings, carrier = ThrowawaySettings("dark", "en"), HomeCarrier()
    view = LogView(look=make_look(settings), home=carrier.carry, settings=settings, wall_ns=lambda at_ns: at_ns)
    view.resize(1000, 900)
    view.show()
    try:
        result: dict[str, Any] = {"load_at_start": os.getloadavg()[0], "rows": count}
        result["shown_ms"] = _timed_ms(lambda: view.show_recording(_news(rows, count), 0))
        result["columns_ready_ms"] = _timed_ms(lambda: _settle(view))
        result["filter_ms"] = {name: filtering(view, wanted) for name, wanted in FILTERS.items()}
        view.narrow(RowFilter())
        view.group(is_grouped=True)
        result["group_ms"] = _timed_ms(lambda: _settle(view))
        view.group(is_grouped=False)
        _settle(view)
        result["scroll_ms"] = scrolling(view)
        result["follow_ms"] = following(view, rows)
        result["more_rows_ms"] = growing(view, rows, count)
        result["memory_mb"] = {"rows": before_mb, "with_log": _resident_mb(), "peak": _peak_mb()}
        result["load_at_end"] = os.getloadavg()[0]
    finally:
        view.stop()
        carrier.shut()
    result["goals"] = goals(result)
    return result


def goals(result: dict[str, Any]) -> dict[str, bool]:
    """Whether what was promised holds."""
    worst_ms = max(figures["to_first_rows"] for figures in result["filter_ms"].values())
    return {
        "filters_under_500_ms": worst_ms < 500,
        "scroll_p95_under_33_ms": result["scroll_ms"]["p95"] < 33,
        "follow_p95_under_33_ms": result["follow_ms"]["p95"] < 33,
        "window_waits_under_100_ms_for_filters": max(
            figures["window_waits"] for figures in result["filter_ms"].values()
        )
        < 100,
    }


def filtering(view: LogView, wanted: RowFilter) -> dict[str, float]:
    """From asking to the first rows painted; and how long the window itself stood still in that time."""
    view.narrow(RowFilter())
    _settle(view)
    started = time.perf_counter()
    asked_ms = _timed_ms(lambda: view.narrow(wanted))
    longest_ms = max(asked_ms, _settle(view))
    painted_ms = _timed_ms(view.view.viewport().repaint)
    return {
        "to_first_rows": (time.perf_counter() - started) * 1000,
        "window_waits": max(longest_ms, painted_ms),
        "rows": len(view.places),
    }


def scrolling(view: LogView) -> dict[str, float]:
    """To random places and page by page: until it is painted."""
    pick, bar = random.Random(2), view.view.verticalScrollBar()

    def scroll(number: int) -> None:
        bar.setValue(pick.randrange(bar.maximum()) if number % 2 else bar.value() + bar.pageStep())
        view.view.viewport().repaint()

    return spent_too([partial(scroll, number) for number in range(SCROLLS)])


def following(view: LogView, rows: list[LogRow]) -> dict[str, float]:
    """The playing position moves on: its row is found, marked and brought into sight."""
    pick = random.Random(3)

    def follow() -> None:
        view.follow(rows[pick.randrange(len(rows))].at_ns)
        view.view.viewport().repaint()

    return spent_too([follow] * SCROLLS)


def spent_too(works: list[Callable[[], None]]) -> dict[str, float]:
    """The usual figures, and beside them those of the processor time, which other programs disturb less."""
    waited_ms, spent_ms = [], []
    for work in works:
        spent = time.process_time()
        waited_ms.append(_timed_ms(work))
        spent_ms.append((time.process_time() - spent) * 1000)
    cpu_p50, cpu_p95 = np.percentile(spent_ms, (50, 95)).tolist()
    return {**summary(waited_ms), "cpu_p50": cpu_p50, "cpu_p95": cpu_p95}


def growing(view: LogView, rows: list[LogRow], count: int) -> dict[str, float]:
    """More rows come while a filter is on: how long the window stands still for them."""
    view.narrow(FILTERS["common_text"])
    _settle(view)
    times_ms = []
    for number in range(10):
        more = _news(rows + made_rows(ROWS_BETWEEN_NEWS * (number + 1), from_s=count), count)
        asked_ms = _timed_ms(partial(view.show_news, more))
        times_ms.append(max(asked_ms, _settle(view)))
    return summary(times_ms)


def made_rows(count: int, *, from_s: int = 0) -> list[LogRow]:
    """Rows as a long session has them: many applications and titles, no text quite like the one before."""
    pick = random.Random(1)
    programs = [
        ("psql", "text"),
        ("firefox", "window"),
        ("gnome-terminal", "keys"),
        ("code", "click"),
        (None, "process"),
    ]
    made = []
    for number in range(count):
        application_name, kind = programs[pick.randrange(5)]
        at_ns = (from_s + number) * S // 10
        severity = "informational"
        if number % 997 == 0:
            kind, severity = "alert", "high"
        text = f"systemctl restart billing.service {number}" if number % 3 else f"drop table entries_{number}"
        title = f"{application_name} – work on change {number // 50 % 4000}" if application_name else None
        made.append(LogRow(at_ns, at_ns, kind, text, f"process {number}", application_name, title, severity=severity))
    return made


def summary(times_ms: list[float]) -> dict[str, float]:
    """The usual figures."""
    p50, p95 = np.percentile(times_ms, (50, 95)).tolist()
    return {"p50": p50, "p95": p95, "worst": max(times_ms), "times": len(times_ms)}


def _news(rows: list[LogRow], settled: int) -> News:
    empty = np.empty(0, np.int64)
    return News(
        duration_ns=rows[-1].at_ns,
        is_live=False,
        is_complete=True,
        rows=rows,
        settled=settled,
        revision=0,
        spans=(),
        idle=(),
        change_times_ns=empty,
        change_px=empty,
        operator_times_ns=empty,
        reached_ns=rows[-1].at_ns,
    )


def _settle(view: LogView) -> float:
    """Run Qt's events until the log shows what was asked; the longest time between two of its ticks, in ms."""
    loop, tick, longest_ms = QEventLoop(), QTimer(), 0.0
    last = time.perf_counter()

    def look() -> None:
        nonlocal last, longest_ms
        now = time.perf_counter()
        longest_ms, last = max(longest_ms, (now - last) * 1000), now
        if view.is_settled:
            loop.quit()

    tick.timeout.connect(look)
    tick.start(1)
    QTimer.singleShot(WAIT_MS, loop, lambda: loop.exit(1))
    if loop.exec():
        message = "the log did not settle"
        raise RuntimeError(message)
    return longest_ms


def _timed_ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(main())
