"""What `tachiai-player keys` is asked on the command line."""

import argparse
import re
from pathlib import Path

from player.commands.number_argument import number
from recorder.evidence.keys import Recipient

PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
ONE_OBJECT, OBJECTS = "one JSON object", "one JSON object a line"

EPILOG = """\
examples:
  tachiai-player keys new akiko                 a key of your own; give its public line to who makes the list
  tachiai-player keys list                      your keys, and the devices you trust
  tachiai-player keys show akiko                the public line of a key
  tachiai-player keys recipients list.json --member akiko:auditors:9f…01 --member ken:privacy:77…ab
                                                a signed list: one member of every group is needed to open a recording
  tachiai-player keys recipients list.json      who is on a list
  tachiai-player keys device                    this machine's device key, for those who trust it
  tachiai-player keys trust 4e…c2 --name db1    trust recordings that this device signed
"""


def add_keys(keys: argparse.ArgumentParser) -> None:
    """The commands under `keys`."""
    keys.epilog = EPILOG
    commands = keys.add_subparsers(dest="keys_command", required=True, metavar="WHAT", parser_class=type(keys))

    def command(name: str, says: str, *examples: str, as_json: str | None = None) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name,
            help=says,
            description=f"{says[0].upper()}{says[1:]}.",
            epilog="\n  ".join(("examples:", *examples)),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if as_json is not None:
            made.add_argument("--json", action="store_true", help=as_json)
        return made

    new = command(
        "new",
        "make an auditor's key",
        "tachiai-player keys new akiko",
        "tachiai-player keys new ken --group privacy --out /media/usb/ken.json",
        as_json=ONE_OBJECT,
    )
    new.add_argument("name", type=label, metavar="NAME", help="whose key it is")
    new.add_argument(
        "--group", type=label, default="auditors", help="the group it opens recordings for (default: auditors)"
    )
    new.add_argument("--out", type=Path, metavar="FILE", help="where to (default: your own folder of keys)")
    new.add_argument("--no-passphrase", action="store_true", help="leave it open to whoever can read the file")
    command(
        "list",
        "list your keys and the devices you trust",
        "tachiai-player keys list",
        "tachiai-player keys list --json | jq -r 'select(.type == \"device\") | .public'",
        as_json=OBJECTS,
    )
    show = command(
        "show",
        "print the public line of a key",
        "tachiai-player keys show akiko",
        "tachiai-player keys show /media/usb/ken.json --json",
        as_json=ONE_OBJECT,
    )
    show.add_argument("name", metavar="NAME", help="its name, or its file")
    trust = command(
        "trust",
        "trust the recordings of a device",
        "tachiai-player keys trust 4e…c2 --name db1",
        "tachiai-player keys trust db1.json            what `keys device`, with --json or without, wrote there",
    )
    trust.add_argument("device", metavar="KEY", help="its public key: 64 hexadecimal characters, or a file with it")
    trust.add_argument("--name", default="", help="what to call it")
    command(
        "device",
        "print this machine's device key",
        "tachiai-player keys device",
        "tachiai-player keys device --json > db1.json    for `keys trust db1.json`",
        as_json=ONE_OBJECT,
    )
    recipients = command(
        "recipients",
        "make or show the list of who can open recordings",
        "tachiai-player keys recipients list.json --member akiko:auditors:9f…01 --member ken:privacy:77…ab",
        "tachiai-player keys recipients list.json      who is on it",
        "tachiai-agent record --recipients list.json   seal a recording to it",
        as_json=OBJECTS,
    )
    recipients.add_argument("file", type=Path, metavar="FILE", help="the list")
    recipients.add_argument(
        "--member",
        type=_member,
        action="append",
        default=[],
        metavar="NAME:GROUP:KEY",
        help="the public line of a key; the list is then made and signed",
    )
    recipients.add_argument(
        "--root", type=Path, metavar="FILE", help="the root key that signs; made if it is not there"
    )
    recipients.add_argument("--version", type=number, default=1, metavar="N", help="the list's number (default 1)")


def label(text: str) -> str:
    """A name that can stand in a public line."""
    if not text.strip() or not text.isprintable() or ":" in text or len(text) > 200:
        msg = f"{text!r} is no name: at least one visible character, no colon"
        raise argparse.ArgumentTypeError(msg)
    return text


def _member(line: str) -> Recipient:
    name, group, public = ["", "", "", *line.rsplit(":", 2)][-3:]
    if not name or not group or not PUBLIC_KEY.fullmatch(public.lower()):
        msg = f"{line!r} is not the public line of a key (NAME:GROUP:KEY); tachiai-player keys show prints it"
        raise argparse.ArgumentTypeError(msg)
    return Recipient(name, group, bytes.fromhex(public))
