"""Drive the reference work on a display; who records it is somebody else's matter."""

import argparse

from benchmarks.work.desktop import Desktop
from benchmarks.work.hands import Hands
from benchmarks.work.operator import WORK_S, work


def main() -> None:
    """Start the programs, work, and clean up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.work", description=__doc__)
    parser.add_argument("--display", required=True, help="an X display of 1920×1080, as :7")
    parser.add_argument("--seconds", type=float, default=WORK_S, help="how long to work (default %(default)s)")
    arguments = parser.parse_args()
    hands = Hands(arguments.display)
    with Desktop(arguments.display) as desktop:
        windows = desktop.start(hands)
        print("ready", flush=True)
        work(hands, windows, desktop, seconds=arguments.seconds)
    hands.close()


if __name__ == "__main__":
    main()
