"""What the program says beside its answer."""

import sys

from recorder.streams import say


def note(sentence: str) -> None:
    """A sentence on standard error, if anybody listens."""
    say(sys.stderr, f"tachiai-agent: {sentence}\n")
