"""What is wrong with a policy: each fault with its line, the setting, and a sentence that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.errors import PolicyError
from recorder.logrow import inert


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` is None if the fault is of the whole file; `key` is "" then."""

    sentence: str
    line: int | None = None
    key: str = ""

    @property
    def said(self) -> str:
        """The sentence with its line before it."""
        return f"line {self.line}: {self.sentence}" if self.line is not None else self.sentence


class FaultyPolicyError(PolicyError):
    """A policy with faults: the sentence names the first, `faults` are all."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        more = len(faults) - 1
        others = {0: "", 1: " There is 1 more fault."}.get(more, f" There are {more} more faults.")
        super().__init__(
            f"The policy {inert(str(path))} cannot be used: {faults[0].said}{others} See all that it says with: "
            f"tachiai-agent policy check {inert(str(path))}"
        )
        self.faults = tuple(faults)
