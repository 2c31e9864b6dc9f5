"""A library of a thousand recordings and five million rows: how long listing takes, and a search to its first hits.

    .venv/bin/python -m benchmarks.library [--rows N] [--recordings N] [--out FILE.json]

The recordings are real and small, so that listing reads what it reads; their operation logs go into the index through
its own door, with the fingerprints of the folders, so that nothing is left to read. `first_hits` is what a person waits
for as they type: from the call, opening the index included, to at most 100 hits in hand. `all_hits` is the same for at
most 1,000. Every third query is narrowed by a facet that holds of a tenth of the recordings.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.search import BATCH, LENGTHS, QUERIES_EACH, _percentile_ms, _query, _Words
from player.catalogue import chosen
from player.facets import Facets
from player.library import Library, fingerprint
from player.search import MOST_HITS, find_in_index, learn
from recorder.clock import Instant
from recorder.evidence.keys import AuditorKey, DeviceKey, DeviceTrust, KeyRing, Recipients, RootKey
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.format.payload import encode_events
from recorder.store.index import Index, Reached
from recorder.store.sqlite_door import sqlite3

S = 1_000_000_000
STARTED_WALL_NS = 1_772_373_909 * S
FIRST_HITS = 100
OPERATORS = 10
TIMES = 5


def main() -> int:
    """Measure, print, and keep as JSON."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library", devices=DeviceTrust({}), index=Path(folder) / "index" / "i.sqlite3")
        _record(library.folder, asked.recordings)
        without_index_s = min(_timed(library.entries)[0] for _ in range(2))
        texts, build_s = _index(library, asked.rows // asked.recordings)
        _timed(library.entries)  # the first list keeps what it learned
        result = {
            "recordings": asked.recordings,
            "rows": asked.rows,
            "sqlite": sqlite3.sqlite_version,
            "build_s": round(build_s, 1),
            "index_bytes": library.index_path.stat().st_size,
            "list_without_index_ms": round(1000 * without_index_s),
            "list_ms": _percentile_ms([_timed(library.entries)[0] for _ in range(TIMES)], 0.5),
            "look_for_news_ms": _percentile_ms(
                [_timed(lambda: learn(library, keys=KeyRing))[0] for _ in range(TIMES)], 0.5
            ),
            "queries": {str(length): _measure(library, texts, length) for length in LENGTHS},
        }
    text = json.dumps(result, ensure_ascii=False, indent=2)
    print(text)
    if asked.out is not None:
        asked.out.write_text(text + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--recordings", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


class _Clock:
    """Always the session's start."""

    def __init__(self, started: Instant) -> None:
        self._started = started

    def boot_ns(self) -> int:
        return self._started.boot_ns

    def read(self) -> Instant:
        return self._started


def _record(library: Path, recordings: int) -> None:
    """Real recordings, an hour apart, with nothing in them."""
    device, auditor = DeviceKey.generate(), AuditorKey.generate("auditor")
    recipients = Recipients.sign([auditor.public], version=1, root=RootKey.generate())
    for number in range(recordings):
        wall_ns = STARTED_WALL_NS + number * 3600 * S
        started = Instant(1, 1, wall_ns)
        name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(wall_ns // S)) + f"-{number:08x}"
        header = SessionHeader(
            name, f"operator {number % OPERATORS}", f"web{number % 50}", "patching", started, 9 * 3600, "bench 1"
        )
        writer = RecordingWriter.create(
            library, header, device=device, recipients=recipients, clock=_Clock(started), limits=Limits(reserve_bytes=1)
        )
        writer.start_segment("start")
        writer.append(encode_events([]))
        writer.close("asked")


def _index(library: Library, rows_each: int) -> tuple[list[str], float]:
    """The operation logs, as if they had been read; a sample of the texts, and the seconds it took to keep them."""
    words, sample, spent_s = _Words(random.Random(1)), list[str](), 0.0
    with Index.open(library.index_path) as index:
        for folder in library.folders():
            since: Reached | None = None
            rows = [words.row(2 * S * (1 + number)) for number in range(rows_each)]
            sample.extend(row.text for row in rows[::50])
            for sequence, start in enumerate(range(0, len(rows), BATCH)):
                is_last = start + BATCH >= len(rows)
                reached = Reached(1, sequence, 1, fingerprint(folder) if is_last else "", b"")
                began_s = time.perf_counter()
                index.append(
                    folder.name,
                    rows[start : start + BATCH],
                    since=since,
                    reached=reached,
                    started_wall_ns=int(folder.name[-8:], 16),
                )
                spent_s += time.perf_counter() - began_s
                since = reached
    return sample, spent_s


def _measure(library: Library, texts: Sequence[str], length: int) -> dict[str, float | int]:
    """Each query to its first hundred hits, then to a thousand."""
    rng = random.Random(length)
    first_s: list[float] = []
    all_s: list[float] = []
    narrow = {entry.session_id for entry in chosen(library, Facets(operator="operator 3")).items}
    for number in range(QUERIES_EACH):
        query = _query(rng, texts, length, is_there=number % 5 != 0)
        only = narrow if number % 3 == 0 else None
        for limit, spent_s in ((FIRST_HITS, first_s), (MOST_HITS, all_s)):
            spent_s.append(_timed(lambda: find_in_index(query, library, limit=limit, only=only))[0])  # noqa: B023
    return {
        "queries": QUERIES_EACH,
        "first_hits_p50_ms": _percentile_ms(first_s, 0.5),
        "first_hits_p95_ms": _percentile_ms(first_s, 0.95),
        "first_hits_max_ms": _percentile_ms(first_s, 1.0),
        "all_hits_p95_ms": _percentile_ms(all_s, 0.95),
    }


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    began_s = time.perf_counter()
    answer = work()
    return time.perf_counter() - began_s, answer


if __name__ == "__main__":
    sys.exit(main())
