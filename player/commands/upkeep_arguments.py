"""What `tachiai-player reindex` and `tachiai-player walls` are asked."""

from player.commands.argument_parts import JSON_HELP, Commands, UsageParser, add_library, command

REINDEX_EPILOG = """\
examples:
  tachiai-player reindex

The index is only there to be quick. Deleting it, or making it again, loses nothing.
"""

WALLS_EPILOG = """\
examples:
  tachiai-player walls
  tachiai-player walls --json

Pictures are decoded in a process that can reach neither files nor network nor other processes. This lets one try.
"""


def add_upkeep(commands: "Commands[UsageParser]") -> None:
    """The two commands."""
    says = "make the index of the library again from its recordings"
    reindex = command(commands, "reindex", says, REINDEX_EPILOG)
    add_library(reindex)
    says = "try the walls around the decoder of recorded pictures, and say how they stand"
    walls = command(commands, "walls", says, WALLS_EPILOG)
    for one in (reindex, walls):
        one.add_argument("--json", action="store_true", help=JSON_HELP)
