"""What the arguments of commands are made of: the parser, its words, and values as a person gives them."""

import argparse
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from recorder.clock import NS_PER_S

WRONG_USAGE = 64
VIDEO_SUFFIXES = (".webm", ".mp4", ".avi")
LIBRARY_HELP = "where recordings lie (else TACHIAI_LIBRARY, else your data folder)"
RECORDING_HELP = "its folder, its id in the library, or the beginning of its id"
JSON_HELP = "one JSON object a line"


class UsageParser(argparse.ArgumentParser):
    """An argument parser that exits with 64 on wrong usage, so that it cannot be taken for a verdict."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong with it."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


Commands = argparse._SubParsersAction


def command(commands: "Commands[UsageParser]", name: str, says: str, epilog: str) -> UsageParser:
    """A command with its help."""
    return commands.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_recording(one: UsageParser) -> None:
    """Which recording, and where it lies."""
    one.add_argument("recording", metavar="RECORDING", help=RECORDING_HELP)
    add_library(one)


def add_library(one: UsageParser) -> None:
    """Where recordings lie."""
    one.add_argument("--library", type=folder, metavar="DIR", help=LIBRARY_HELP)


def seconds(text: str) -> int:
    """Seconds as a person gives them, in nanoseconds; exact, so that a time that was printed can be given back."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0 or value > 10**9:
        msg = f"{text!r} is not a number of seconds from the session's start"
        raise argparse.ArgumentTypeError(msg)
    return round(value * NS_PER_S)


def rate(text: str) -> float:
    """Pictures a second: what a video may have."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.2 <= value <= 60:
        msg = f"{text!r} is not between 0.2 and 60"
        raise argparse.ArgumentTypeError(msg)
    return value


def folder(text: str) -> Path:
    """A folder that is named."""
    if not text:
        msg = "it is empty; name a folder"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)


def file(text: str) -> Path | str:
    """A file that is named; "-": standard output."""
    if not text:
        msg = "it is empty; name a file"
        raise argparse.ArgumentTypeError(msg)
    return "-" if text == "-" else Path(text)


def png(text: str) -> Path | str:
    """A file for a picture; "-": standard output."""
    if text != "-" and Path(text).suffix.lower() != ".png":
        msg = f"{text!r} does not end in .png"
        raise argparse.ArgumentTypeError(msg)
    return file(text)


def video(text: str) -> Path:
    """A file for a video, of a form that can be written."""
    if Path(text).suffix.lower() not in VIDEO_SUFFIXES:
        msg = f"{text!r} does not end in {', '.join(VIDEO_SUFFIXES)}"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)
