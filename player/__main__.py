"""`tachiai-player`, and `python -m player`."""

import sys

from player.ui.printing_argument import ARGUMENT as PRINTING
from player.worker.argument import ARGUMENT
from recorder.process_guard import guard_memory


def main() -> int:
    """The program: what it opens with the auditor's keys is kept to itself."""
    guard_memory()
    if sys.argv[1:2] == [ARGUMENT]:  # the frozen program is its own worker; that needs no more of the player
        from player.worker.serving import run

        return run(sys.argv[2:])
    if sys.argv[1:2] == [PRINTING]:
        from player.ui import printing_process

        return printing_process.run(sys.argv[2:])
    from player import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
