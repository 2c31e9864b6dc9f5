"""`tachiai-player`, and `python -m player`."""

import sys

from player import cli
from recorder.process_guard import guard_memory


def main() -> int:
    """The program: what it opens with the auditor's keys is kept to itself."""
    guard_memory()
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
