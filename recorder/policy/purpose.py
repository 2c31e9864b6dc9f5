"""Whether what an operator says they are about to do is what the policy asks for."""

import enum

from recorder.logrow import inert
from recorder.patterns import Pattern
from recorder.policy.pattern_sample import pattern_sample
from recorder.policy.sections import NoticePolicy, PurposeAsked

LONGEST_PURPOSE = 500


class PurposeFault(enum.StrEnum):
    """Why a purpose will not do."""

    MISSING = "missing"
    OTHER_FORM = "other_form"
    TOO_LONG = "too_long"


class PurposeCheck:
    """Judges purposes as the policy wants them. `example` is one that will do, "" if none was thought of."""

    def __init__(self, asked: PurposeAsked, pattern: str = "") -> None:
        self.asked = asked
        self.has_form = bool(pattern)
        self.example = pattern_sample(pattern)
        self._pattern = Pattern(pattern) if pattern else None

    def fault(self, purpose: str) -> PurposeFault | None:
        """Why this purpose will not do; None: it will. What need not be given may be left empty."""
        said = purpose.strip()
        if self.asked is PurposeAsked.NO:
            return None
        if not said:
            return PurposeFault.MISSING if self.asked is PurposeAsked.REQUIRED else None
        if len(said) > LONGEST_PURPOSE:
            return PurposeFault.TOO_LONG
        return None if self._pattern is None or self._pattern.is_in(said) else PurposeFault.OTHER_FORM


def purpose_problem(notice: NoticePolicy, purpose: str) -> str:
    """Why this purpose will not do, in a sentence; empty if it will."""
    check = PurposeCheck(notice.purpose, notice.purpose_pattern)
    match check.fault(purpose):
        case None:
            return ""
        case PurposeFault.MISSING:
            return "The policy asks for a purpose; say what you are about to do, or give a ticket."
        case PurposeFault.TOO_LONG:
            return f"The purpose has more than {LONGEST_PURPOSE} characters; shorten it."
        case PurposeFault.OTHER_FORM:
            like = f"like {inert(check.example)}" if check.example else "of the form that your organisation prescribes"
            return f"The purpose must contain something {like} (the pattern {inert(notice.purpose_pattern)})."
