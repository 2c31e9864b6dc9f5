"""Start `tachiai-agent`."""

import sys

from app.agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
