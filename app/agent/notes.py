"""What the program says beside its answer."""

import sys

from recorder.streams import say_soon


def note(sentence: str) -> None:
    """A sentence on standard error, if anybody listens."""
    say_soon(sys.stderr, f"tachiai-agent: {sentence}\n")
