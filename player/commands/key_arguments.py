"""What `tachiai-player keys` is asked on the command line."""

import argparse
from pathlib import Path

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
    new = commands.add_parser("new", help="make an auditor's key")
    new.add_argument("name", metavar="NAME", help="whose key it is")
    new.add_argument("--group", default="auditors", help="the group it opens recordings for (default: auditors)")
    new.add_argument("--out", type=Path, metavar="FILE", help="where to (default: your own folder of keys)")
    new.add_argument("--no-passphrase", action="store_true", help="leave it open to whoever can read the file")
    new.add_argument("--json", action="store_true", help="one JSON object")
    listed = commands.add_parser("list", help="list your keys and the devices you trust")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    show = commands.add_parser("show", help="print the public line of a key")
    show.add_argument("name", metavar="NAME", help="its name, or its file")
    show.add_argument("--json", action="store_true", help="one JSON object")
    trust = commands.add_parser("trust", help="trust the recordings of a device")
    trust.add_argument("device", metavar="KEY", help="its public key: 64 hexadecimal characters, or the file it is in")
    trust.add_argument("--name", default="", help="what to call it")
    device = commands.add_parser("device", help="print this machine's device key")
    device.add_argument("--json", action="store_true", help="one JSON object")
    recipients = commands.add_parser("recipients", help="make or show the list of who can open recordings")
    recipients.add_argument("file", type=Path, metavar="FILE", help="the list")
    recipients.add_argument(
        "--member",
        action="append",
        default=[],
        metavar="NAME:GROUP:KEY",
        help="the public line of a key; the list is then made and signed",
    )
    recipients.add_argument(
        "--root", type=Path, metavar="FILE", help="the root key that signs; made if it is not there"
    )
    recipients.add_argument("--version", type=int, default=1, metavar="N", help="the list's number (default 1)")
    recipients.add_argument("--json", action="store_true", help="one JSON object a line")
