"""How the state of a review is shown: its sign and colour, the same wherever a recording stands."""

from player.review.state import ReviewState
from resources.ui.look import Look

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
