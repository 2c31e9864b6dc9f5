"""What `tachiai-player` is asked on the command line."""

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from player.commands.account_arguments import add_accounted
from player.commands.argument_parts import (
    JSON_HELP,
    RECORDING_HELP,
    Commands,
    UsageParser,
    add_library,
    add_recording,
    command,
    file,
    png,
    rate,
    seconds,
    video,
)
from player.commands.detect_arguments import add_detect
from player.commands.facet_arguments import add_facets
from player.commands.import_arguments import add_importing
from player.commands.key_arguments import add_keys
from player.commands.ledger_arguments import add_ledger
from player.commands.number_argument import number
from player.commands.package_arguments import CHECK_EPILOG, MAKE_EPILOG, add_check, add_package
from player.commands.person_arguments import add_persons
from player.commands.report_arguments import EPILOG as REPORT_EPILOG
from player.commands.report_arguments import add_report
from player.commands.review_arguments import add_review
from player.commands.upkeep_arguments import add_upkeep
from recorder.logrow import KINDS, SEVERITIES
from recorder.release import release

ROW_FORMATS = ("text", "csv", "jsonl")

TOP_EPILOG = """\
examples:
  tachiai-player                               the window
  tachiai-player 20261122 --at 90              the window, on that recording at 1 min 30 s
  tachiai-player search 'rm -rf'               every recording in which that was typed or seen in a title
  tachiai-player verify 20261122T154800Z-5ec0ffee
  tachiai-player COMMAND --help                more about a command

Times are seconds from the session's start. Keys: those in your own folder, or the files that TACHIAI_KEY names.
A passphrase is asked for on the terminal, or taken from TACHIAI_PASSPHRASE.

exit status, unless a command says otherwise:
  0 done · 3 no key, not a recording, not one that can be judged here, or no display for the window
  4 reading or writing failed · 64 wrong usage
"""

OPEN_EPILOG = """\
examples:
  tachiai-player open                          the library
  tachiai-player open 20261122 --at 90         a recording at 1 min 30 s
  tachiai-player open 20261122 --follow        a session that is being recorded, as it happens
  tachiai-player 'tachiai://20261122T154800Z-5ec0ffee?t=83.25'
"""

LIST_EPILOG = """\
examples:
  tachiai-player list
  tachiai-player list --operator tanaka --from-date 2026-11-16 --longer-than 30m --alert high
  tachiai-player list --json | jq 'select(.state == "interrupted")'

Needs no key. `verdict` is that of the last `verify`, for as long as the recording has not changed since.
"""

VERIFY_EPILOG = """\
examples:
  tachiai-player verify 20261122T154800Z-5ec0ffee
  tachiai-player verify ~/evidence/case-17 --json

Integrity needs no secret key; with a key the content is checked as well. `docs/verify_recording.py` is a second,
independent verifier.

exit status:
  0 complete and sound · 1 sound but partial (no end, torn tail, a gap) · 2 altered
  3 cannot judge (unknown device, newer version, not a recording) · 4 the reading failed · 64 wrong usage
"""

LOG_EPILOG = """\
examples:
  tachiai-player log 20261122
  tachiai-player log 20261122 --kind text --kind keys --from 60 --to 120
  tachiai-player log 20261122 --application psql --text drop
  tachiai-player log 20261122 --severity medium --csv > rows.csv
  tachiai-player log 20261122 --json | jq -r 'select(.kind == "process") | .text'
"""

SEARCH_EPILOG = """\
examples:
  tachiai-player search passwd
  tachiai-player search 設                     any substring is found, of one character as well
  tachiai-player search 'stop billing' --application xterm --from-date 2026-11-17 --to-date 2026-11-17
  tachiai-player search --json -- '-rf /'      after -- nothing is taken for an option

Capitals and width do not matter; everything else, spaces too, is meant as written: there are no operators. What was
recorded a moment ago is found; the first search after a long session reads that session first.

exit status:
  0 found · 1 nothing was found · 3 no key opens any of the recordings · 4 the index or library failed · 64 wrong usage
"""

FRAME_EPILOG = """\
examples:
  tachiai-player frame 20261122 --at 83.25 --out then.png
  tachiai-player frame 20261122 --at 83.25 --screen 1 --out then.png
  tachiai-player frame --check then.png        does the recording that it names show exactly these pixels?

The picture says in itself of which recording, second and screen it is, and the SHA-256 of its pixels.

exit status of --check: that of `verify` for the recording if it shows exactly these pixels
  0 and is sound · 1 and is sound but partial · 2 it does not show them, or is altered
  3 cannot judge (not such a picture, no key, nothing sound recorded there) · 4 the reading failed · 64 wrong usage
"""

EXPORT_EPILOG = """\
examples:
  tachiai-player export 20261122 --video session.webm --subtitles session.vtt
  tachiai-player export 20261122 --video part.mp4 --from 60 --to 180 --skip-idle --clock
  tachiai-player export 20261122 --video copy.mp4 --redact black.json --json
  tachiai-player export 20261122 --log - | jq .text

What is exported is for reading and watching: it is not sealed, and proves nothing. The recording stays as it is. Files
that are there already are replaced, each as a whole.
"""

LIKE_A_COMMAND = 0.75


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked; without a command the window is meant."""
    given, top = list(arguments), parser()
    if not given or given[0] not in (*command_names(top), "-h", "--help", "--version"):
        if given and (meant := _mistyped(given[0], command_names(top))):
            top.error(f"{given[0]!r} is no command, and no folder is called so; did you mean {meant}?")
        given.insert(0, "open")
    return top.parse_args(given)


def _mistyped(word: str, names: Sequence[str]) -> str:
    """The command that a first word was meant to be; "" where it may as well be a recording."""
    if not word.isalpha() or Path(word).exists():  # ids begin with a digit
        return ""
    return next(iter(get_close_matches(word, names, n=1, cutoff=LIKE_A_COMMAND)), "")


def command_names(top: argparse.ArgumentParser) -> tuple[str, ...]:
    """The commands that a parser knows."""
    return tuple(name for action in top._actions if isinstance(action, Commands) for name in action.choices)


def parser() -> UsageParser:
    """The parser of `tachiai-player`."""
    top = UsageParser(
        prog="tachiai-player",
        description="Look at recordings of operators' sessions, search them, and prove that they were not altered.",
        epilog=TOP_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"tachiai-player {release()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=UsageParser)
    _add_open(commands)
    _add_list(commands)
    _add_verify(commands)
    _add_log(commands)
    _add_search(commands)
    _add_frame(commands)
    _add_export(commands)
    add_accounted(commands)
    add_detect(commands)
    add_keys(command(commands, "keys", "auditors' keys: make, list, show; which devices are trusted; who can open", ""))
    add_persons(command(commands, "persons", "who you are in what you sign, and whose signatures you trust", ""))
    add_importing(commands)
    _add_report(commands)
    _add_package(commands)
    add_review(command(commands, "review", "verdicts, notes, what to look at next, and how much was seen", ""))
    add_ledger(commands)
    add_upkeep(commands)
    return top


def _add_open(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "open", "open the window: the library, or a recording", OPEN_EPILOG)
    one.add_argument("recording", nargs="?", metavar="RECORDING", help=f"{RECORDING_HELP}; or a link tachiai://…")
    one.add_argument("--at", type=seconds, metavar="S", dest="at_ns", help="begin at this second")
    one.add_argument("--follow", action="store_true", help="stay at the end of a session that is being recorded")
    one.add_argument("--new-window", action="store_true", help="open another window, even if one is open already")
    one.add_argument("--say-in-window", action="store_true", help="say in the window why it cannot be opened")
    add_library(one)


def _add_list(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "list", "list the recordings of the library, newest first", LIST_EPILOG)
    add_library(one)
    add_facets(one)
    one.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_verify(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "verify", "say whether a recording is complete and unaltered, and prove it", VERIFY_EPILOG)
    add_recording(one)
    how = one.add_mutually_exclusive_group()
    how.add_argument("--integrity-only", action="store_true", help="use no key: do not look into the content")
    how.add_argument(
        "--pictures", action="store_true", help="decode every picture and compare it with its sealed hash (slower)"
    )
    one.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_log(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "log", "print the operation log: what was typed, clicked, opened, in order", LOG_EPILOG)
    add_recording(one)
    one.add_argument("--kind", action="append", choices=KINDS, metavar="K", help=f"only this kind: {', '.join(KINDS)}")
    one.add_argument(
        "--from", type=seconds, metavar="S", dest="from_ns", help="only what ended at this second or later"
    )
    one.add_argument("--to", type=seconds, metavar="S", dest="to_ns", help="only what began by this second")
    one.add_argument(
        "--application", action="append", metavar="NAME", help="only rows of this application; may be given again"
    )
    one.add_argument("--text", default="", metavar="TEXT", help="only rows with this text anywhere in what they show")
    one.add_argument(
        "--severity",
        choices=SEVERITIES,
        metavar="S",
        help=f"only this severity or a graver one: {', '.join(SEVERITIES)}",
    )
    form = one.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=ROW_FORMATS,
        default="text",
        metavar="F",
        help=f"how rows are written: {', '.join(ROW_FORMATS)} (default %(default)s)",
    )
    form.add_argument("--csv", action="store_const", const="csv", dest="format", help="the same as --format csv")
    form.add_argument("--json", action="store_const", const="jsonl", dest="format", help=JSON_HELP)


def _add_search(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "search", "find any text in all recordings of the library", SEARCH_EPILOG)
    one.add_argument(
        "query",
        nargs="?",
        metavar="QUERY",
        help="what to find, as it was typed or shown (else the saved search's text)",
    )
    add_library(one)
    add_facets(one)
    one.add_argument("--limit", type=number, default=1000, metavar="N", help="at most so many hits (default 1000)")
    one.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_frame(commands: "Commands[UsageParser]") -> None:
    one = command(
        commands, "frame", "write exactly what was on a screen at a moment, as a PNG, or check one", FRAME_EPILOG
    )
    one.add_argument("recording", nargs="?", metavar="RECORDING", help=RECORDING_HELP)
    add_library(one)
    one.add_argument("--at", type=seconds, metavar="S", dest="at_ns", help="the moment")
    one.add_argument("--screen", type=int, metavar="N", help="which screen (default: the first there was then)")
    one.add_argument("--out", type=png, metavar="FILE.png", help="the picture; - for standard output")
    one.add_argument(
        "--check", type=file, metavar="FILE.png", help="a picture that was taken: is it still what is shown?"
    )
    _add_redact(one)


def _add_export(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "export", "write a recording as ordinary files: video, subtitles, log", EXPORT_EPILOG)
    add_recording(one)
    one.add_argument("--video", type=video, metavar="FILE", help="a video: .webm, .mp4 or .avi")
    one.add_argument("--from", type=seconds, metavar="S", dest="from_ns", help="from this second of the session")
    one.add_argument("--to", type=seconds, metavar="S", dest="to_ns", help="to this second of the session")
    one.add_argument("--skip-idle", action="store_true", help="cut out times in which nothing happened (see docs)")
    one.add_argument("--clock", action="store_true", help="under the picture: clock, operator, host, recording")
    one.add_argument(
        "--fps", type=rate, metavar="N", help="at most N pictures a second (else every change at its own moment)"
    )
    one.add_argument("--subtitles", type=file, metavar="FILE.vtt", help="the log as subtitles; - for standard output")
    one.add_argument("--log", type=file, metavar="FILE.jsonl", help="the log as JSON lines; - for standard output")
    _add_redact(one)
    one.add_argument("--json", action="store_true", help="progress and results, one JSON object a line")


def _add_redact(one: UsageParser) -> None:
    one.add_argument("--redact", type=Path, metavar="FILE.json", help="black out in the copy what this file lists")


def _add_report(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "report", "tell a recording on a page, as HTML or PDF", REPORT_EPILOG)
    add_recording(one)
    add_report(one)


def _add_package(commands: "Commands[UsageParser]") -> None:
    one = command(commands, "package", "make an evidence package for outsiders", MAKE_EPILOG)
    add_recording(one)
    one.add_argument("--from", type=seconds, metavar="S", dest="from_ns", help="from this second of the session")
    one.add_argument("--to", type=seconds, metavar="S", dest="to_ns", help="to this second of the session")
    add_package(one)
    says = "say whether an evidence package is what was signed"
    add_check(command(commands, "check-package", says, CHECK_EPILOG))
