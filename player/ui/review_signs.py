"""How reasons to look, and the state of a review, are shown: the same wherever a recording stands."""

from player.review.reasons import Reason
from player.review.state import ReviewState
from resources.ui.look import Look
from resources.words import Words

STATE_ICONS = {
    ReviewState.NONE: "review_none",
    ReviewState.STARTED: "review_started",
    ReviewState.CLEARED: "tick",
    ReviewState.DOUBTFUL: "verdict_unknown",
    ReviewState.FOLLOW_UP: "review_follow_up",
    ReviewState.VIOLATION: "review_violation",
}


def state_colour(look: Look, state: ReviewState) -> str:
    """The colour of a state's sign."""
    colours = look.colours
    tones = {
        ReviewState.CLEARED: colours.good,
        ReviewState.FOLLOW_UP: colours.warn,
        ReviewState.DOUBTFUL: colours.warn,
        ReviewState.VIOLATION: colours.bad,
        ReviewState.STARTED: colours.accent,
    }
    return tones.get(state, colours.text_dim)


def reason_words(reason: Reason, words: Words) -> str:
    """What a reason says; an alert's is the title of its rule."""
    return words.rules.title(reason.text) if reason.kind.startswith("alert_") else words.said(reason.text)
