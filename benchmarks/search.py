"""Search in an index of a million rows: its size, how long it takes to make, how long a query takes.

    .venv/bin/python -m benchmarks.search [--rows N] [--recordings N] [--out FILE.json]

The rows are typed text, titles and command lines, English and Japanese, from a fixed seed. Queries are pieces of what
is in the rows, and one in five is turned round, so that it mostly is not. Each is timed from the call to the last of at
most 1,000 hits in hand; `first_100` is the same for at most 100, what a person waits for as they type.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from recorder.logrow import LogRow
from recorder.store.folding import fold
from recorder.store.index import Index, Reached
from recorder.store.sqlite_door import sqlite3

BATCH = 2000
S = 1_000_000_000
LETTERS = "etaoinshrdlucmfwypvbgkqjxz"
KANJI = "設定変更確認起動停止管理者権限監査操作記録画面表示入力検索削除追加保存一覧接続切断"
KANA = "のをにはがでとしてあるからまでいますたれ"
LENGTHS = (1, 2, 3, 10)
QUERIES_EACH = 40


def main() -> int:
    """Measure, print, and keep as JSON."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index" / "bench.sqlite3"
        texts, build_s = _build(path, asked.rows, asked.recordings)
        with Index.open(path) as index:
            result = {
                "rows": asked.rows,
                "recordings": asked.recordings,
                "sqlite": sqlite3.sqlite_version,
                "build_s": round(build_s, 1),
                "rows_per_s": round(asked.rows / build_s),
                "index_bytes": path.stat().st_size,
                "bytes_per_row": round(path.stat().st_size / asked.rows),
                "text_bytes": sum(len(text.encode()) for text in texts) * asked.rows // len(texts),
                "queries": {str(length): _measure(index, texts, length) for length in LENGTHS},
            }
    print(json.dumps(result, ensure_ascii=False, indent=2))
    if asked.out is not None:
        asked.out.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--recordings", type=int, default=100)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _build(path: Path, rows: int, recordings: int) -> tuple[list[str], float]:
    """Make the index; a sample of its texts, and the seconds it took without the making up of rows."""
    rng = random.Random(1)
    words, sample, spent_s = _Words(rng), list[str](), 0.0
    with Index.open(path) as index:
        for number in range(recordings):
            since: Reached | None = None
            for sequence, batch in enumerate(_batches(words, rows // recordings)):
                sample.extend(row.text for row in batch[::50])
                reached = Reached(1, sequence, sequence, "", b"")
                began_s = time.perf_counter()
                if not index.append(f"r{number:04}", batch, since=since, reached=reached, started_wall_ns=number):
                    return sample, spent_s
                spent_s += time.perf_counter() - began_s
                since = reached
    return sample, spent_s


def _batches(words: "_Words", rows: int) -> Iterator[Sequence[LogRow]]:
    at_ns = 0
    for start in range(0, rows, BATCH):
        batch = []
        for _ in range(min(BATCH, rows - start)):
            at_ns += 2 * S
            batch.append(words.row(at_ns))
        yield batch


class _Words:
    """Makes up rows whose words repeat as words do: a few often, most seldom."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._english = [self._word(LETTERS, 2, 10) for _ in range(30_000)]
        self._japanese = [self._word(KANJI, 1, 3) + self._word(KANA, 0, 3) for _ in range(8_000)]

    def row(self, at_ns: int) -> LogRow:
        """One row: half typed, the rest titles and command lines; a third of the words Japanese."""
        text = " ".join(self._pick() for _ in range(self._rng.randint(1, 8)))
        kind = self._rng.choice(("text", "text", "window", "process"))
        if kind == "text":
            times = tuple(at_ns + number * S // 10 for number in range(len(text)))
            return LogRow(at_ns, times[-1], kind, text, text_at_ns=times, application="xterm", window="root@web1: ~")
        also = "/usr/bin/" + self._english[self._rng.randrange(200)]
        return LogRow(at_ns, at_ns, kind, text, "process 4711", "xterm", text, also=also)

    def _pick(self) -> str:
        words = self._japanese if self._rng.random() < 1 / 3 else self._english
        return words[min(len(words) - 1, int(self._rng.paretovariate(0.6)) - 1)]

    def _word(self, letters: str, least: int, most: int) -> str:
        weights = [1 / (place + 1) for place in range(len(letters))]
        return "".join(self._rng.choices(letters, weights, k=self._rng.randint(least, most)))


def _measure(index: Index, texts: Sequence[str], length: int) -> dict[str, float | int]:
    """The time of each of many queries of this length."""
    rng = random.Random(length)
    spent_s: list[float] = []
    first_s: list[float] = []
    hits = 0
    for number in range(QUERIES_EACH):
        query = _query(rng, texts, length, is_there=number % 5 != 0)
        first_s.append(_timed(index, query, 100)[0])
        seconds, found = _timed(index, query, 1000)
        spent_s.append(seconds)
        hits += found
    return {
        "queries": len(spent_s),
        "hits_mean": round(hits / len(spent_s)),
        "p50_ms": _percentile_ms(spent_s, 0.5),
        "p95_ms": _percentile_ms(spent_s, 0.95),
        "max_ms": _percentile_ms(spent_s, 1.0),
        "first_100_p95_ms": _percentile_ms(first_s, 0.95),
    }


def _timed(index: Index, query: str, limit: int) -> tuple[float, int]:
    began_s = time.perf_counter()
    found = len(index.find(query, limit=limit).hits)
    return time.perf_counter() - began_s, found


def _query(rng: random.Random, texts: Sequence[str], length: int, *, is_there: bool) -> str:
    while True:
        text = rng.choice(texts)
        if len(text) >= length:
            start = rng.randrange(len(text) - length + 1)
            piece = text[start : start + length]
            if fold(piece).strip():
                return piece if is_there else piece[::-1] if length > 1 else "鬱"


def _percentile_ms(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


if __name__ == "__main__":
    sys.exit(main())
