"""What `tachiai-agent rules` is asked on the command line."""

import argparse
from pathlib import Path
from typing import Any

RULES_EXAMPLES = """\
examples:
  tachiai-agent rules check                            the rules that come with the program
  tachiai-agent rules check /etc/tachiai/rules         every file of rules in a folder
  tachiai-agent rules test /etc/tachiai/rules          run the examples that stand in the rules
  tachiai-agent rules explain linux_root_deleted.yml   say in words what a rule looks for
  tachiai-agent rules explain RULE.yml --row 'rm -rf /srv'

Rules are written in Sigma's format. Which of its log sources and fields the recorder knows: docs/rules.md.

exit status:
  0 all is right; with --row: a rule fires · 1 a rule has a fault, an example came out otherwise; with --row: none fires
  4 a file cannot be read · 64 wrong usage
"""
FILES_HELP = "a file of rules, or a folder of such files (default: the rules that come with the program)"


def add_rules(commands: "argparse._SubParsersAction[Any]") -> None:
    """The command with its own commands."""
    rules = commands.add_parser(
        "rules",
        help="check, test and explain the rules that judge sessions",
        description="Check, test and explain the rules that judge sessions.",
        epilog=RULES_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    inner = rules.add_subparsers(dest="doing", required=True, metavar="COMMAND", parser_class=type(rules))
    check = inner.add_parser("check", help="say what is wrong with rules, with file and line")
    test = inner.add_parser("test", help="run the examples that stand in the rules")
    explain = inner.add_parser("explain", help="say in words what rules look for")
    explain.add_argument("--row", metavar="TEXT", help="say why the rules match this text, or do not")
    explain.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="with --row: what another field holds, as Hour=23; may be given again",
    )
    for one in (check, test, explain):
        one.add_argument("files", nargs="*", type=Path, metavar="FILE", help=FILES_HELP)
        one.add_argument("--json", action="store_true", help="one JSON object a line")
