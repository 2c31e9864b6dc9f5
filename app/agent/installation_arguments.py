"""What `tachiai-agent install`, `uninstall` and `start` are asked on the command line."""

import argparse
from typing import Any

EXAMPLES = """\
examples:
  tachiai-agent install --dry-run    say what would be written
  tachiai-agent install              for you: from your next desktop session on
  sudo tachiai-agent install --system    for everybody who logs in on this machine
  tachiai-agent uninstall            remove exactly what was installed for you

exit status:
  0 done · 4 something is in the way, or cannot be written or removed · 64 wrong usage
"""


def add_installation(commands: Any) -> None:
    """Declare the three commands."""
    install = commands.add_parser(
        "install",
        help="let every desktop session start the agent",
        description="Write an autostart entry and a systemd user unit, so that desktop sessions start the agent.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    uninstall = commands.add_parser(
        "uninstall",
        help="remove exactly what install wrote",
        description="Remove what install wrote, as long as nobody changed it since.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for parser in (install, uninstall):
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--user", action="store_true", help="for you alone (this is so if nothing is said)")
        whose.add_argument("--system", action="store_true", help="for every user of this machine; as root")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    commands.add_parser(
        "start",
        help="start the installed agent: by the user's service manager, else directly",
        description="Start the agent as it was installed: by the user's systemd if there is one, else directly.",
    )
