"""What `tachiai-player persons` is asked on the command line."""

import argparse

from player.commands.key_arguments import label

EPILOG = """\
examples:
  tachiai-player persons show                   your own public line; give it to those who should trust you
  tachiai-player persons name 'Hanako Sato'     what you are called in what you sign from now on
  tachiai-player persons trust 'Ken:77…ab'      take what Ken signs for his
  tachiai-player persons list                   yourself, and whom you trust

Notes, verdicts and the ledger of what you open are signed with your own key, which is made when it is first needed.
"""


def add_persons(persons: argparse.ArgumentParser) -> None:
    """The commands under `persons`."""
    persons.epilog = EPILOG
    commands = persons.add_subparsers(dest="persons_command", required=True, metavar="WHAT", parser_class=type(persons))

    def command(name: str, says: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name, help=says, description=f"{says[0].upper()}{says[1:]}."
        )
        return made

    listed = command("list", "list yourself and the persons you trust")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    show = command("show", "print your own public line")
    show.add_argument("--json", action="store_true", help="one JSON object")
    name = command("name", "say what you are called in what you sign from now on")
    name.add_argument("name", type=label, metavar="NAME", help="your name; no colon in it")
    trust = command("trust", "take what a person signs for theirs")
    trust.add_argument("person", metavar="PERSON", help="their public line (NAME:KEY), or a file that holds it")
    trust.add_argument(
        "--name", type=label, metavar="NAME", help="what to call them here (else as they call themselves)"
    )
    distrust = command("distrust", "take a person for a stranger again")
    distrust.add_argument("person", metavar="PERSON", help="their name here, or the beginning of their fingerprint")
