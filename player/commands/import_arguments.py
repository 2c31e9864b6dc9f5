"""What `import`, `register` and `unregister` are asked."""

from pathlib import Path

from player.commands.argument_parts import JSON_HELP, LIBRARY_HELP, Commands, UsageParser, command

IMPORT_EPILOG = """\
examples:
  tachiai-player import /media/usb/20261122T154800Z-5ec0ffee
  tachiai-player import ~/Downloads/evidence --library /srv/recordings
  tachiai-player import case-17.zip

The recording is copied under its own id, each file is read back, and the copy is verified: what it is worth is said,
and an altered one is taken as it is. What reviewers wrote beside it comes along. An evidence package (.zip) is checked
first, and refused if it is altered. Nothing is ever written over.
"""

REGISTER_EPILOG = """\
examples:
  tachiai-player register
  xdg-open 'tachiai://20261122T154800Z-5ec0ffee?t=83.25'

For this user, on Linux: three files in ~/.local/share (XDG_DATA_HOME), whose names are printed.
"""

UNREGISTER_EPILOG = """\
examples:
  tachiai-player unregister

Removes what `register` wrote, and nothing else.
"""


def add_importing(commands: "Commands[UsageParser]") -> None:
    """The three commands."""
    one = command(commands, "import", "copy a recording from elsewhere into the library, and verify it", IMPORT_EPILOG)
    one.add_argument(
        "folder", type=Path, metavar="SOURCE", help="the recording's folder, or an evidence package (.zip)"
    )
    one.add_argument("--library", type=Path, metavar="DIR", help=LIBRARY_HELP)
    one.add_argument("--json", action="store_true", help=JSON_HELP)
    command(
        commands, "register", "let the desktop open tachiai:// links and segments with this program", REGISTER_EPILOG
    )
    command(commands, "unregister", "take that back", UNREGISTER_EPILOG)
