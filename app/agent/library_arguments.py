"""What `tachiai-agent library` is asked on the command line."""

import argparse
from pathlib import Path
from typing import Any

LONGEST_WHY = 2000
EPILOG = """\
examples:
  tachiai-agent library status                             what is kept, held, and has expired
  tachiai-agent library hold 20261122T154800Z-5ec0ffee --why 'case 17'
  tachiai-agent library release 20261122T154800Z-5ec0ffee --why 'case 17 is closed'
  tachiai-agent library expire --dry-run                   what would expire now, and what stands against it
  tachiai-agent library expire                             let it expire, each with a signed tombstone first

How long and how much is kept, and in which archive a recording must lie before it goes, says the policy ([storage]).

exit status:
  0 as asked · 3 it cannot be done (no such recording, held already, holds that cannot be trusted)
  4 storage failed, or something that was to expire did not · 64 wrong usage
"""


def add_library_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """The command `library` and those under it."""
    library = commands.add_parser(
        "library",
        help="say what is kept, hold recordings back, and let expire what the policy no longer keeps",
        description="Keep the library: its size, what is held back from expiring and why, what has expired.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    under = library.add_subparsers(dest="library_command", required=True, metavar="WHAT", parser_class=type(library))
    _add(under, "status", "say what is kept, held, and has expired")
    for name, says in (("hold", "hold a recording back from expiring"), ("release", "let it expire again")):
        one = _add(under, name, says)
        one.add_argument("recording", metavar="RECORDING", help="its id, or the beginning of its id")
        one.add_argument("--why", type=_why, required=True, metavar="TEXT", help="why: a case, who asked for it")
        one.add_argument("--who", type=_why, metavar="NAME", help="who says so (default: your login name)")
    expire = _add(under, "expire", "let expire what the policy no longer keeps")
    expire.add_argument("--dry-run", action="store_true", help="say what would expire, and change nothing")
    expire.add_argument(
        "--also-interrupted",
        action="store_true",
        help="also recordings without an end that nobody records any more (else they stay)",
    )
    expire.add_argument("--policy", type=Path, metavar="FILE", help="this policy (default: the one in force)")


def _add(under: "argparse._SubParsersAction[Any]", name: str, says: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = under.add_parser(name, help=says, description=f"{says[0].upper()}{says[1:]}.")
    one.add_argument("--library", type=Path, metavar="DIR", help="where recordings lie")
    one.add_argument("--json", action="store_true", help="one JSON object a line")
    return one


def _why(text: str) -> str:
    if not text.strip():
        msg = "it is empty"
        raise argparse.ArgumentTypeError(msg)
    if len(text) > LONGEST_WHY:
        msg = f"it has {len(text)} characters; at most {LONGEST_WHY} are kept"
        raise argparse.ArgumentTypeError(msg)
    return text
