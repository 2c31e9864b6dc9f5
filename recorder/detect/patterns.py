"""Regular expressions in linear time, thousands at once: the only module that speaks to google-re2."""

from collections.abc import Sequence

import re2

from recorder.detect.faults import RuleFaultError
from recorder.errors import BugError

# What one expression may need, and what a whole set may keep of the states that it went through.
ONE_BYTES = 1 << 18
SET_BYTES = 8 << 20
MOST_STEPS = 5_000
LONGEST_PATTERN = 10_000
# A set that is too large to be walked through answers "nothing found". So each set holds one expression more, and is
# asked for it once: one that does not find it is cut in two.
_PROBE = b"\x00is this set walked through?\x00"
_LOOKING_AROUND = ("(?=", "(?!", "(?<=", "(?<!")


def check_expression(expression: str) -> None:
    """See that this is a regular expression that runs in linear time.

    Raises:
        RuleFaultError: it is not, and why.
    """
    if len(expression) > LONGEST_PATTERN:
        msg = f"The regular expression has {len(expression)} characters, of at most {LONGEST_PATTERN}. Make it several."
        raise RuleFaultError(msg)
    try:
        steps = re2.compile(expression, options=_options(ONE_BYTES)).programsize
    except re2.error as error:
        raise RuleFaultError(_why_not(expression, error)) from error
    if steps > MOST_STEPS:
        msg = (
            f"The regular expression takes {steps} steps, of at most {MOST_STEPS}. Repeat less: {{1,100}} is a hundred."
        )
        raise RuleFaultError(msg)


def _why_not(expression: str, error: Exception) -> str:
    said = error.args[0].decode("utf-8", "replace") if error.args and isinstance(error.args[0], bytes) else str(error)
    if any(sign in expression for sign in _LOOKING_AROUND):
        return (
            "A regular expression that looks ahead or behind cannot run in linear time, and could hang the agent. "
            "Make what must not stand there a selection of its own: condition: selection and not filter."
        )
    if said.startswith("invalid escape sequence: \\") and said[-1].isdigit():
        return (
            "A regular expression that refers back to a group cannot run in linear time, and could hang the agent. "
            "Write out what may stand there."
        )
    return f"The regular expression is not one of RE2's: {said}."


def literal(text: str) -> str:
    """The expression that matches exactly this text."""
    return str(re2.escape(text))


def matches(pattern: str, text: str) -> bool:
    """Whether one expression is found in a text; for explaining a single row."""
    return re2.compile(pattern, options=_options(SET_BYTES)).search(text) is not None


class PatternSet:
    """Expressions that are looked for in one pass over a text."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._sets: list[tuple[re2.Set, int]] = []
        self._add(patterns, 0)

    def found_in(self, text: str) -> list[int]:
        """The places, in the order given, of the expressions that the text matches."""
        encoded = text.encode("utf-8", "replace")  # half a character is no text
        return [first + place for found, first in self._sets for place in found.Match(encoded) or ()]

    def _add(self, patterns: Sequence[str], first: int) -> None:
        if not patterns:
            return
        made = _walkable(patterns)
        if made is not None:
            self._sets.append((made, first))
        elif len(patterns) == 1:
            msg = f"a single expression does not fit into {SET_BYTES} bytes: {patterns[0][:100]}"
            raise BugError(msg)  # each was checked to be far smaller
        else:
            middle = len(patterns) // 2
            self._add(patterns[:middle], first)
            self._add(patterns[middle:], first + middle)


def _walkable(patterns: Sequence[str]) -> re2.Set | None:
    made = re2.Set.SearchSet(_options(SET_BYTES))
    for pattern in patterns:
        made.Add(pattern)
    probe = made.Add(re2.escape(_PROBE))
    try:
        made.Compile()
    except re2.error:
        return None
    return made if probe in (made.Match(_PROBE) or ()) else None


def _options(most_bytes: int) -> re2.Options:
    options = re2.Options()
    options.max_mem = most_bytes
    options.log_errors = False
    return options
