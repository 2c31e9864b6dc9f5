"""`python -m player.worker [FILE NUMBER OF THE SHARED MEMORY]`: decodes pictures for a player, behind walls."""

import sys

from player.worker import serving

if __name__ == "__main__":
    sys.exit(serving.run(sys.argv[1:]))
