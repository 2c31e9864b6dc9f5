"""A day, as it is given on the command line."""

import argparse
from datetime import date


def day(text: str) -> date:
    """The day that was meant."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is not a day; write one as 2026-11-22"
        raise argparse.ArgumentTypeError(msg) from None
