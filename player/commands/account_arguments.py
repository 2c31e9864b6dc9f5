"""What `tachiai-player accounted` is asked."""

from player.commands.argument_parts import JSON_HELP, Commands, UsageParser, add_recording, command
from resources.words import LANGUAGES

EPILOG = """\
examples:
  tachiai-player accounted 20261122
  tachiai-player accounted 20261122 --entries
  tachiai-player accounted 20261122 --json | jq 'select(.type == "entry" and .class == "gap")'

Every nanosecond of the session counts once: it was recorded, idle, locked, masked, or not recorded and why. Together
that is the session's length exactly. (How much of it persons have watched is what `review coverage` says.)
"""


def add_accounted(commands: "Commands[UsageParser]") -> None:
    """The command."""
    one = command(commands, "accounted", "account for every second: recorded, idle, locked, masked, or why not", EPILOG)
    add_recording(one)
    one.add_argument("--entries", action="store_true", help="every stretch of the session, not only the totals")
    one.add_argument("--language", choices=LANGUAGES, default="en", help="of the words (default %(default)s)")
    one.add_argument("--json", action="store_true", help=JSON_HELP)
