"""The screen codec on the reference work: bytes, CPU, exactness, decoding, seeking, film. One JSON object.

    python -m benchmarks.codec [--work FILE] [--out FILE.json]

Without a captured work it starts Xvfb and captures one, with ffmpeg (x11grab, 5 fps, libx264 veryfast crf 23)
recording the same display at the same time.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmarks.capture_work import HEIGHT_PX, PER_S, WIDTH_PX, Picture, capture, pictures
from benchmarks.work.operator import WORK_S
from recorder.codec.decoder import ScreenDecoder
from recorder.codec.encoder import ScreenEncoder
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect

FILM_S = 20
Json = dict[str, object]


@dataclass(slots=True)
class Replay:
    """What came of replaying a work."""

    patches: list[Patch] = field(default_factory=list)
    snapshots: list[tuple[int, Snapshot]] = field(default_factory=list)  # with the number of patches before
    cpu_s: float = 0.0
    decode_s: float = 0.0
    unequal: int = 0


def replay(path: Path) -> Replay:
    """Encode every picture from the box that changed, decode it, and compare every pixel."""
    done, last = Replay(), None
    encoder, decoder = ScreenEncoder(0, WIDTH_PX, HEIGHT_PX), ScreenDecoder()
    for at_ns, picture in pictures(path):
        area = Rect(0, 0, WIDTH_PX, HEIGHT_PX) if last is None else _changed(last, picture)
        pixels = np.ascontiguousarray(picture[area.top : area.bottom, area.left : area.right])
        began = time.process_time()
        patch = encoder.start_segment(pixels, at_ns) if last is None else encoder.encode([(area, pixels)], at_ns)
        snapshot = encoder.snapshot(at_ns) if encoder.snapshot_due() else None
        done.cpu_s += time.process_time() - began
        last = picture
        if patch is not None:
            done.patches.append(patch)
            began = time.process_time()
            decoder.apply(patch)
            done.decode_s += time.process_time() - began
        if snapshot is not None:
            decoder.apply(snapshot)
            done.snapshots.append((len(done.patches), snapshot))
        done.unequal += not np.array_equal(decoder.picture, picture[..., :3])
    return done


def _changed(before: Picture, after: Picture) -> Rect:
    differs = (before.view(np.uint32) != after.view(np.uint32))[..., 0]
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return Rect(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def seeks(done: Replay) -> Json:
    """What it costs to show each moment from the last snapshot, with nothing decoded beforehand."""
    costs_ms = []
    for target in range(1, len(done.patches) + 1, 5):
        before = [(count, snapshot) for count, snapshot in done.snapshots if count <= target]
        began = time.process_time()
        if before:
            count, snapshot = before[-1]
            decoder = ScreenDecoder.from_snapshot(snapshot, done.patches[:count])
        else:
            count, decoder = 0, ScreenDecoder()
        for patch in done.patches[count:target]:
            decoder.apply(patch)
        costs_ms.append((time.process_time() - began) * 1e3)
    return {
        "seeks": len(costs_ms),
        "median_ms": _at(costs_ms, 50),
        "p95_ms": _at(costs_ms, 95),
        "max_ms": max(costs_ms),
    }


def _at(numbers: list[float], percent: int) -> float:
    return round(float(np.percentile(numbers, percent)), 1)


def film() -> Json:
    """A film with grain over the whole screen: bytes, CPU, the oldest picture, and when it is exact after it stops."""
    encoder, size, cpu_s, oldest_ns, sent_ns = ScreenEncoder(0, WIDTH_PX, HEIGHT_PX), 0, 0.0, 0, 0
    frames = [_film_frame(number) for number in range(25)]
    whole = Rect(0, 0, WIDTH_PX, HEIGHT_PX)
    encoder.start_segment(np.zeros_like(frames[0]), 0)
    for number in range(FILM_S * PER_S):
        at_ns = (number + 1) * 1_000_000_000 // PER_S
        began = time.process_time()
        made = [encoder.encode([(whole, frames[number % 25])], at_ns)]
        while (settles_ns := encoder.settles_at_ns) is not None and settles_ns < at_ns + 1_000_000_000 // PER_S:
            at_ns = max(at_ns, settles_ns)
            made.append(encoder.settle(at_ns, partial(_part, frames[number % 25])))
        cpu_s += time.process_time() - began
        size += sum(len(patch.data) for patch in made if patch is not None)
        if any(patch is not None for patch in made):
            oldest_ns, sent_ns = max(oldest_ns, at_ns - sent_ns), at_ns
    return {
        "mb_per_hour": round(size * 3600 / FILM_S / 1e6, 1),
        "cpu_percent": round(cpu_s / FILM_S * 100, 1),
        "oldest_picture_s": oldest_ns / 1e9,
    }


def _part(picture: Picture, area: Rect) -> Picture:
    return np.ascontiguousarray(picture[area.top : area.bottom, area.left : area.right])


def _film_frame(number: int) -> Picture:
    rows, columns = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX]
    smooth = 128 + 60 * np.sin(rows / 90 + number / 4) * np.cos(columns / 130 - number / 6)
    detail = 30 * np.sin(rows / 7 + columns / 11 + number)
    grain = np.random.default_rng(number).normal(0, 4, (HEIGHT_PX, WIDTH_PX, 4))
    return np.clip((smooth + detail)[..., None] + grain, 0, 255).astype(np.uint8)


def capture_beside_ffmpeg(path: Path) -> Json:
    """Capture the work on a display of its own, with ffmpeg recording it too; what ffmpeg needed."""
    read, write = os.pipe()
    screen = ["-screen", "0", f"{WIDTH_PX}x{HEIGHT_PX}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), *screen], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            display = f":{answer.readline().strip()}"
        return _with_ffmpeg(display, path)
    finally:
        server.terminate()
        server.wait()


def _with_ffmpeg(display: str, path: Path) -> Json:
    video = path.with_suffix(".mkv")
    source = ["-f", "x11grab", "-framerate", str(PER_S), "-video_size", f"{WIDTH_PX}x{HEIGHT_PX}", "-i", display]
    codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", str(video)]
    command = ["ffmpeg", "-loglevel", "error", "-nostdin", "-y", *source, "-t", str(WORK_S), *codec]
    started: list[subprocess.Popen[bytes]] = []
    capture(display, WORK_S, path, when_ready=lambda: started.append(subprocess.Popen(command)))
    ffmpeg = started[0]
    _, _, usage = os.wait4(ffmpeg.pid, 0)
    ffmpeg.returncode = 0  # reaped above, for its usage
    cpu_s = usage.ru_utime + usage.ru_stime
    size = video.stat().st_size
    return {"mb_per_hour": round(_mb_per_hour(size), 1), "cpu_percent": round(cpu_s / WORK_S * 100, 1)}


def _mb_per_hour(size_bytes: int) -> float:
    return size_bytes * 3600 / WORK_S / 1e6


def measure(path: Path) -> Json:
    """Everything that can be measured on a captured work."""
    cv2.setNumThreads(1)  # as the recorder does
    done = replay(path)
    patches_bytes = sum(len(patch.data) for patch in done.patches)
    snapshots_bytes = sum(len(snapshot.data) for _, snapshot in done.snapshots)
    return {
        "pictures": len(done.patches),
        "pictures_not_equal": done.unequal,
        "mb_per_hour": round(_mb_per_hour(patches_bytes + snapshots_bytes), 1),
        "snapshots": len(done.snapshots),
        "snapshots_percent_of_bytes": round(100 * snapshots_bytes / patches_bytes, 1),
        "encode_cpu_percent": round(done.cpu_s / WORK_S * 100, 2),
        "decode_ms_per_picture": round(done.decode_s / len(done.patches) * 1e3, 2),
        "seek": seeks(done),
        "film": film(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.codec", description=__doc__)
    parser.add_argument("--work", type=Path, help="a captured work; without it one is captured")
    parser.add_argument("--out", type=Path, help="also write the result here")
    arguments = parser.parse_args()
    result: Json = {}
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.work or Path(folder) / "work.cap"
        if not path.exists():
            result["h264"] = capture_beside_ffmpeg(path)
        result["codec"] = measure(path)
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
