"""A whole number, as it is given on the command line."""

import argparse


def number(text: str) -> int:
    """The number that was meant, from 1 on."""
    if not text.isdecimal() or not 1 <= int(text) < 2**31:
        msg = f"{text!r} is not a whole number above 0"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
