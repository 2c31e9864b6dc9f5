"""Whether what an operator says they are about to do is what the policy asks for."""

from recorder.logrow import inert
from recorder.patterns import Pattern
from recorder.policy.sections import NoticePolicy, PurposeAsked


def purpose_problem(notice: NoticePolicy, purpose: str) -> str:
    """Why this purpose will not do, in a sentence; empty if it will."""
    if notice.purpose is PurposeAsked.NO or (notice.purpose is PurposeAsked.OPTIONAL and not purpose.strip()):
        return ""
    if not purpose.strip():
        return "The policy asks for a purpose; say what you are about to do, or give a ticket."
    if notice.purpose_pattern and not Pattern(notice.purpose_pattern).is_in(purpose):
        return f"The purpose must contain something written like this pattern: {inert(notice.purpose_pattern)}"
    return ""
