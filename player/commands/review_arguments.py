"""What `tachiai-player review` is asked on the command line."""

import argparse
from collections.abc import Callable
from pathlib import Path

from player.commands.argument_parts import JSON_HELP, LIBRARY_HELP, RECORDING_HELP, seconds
from player.commands.day_argument import day
from player.commands.ledger_arguments import add_admission
from player.commands.number_argument import number

VERDICTS = ("cleared", "follow_up", "violation", "withdrawn")
EPILOG = """\
examples:
  tachiai-player review queue                          what to look at next, and why
  tachiai-player review add 20261122 --at 83.2 --text 'stops billing' --tag billing
  tachiai-player review mark 20261122 follow_up --comment 'Ask the operator about 1:23.'
  tachiai-player review show 20261122                  who said what of it
  tachiai-player review coverage                       how much of the recorded time was seen, by whom
  tachiai-player review sample --seed 2026-Q4 --count 10 --from 2026-10-01 --to 2026-12-31

Reviews are signed with your own key (tachiai-player persons) and lie beside the recording, which is not touched.
"""

Make = Callable[[str, str], argparse.ArgumentParser]


def add_review(review: argparse.ArgumentParser) -> None:
    """The commands under `review`."""
    review.epilog = EPILOG
    commands = review.add_subparsers(dest="review_command", required=True, metavar="WHAT", parser_class=type(review))

    def command(name: str, says: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name, help=says, description=f"{says[0].upper()}{says[1:]}."
        )
        made.add_argument("--library", type=Path, metavar="DIR", help=LIBRARY_HELP)
        made.add_argument("--json", action="store_true", help=JSON_HELP)
        return made

    _add_of_one(command)
    _add_of_library(command)


def _add_of_one(command: Make) -> None:
    show = command("show", "show who reviewed a recording, with what verdict, and what they noted")
    add = command("add", "add a note or a bookmark at a moment or over a range")
    edit = command("edit", "say something else in one of your notes; one that was removed is back")
    remove = command("remove", "remove one of your notes; it stays in the file, and can be brought back")
    mark = command("mark", "say what you conclude of a recording")
    for one in (show, add, edit, remove, mark):
        one.add_argument("recording", metavar="RECORDING", help=RECORDING_HELP)
    for one in (edit, remove):
        one.add_argument("number", type=number, metavar="NUMBER", help="the note's number, as `review show` tells it")
    for one in (add, edit):
        is_new = one is add
        one.add_argument("--at", type=seconds, metavar="S", dest="at_ns", required=is_new, help="the moment")
        one.add_argument("--to", type=seconds, metavar="S", dest="end_ns", help="the end, if it is a range")
        one.add_argument("--text", type=_text, default="" if is_new else None, help="what to note; none: a bookmark")
        one.add_argument(
            "--tag", type=_tag, action="append", metavar="TAG", help="a word to find it by; may be given often"
        )
    mark.add_argument("verdict", choices=VERDICTS, metavar="VERDICT", help=", ".join(VERDICTS))
    mark.add_argument("--comment", type=_text, default="", help="why")


def _add_of_library(command: Make) -> None:
    queue = command("queue", "list what to review next: the gravest reasons first, each with its moment")
    queue.add_argument("--all", action="store_true", help="those with a concluding verdict as well")
    queue.add_argument("--limit", type=number, metavar="N", help="at most so many recordings")
    add_admission(queue, has_second=False)
    sample = command("sample", "draw a sample that everybody draws alike")
    sample.add_argument("--seed", type=_text, required=True, help="any words; the same give the same sample")
    sample.add_argument("--count", type=number, metavar="N", required=True, help="how many recordings")
    coverage = command("coverage", "say how much of the recorded time was reviewed")
    coverage.add_argument("recording", nargs="?", metavar="RECORDING", help=RECORDING_HELP)
    for one in (sample, coverage):
        one.add_argument("--from", type=day, metavar="DAY", dest="from_day", help="begun on this day (UTC) or later")
        one.add_argument("--to", type=day, metavar="DAY", dest="to_day", help="begun on this day (UTC) or earlier")


def _text(text: str) -> str:
    if len(text) > 10_000 or any("\ud800" <= one <= "\udfff" for one in text):
        msg = "it is longer than 10,000 characters, or no text"
        raise argparse.ArgumentTypeError(msg)
    return text


def _tag(text: str) -> str:
    if not text.strip() or not text.isprintable() or " " in text or len(text) > 64:
        msg = f"{text!r} is no tag: one word of at most 64 characters"
        raise argparse.ArgumentTypeError(msg)
    return text.removeprefix("#")
