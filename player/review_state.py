"""How far a recording is reviewed, as the list tells it and a facet asks for it."""

REVIEWED = "reviewed"
CONCLUSIONS = ("cleared", "follow_up", "violation")
# `REVIEWED` is any of the conclusions; the others are the values of `player.review.state.ReviewState`.
REVIEW_STATES = ("unreviewed", "in_review", "doubtful", REVIEWED, *CONCLUSIONS)
