"""What `tachiai-player ledger`, `policy`, `open-request` and `open-respond` are asked, and why content is opened."""

import argparse
import re
from pathlib import Path
from typing import Any

from player.commands.day_argument import day
from player.ledger.entry import Kind
from player.ledger.names import CONTENT_COMMANDS
from player.ledger.policy import LONGEST_REASON, IfNot, Occasion

_RAW = argparse.RawDescriptionHelpFormatter
_RECORDING = "its folder, its id in the library, or the beginning of its id"
_FILE = "a ledger's file, or an extract; may be given again (default: the ledgers in your own folder)"
_JSON = "one JSON object a line"
_MOST_HOURS = 24 * 31

LEDGER_EPILOG = """\
examples:
  tachiai-player ledger list --recording 20261122
  tachiai-player ledger verify                  is the ledger whole? its last line is its head: note that elsewhere
  tachiai-player ledger verify --head 118:9f…01    does it still hold what was noted?
  tachiai-player ledger export --recording 20261122T154800Z-5ec0ffee --out extract.json

exit status of verify:
  0 sound · 1 sound but partial (an entry was cut off) · 2 altered · 3 no ledger, or not one · 4 the reading failed
"""

POLICY_EPILOG = """\
examples:
  tachiai-player policy show
  tachiai-player policy make policy.json --version 1 --root root.key --reason-for opening --reason-for export \\
      --least-length 10 --ticket 'CHG-[0-9]+' --shared /srv/audit/ledgers
  tachiai-player policy use policy.json
"""

REQUEST_EPILOG = """\
examples:
  tachiai-player open-request 20261122 --reason 'CHG-2417: who stopped billing' --out request.json
  tachiai-player log 20261122 --response response.json     once the second person has answered
"""

RESPOND_EPILOG = """\
examples:
  tachiai-player open-respond request.json --out response.json
"""


def add_ledger(commands: "argparse._SubParsersAction[Any]") -> None:
    """These commands, and on every command that shows content the reason and the second person."""
    for name in CONTENT_COMMANDS:
        add_admission(commands.choices[name], has_second=name not in ("search", "list"))
    _add_ledger(
        _command(commands, "ledger", "who opened, searched and exported what: your signed ledger", LEDGER_EPILOG)
    )
    _add_policy(_command(commands, "policy", "what must be given and kept before content is shown", POLICY_EPILOG))
    _add_request(
        _command(commands, "open-request", "ask a second person elsewhere to open a recording too", REQUEST_EPILOG)
    )
    _add_respond(_command(commands, "open-respond", "answer such a request with your key", RESPOND_EPILOG))


def _command(commands: "argparse._SubParsersAction[Any]", name: str, says: str, epilog: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=says, description=f"{says[0].upper()}{says[1:]}.", epilog=epilog, formatter_class=_RAW
    )
    return made


def add_admission(one: argparse.ArgumentParser, *, has_second: bool) -> None:
    """The reason, and who the second person is, on a command that shows content."""
    group = one.add_argument_group("for the ledger")
    group.add_argument("--reason", type=_reason, metavar="TEXT", help="why you look at it; the policy may ask for it")
    if has_second:
        group.add_argument("--second", type=Path, metavar="FILE", help="the key file of the second person, who is here")
        group.add_argument(
            "--response", type=Path, metavar="FILE", help="what the second person answered to your open-request"
        )


def _add_ledger(ledger: argparse.ArgumentParser) -> None:
    commands = ledger.add_subparsers(dest="ledger_command", required=True, metavar="WHAT", parser_class=type(ledger))
    listed = commands.add_parser("list", help="list entries", description="List entries, oldest first.")
    verify = commands.add_parser("verify", help="say whether it is whole", description="Say whether it is whole.")
    export = commands.add_parser(
        "export",
        help="write entries for an outsider, who can check them",
        description="Write entries for an outsider, who can check them; of all others only their digests.",
    )
    for one in (listed, export):
        one.add_argument("--recording", metavar="ID", help="only what was done with this recording (its whole id)")
        one.add_argument("--kind", action="append", choices=[str(kind) for kind in Kind], metavar="K", help=_kinds())
        one.add_argument("--from-date", type=day, metavar="DAY", help="on this day (2026-11-22, in UTC) or later")
        one.add_argument("--to-date", type=day, metavar="DAY", help="on this day or earlier")
    listed.add_argument("--person", metavar="NAME", help="any part of the name, or the beginning of the fingerprint")
    for one in (listed, verify):
        one.add_argument("--file", type=Path, action="append", metavar="FILE", help=_FILE)
        one.add_argument("--shared", action="store_true", help="those in the policy's shared folder")
        one.add_argument("--json", action="store_true", help=_JSON)
    verify.add_argument("--head", type=_head, metavar="N:LINK", help="a head that was noted elsewhere")
    export.add_argument("--file", type=Path, metavar="FILE", help="a ledger's file (default: your own)")
    export.add_argument("--out", type=Path, metavar="FILE", required=True, help="where to")


def _add_policy(policy: argparse.ArgumentParser) -> None:
    commands = policy.add_subparsers(dest="policy_command", required=True, metavar="WHAT", parser_class=type(policy))
    show = commands.add_parser("show", help="print the policy that holds", description="Print the policy that holds.")
    show.add_argument("--json", action="store_true", help="one JSON object")
    use = commands.add_parser("use", help="let a policy hold here", description="Let a policy hold here from now on.")
    use.add_argument("file", type=Path, metavar="FILE", help="the policy")
    make = commands.add_parser("make", help="write a policy", description="Write a policy, and sign it.")
    make.add_argument("file", type=Path, metavar="FILE", help="where to")
    make.add_argument("--version", type=_version, required=True, metavar="N", help="its number; a newer one is higher")
    make.add_argument(
        "--reason-for",
        action="append",
        default=[],
        choices=[str(one) for one in Occasion],
        metavar="WHAT",
        help=f"a reason must be given for this: {', '.join(Occasion)}; may be given again",
    )
    make.add_argument("--least-length", type=_length, default=0, metavar="N", help="characters a reason must have")
    make.add_argument("--choice", action="append", default=[], metavar="TEXT", help="a reason to choose; repeatable")
    make.add_argument("--only-choices", action="store_true", help="no other reason than these")
    make.add_argument("--ticket", type=_pattern, default="", metavar="PATTERN", help="must be found in the reason")
    make.add_argument("--shared", default="", metavar="DIR", help="a copy of every ledger is kept there too")
    for option, what in (("--if-not-entered", "the ledger"), ("--if-not-shared", "the shared copy")):
        make.add_argument(
            option,
            choices=[str(one) for one in IfNot],
            default=str(IfNot.REFUSE),
            metavar="WHAT",
            help=f"when {what} cannot be written: refuse or show (default refuse)",
        )
    how = make.add_mutually_exclusive_group(required=True)
    how.add_argument("--root", type=Path, metavar="FILE", help="the organisation's root key, which signs it")
    how.add_argument("--unsigned", action="store_true", help="for a machine without an organisation")


def _add_request(request: argparse.ArgumentParser) -> None:
    request.add_argument("recording", metavar="RECORDING", help=_RECORDING)
    request.add_argument("--library", type=Path, metavar="DIR", help="where recordings lie")
    request.add_argument("--out", type=Path, metavar="FILE", required=True, help="the request, to be sent")
    request.add_argument("--reason", type=_reason, metavar="TEXT", help="why; the second person reads it")
    request.add_argument("--hours", type=_hours, default=24, metavar="N", help="how long it holds (default 24)")


def _add_respond(respond: argparse.ArgumentParser) -> None:
    respond.add_argument("request", type=Path, metavar="REQUEST", help="the request")
    respond.add_argument("--out", type=Path, metavar="FILE", required=True, help="the response, to be sent back")
    respond.add_argument("--yes", action="store_true", help="do not ask again")


def _kinds() -> str:
    return f"only this kind: {', '.join(Kind)}"


def _reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        msg = f"it has more than {LONGEST_REASON} characters"
        raise argparse.ArgumentTypeError(msg)
    return text.strip()


def _head(text: str) -> str:
    if re.fullmatch(r"[1-9][0-9]{0,15}:[0-9a-f]{64}", text) is None:
        msg = f"{text!r} is not a head; `ledger verify` prints one"
        raise argparse.ArgumentTypeError(msg)
    return text


def _whole(text: str, most: int, least: int = 1) -> int:
    if not (text.isdecimal() and text.isascii()) or not least <= int(text) <= most:
        msg = f"{text!r} is not a whole number from {least} to {most}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _version(text: str) -> int:
    return _whole(text, 2**31)


def _length(text: str) -> int:
    return _whole(text, LONGEST_REASON, 0)


def _hours(text: str) -> int:
    return _whole(text, _MOST_HOURS)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        msg = f"{text!r} is no pattern ({error})"
        raise argparse.ArgumentTypeError(msg) from None
    if len(text) > 200:
        msg = "it has more than 200 characters"
        raise argparse.ArgumentTypeError(msg)
    return text
