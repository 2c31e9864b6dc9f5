"""What is wrong with a rule, and where."""

from dataclasses import dataclass

MOST_BYTES = 1 << 20  # of a file of rules


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a rule is not loaded: a sentence that says what to do, and the place (`line` counts from 1)."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class RuleFaultError(Exception):
    """A rule cannot be used; the loader turns it into a `Fault` of its file. `line` None: the rule's first line."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line
