"""How fast chunks are sealed, verified and opened on this machine: `python -m benchmarks.sealing`, JSON on stdout.

CPU figures are of this process alone (`time.process_time`); "with_disk" is by the wall clock, a sync a chunk included.
"""

import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from recorder.clock import SystemClock
from recorder.evidence.key_folder import ensure_local_keys, load_key_ring, trusted_devices
from recorder.evidence.keys import DeviceTrust, KeyRing
from recorder.evidence.reader import RecordingReader
from recorder.evidence.verify import verify
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader

SIZES_BYTES = (1_000, 16_384, 250_000)
BYTES_A_RUN = 48_000_000
MOST_CHUNKS = 2_000


def measure(folder: Path, size_bytes: int) -> dict[str, float]:
    """Seal, verify and open a recording of chunks of this size."""
    keys = ensure_local_keys(folder / "keys")
    clock = SystemClock()
    header = SessionHeader(f"bench-{size_bytes}", "bench", "bench", "bench", clock.read(), 0, "benchmark")
    writer = RecordingWriter.create(
        folder / "library",
        header,
        device=keys.device,
        recipients=keys.recipients,
        clock=clock,
        limits=Limits(reserve_bytes=4096),
    )
    count = min(MOST_CHUNKS, BYTES_A_RUN // size_bytes)
    # A list with one binary of random bytes: what no compression helps, as a picture is.
    body = b"\x91\x93\xa4test\x00\xc6" + (size_bytes - 12).to_bytes(4, "big") + os.urandom(size_bytes - 12)
    result = {"chunk_bytes": size_bytes, "chunks": count} | sealing(writer, body, count)
    devices, ring = trusted_devices(folder / "keys"), load_key_ring(folder / "keys")
    result |= rates("verify", count, size_bytes, lambda: verify(writer.folder, devices=devices))
    result |= rates("verify_and_open", count, size_bytes, lambda: read_all(writer.folder, ring, devices))
    stored = sum(path.stat().st_size for path in writer.folder.glob("*.seg"))
    return result | {"overhead_bytes_a_chunk": round(stored / count - size_bytes, 1)}


def sealing(writer: RecordingWriter, body: bytes, count: int) -> dict[str, float]:
    """Seal this body so many times."""
    writer.start_segment("start")
    waits = []
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(count):
        if writer.wants_new_segment:
            writer.start_segment("rollover")
        before = time.perf_counter()
        writer.append(body)
        waits.append((time.perf_counter() - before) * 1000)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    writer.close("asked")
    return {
        "seal_cpu_ms_a_chunk": round(cpu / count * 1000, 3),
        "seal_chunks_s_of_cpu": round(count / cpu),
        "seal_mb_s_of_cpu": round(count * len(body) / cpu / 1e6, 1),
        "seal_with_disk_p50_ms": round(statistics.median(waits), 2),
        "seal_with_disk_p99_ms": round(statistics.quantiles(waits, n=100)[98], 2),
        "seal_with_disk_chunks_s": round(count / wall),
    }


def read_all(folder: Path, ring: KeyRing, devices: DeviceTrust) -> None:
    """Verify and open every chunk."""
    reader = RecordingReader.open(folder, keys=ring, devices=devices)
    for segment in reader.segments:
        for _ in reader.chunks(segment.number):
            pass
    if reader.findings:
        message = f"the benchmark's own recording is not sound: {reader.findings}"
        raise SystemExit(message)


def rates(name: str, count: int, size_bytes: int, work: Callable[[], object]) -> dict[str, float]:
    """Chunks and megabytes a second of CPU, the best of three."""
    best = min(timed(work) for _ in range(3))
    return {
        f"{name}_chunks_s": round(count / best),
        f"{name}_mb_s": round(count * size_bytes / best / 1e6, 1),
    }


def timed(work: Callable[[], object]) -> float:
    """Seconds of CPU."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Measure each size and print."""
    with tempfile.TemporaryDirectory() as folder:
        measured = [measure(Path(folder) / str(size), size) for size in SIZES_BYTES]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"benchmark": "sealing", "peak_rss_mb": round(peak_mb, 1), "sizes": measured}, indent=2))


if __name__ == "__main__":
    main()
