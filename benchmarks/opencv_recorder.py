"""The plainest recorder there is: mss takes pictures at a fixed rate, OpenCV's VideoWriter writes them."""

import argparse
import threading
import time

import cv2
import mss
import numpy as np


def main() -> None:
    """Record for so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="limit_s", type=float, required=True)
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--out", required=True)
    asked = parser.parse_args()
    pause = threading.Event()
    with mss.MSS() as screens:
        area = screens.monitors[0]
        size = (area["width"], area["height"])
        writer = cv2.VideoWriter(asked.out, cv2.VideoWriter.fourcc(*"mp4v"), asked.fps, size)
        started = time.monotonic()
        for number in range(int(asked.limit_s * asked.fps)):
            pause.wait(max(0.0, started + number / asked.fps - time.monotonic()))
            bgra = np.frombuffer(screens.grab(area).bgra, np.uint8).reshape(size[1], size[0], 4)
            writer.write(cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR))
        writer.release()


if __name__ == "__main__":
    main()
