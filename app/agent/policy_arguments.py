"""What `tachiai-agent policy` is asked on the command line."""

import argparse
from pathlib import Path
from typing import Any

EPILOG = """\
examples:
  tachiai-agent policy example > policy.toml              a policy with every setting, to begin with
  tachiai-agent policy check policy.toml                  every fault with its line, or what it says in words
  tachiai-agent policy sign policy.toml --root root.key   sign it with the organisation's root key
  tachiai-agent policy use policy.toml --root 3f1c...     let it hold here, and trust this root only
  tachiai-agent policy use policy.toml --root 3f1c... --system     as root: for every user of this machine
  tachiai-agent policy show                               what holds here

exit status:
  0 as asked · 3 the policy is faulty or refused · 4 storage failed · 64 wrong usage
"""


def add_policy(commands: "argparse._SubParsersAction[Any]") -> None:
    """The command `policy` and those under it."""
    policy = commands.add_parser(
        "policy",
        help="check, explain, sign and install the organisation's policy",
        description="Check, explain, sign and install the policy that says what is recorded, masked, judged and kept.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    under = policy.add_subparsers(dest="policy_command", required=True, metavar="WHAT", parser_class=type(policy))
    check = _add(under, "check", "say every fault of a policy, or explain it in words")
    check.add_argument("file", type=Path, metavar="FILE", help="the policy")
    check.add_argument("--json", action="store_true", help="one JSON object")
    show = _add(under, "show", "explain the policy that holds here")
    show.add_argument("--json", action="store_true", help="one JSON object")
    sign = _add(under, "sign", "sign a policy with the organisation's root key")
    sign.add_argument("file", type=Path, metavar="FILE", help="the policy; its signature is put at its end")
    sign.add_argument("--root", type=Path, required=True, metavar="KEY", help="the file of the root key")
    sign.add_argument("--new-root", action="store_true", help="make a root key in that file, which must not be there")
    use = _add(under, "use", "let a policy hold here from now on")
    use.add_argument("file", type=Path, metavar="FILE", help="the policy")
    use.add_argument("--root", metavar="KEY", help="trust this root only: its public key, or a file with it")
    use.add_argument("--system", action="store_true", help="for every user of this machine, as root")
    _add(under, "example", "print a policy with every setting, explained")


def _add(under: "argparse._SubParsersAction[Any]", name: str, says: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = under.add_parser(name, help=says, description=f"{says[0].upper()}{says[1:]}.")
    return parser
