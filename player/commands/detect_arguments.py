"""What `tachiai-player detect` is asked."""

from pathlib import Path

from player.commands.argument_parts import JSON_HELP, RECORDING_HELP, Commands, UsageParser, add_library, command

EPILOG = """\
examples:
  tachiai-player detect 20261122
  tachiai-player detect 20261120 20261121 20261122 --rules /etc/tachiai/rules
  tachiai-player detect 20261122 --json | jq -r 'select(.severity == "critical") | .title'

Today's rules over old recordings, judged by the same code as while they were recorded. Rules with a fault are not used
in part: `tachiai-agent rules check` says what is wrong with them.

exit status:
  0 a rule fired · 1 none did · 3 no key, or the rules have a fault · 4 reading failed · 64 wrong usage
"""


def add_detect(commands: "Commands[UsageParser]") -> None:
    """The command."""
    one = command(commands, "detect", "judge recordings by today's rules", EPILOG)
    one.add_argument("recordings", nargs="+", metavar="RECORDING", help=RECORDING_HELP)
    one.add_argument(
        "--rules", type=Path, action="append", metavar="DIR", help="these rules instead of those of the program"
    )
    add_library(one)
    one.add_argument("--json", action="store_true", help=JSON_HELP)
