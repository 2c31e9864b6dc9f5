"""What is written into a video's pictures; the window gives them in its own language."""

from collections.abc import Callable
from dataclasses import dataclass

from recorder.logrow import inert


def as_it_is(sentence: str) -> str:
    """A sentence of the core, which is English."""
    return sentence


@dataclass(frozen=True, slots=True)
class VideoWords:
    """`{…}` are put in. `said` turns a sentence of the core into this language."""

    altered: str = "EVIDENCE ALTERED"
    missing: str = "EVIDENCE MISSING OR UNREADABLE"
    gap: str = "NOT RECORDED"
    nothing: str = "No picture is recorded here."
    lasts: str = "{start} – {end} of the session, {length}"
    cut: str = "{length} cut out here"
    inexact: str = "picture not exact while it moves"
    redacted: str = "redacted"
    said: Callable[[str], str] = as_it_is

    def title(self, kind: str) -> str:
        """Of a card that stands in for a picture."""
        return {"altered": self.altered, "missing": self.missing, "unreadable": self.missing}.get(kind, self.gap)

    def reason(self, sentence: str) -> str:
        """Why, without anything that acts."""
        return inert(self.said(sentence))
