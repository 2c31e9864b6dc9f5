"""Whether a rule would find something in everything: it is held against an empty row and against random ones."""

import random
from collections.abc import Iterator, Sequence

from recorder.detect.matching import Matcher
from recorder.detect.observation import FieldValue, Observation, fired_by
from recorder.detect.rule import Selection
from recorder.detect.taxonomy import CATEGORIES, Category, Field, Holds

RANDOM_ROWS = 200
MOST_OF_THEM = 0.9
_SEED = 20260101  # the same rule is judged alike by everybody
_WORDS = tuple(
    word
    for line in (
        "the a and of to in is it for on with report quarter customer account transfer balance total monthly please",
        "thanks regards meeting table file folder server backup restart status error warning value number date name",
        "ls cd cat less vim git make ssh systemctl journalctl grep awk sed tar find select from where order group by",
        "/home/operator/notes.txt /var/log/messages /etc/hosts --help -la | > && 10.1.2.3 2026 17 'x' 取引 残高",
    )
    for word in line.split()
)
_VALUES: dict[str, tuple[str, ...]] = {
    "Weekday": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "Evidence": ("typed", "process"),
    "Found": ("yes", "no"),
    "Selection": ("clipboard", "primary"),
    "Action": ("added", "found", "removed"),
    "Application": ("xterm", "firefox", "soffice.bin", "psql", "nautilus", "code"),
    "Sign": (
        *("injected_input", "pasted_instead_of_typed", "recorder_inspected", "recorder_stopped"),
        *("other_display", "remote_control", "tunnel", "curtain", "indicator_hidden", "policy_removed"),
        *("recorder_cut_off", "pretended_lock", "kept_unknown"),
    ),
    "Why": ("echo_off", "password_field", "password_dialog", "screen_lock", "masked"),
    "Happening": (
        *("started", "locked", "unlocked", "idle", "active_again", "clock_set", "gap", "source_lost"),
        *("source_works", "storage", "notice_confirmed", "predecessor_interrupted"),
    ),
}
_MOST: dict[str, int] = {"Hour": 23, "Minute": 59, "Seconds": 3600, "Keys": 40}


def what_matches_everything(selections: Sequence[Selection]) -> list[str | None]:
    """For each of these, why it is refused, or None."""
    sentences: list[str | None] = [None] * len(selections)
    for category in CATEGORIES:
        places = [place for place, selection in enumerate(selections) if selection.category == category.name]
        if places:
            matcher = Matcher([selections[place].tree for place in places])
            for inner, sentence in _tried(matcher, category):
                sentences[places[inner]] = sentence
    return sentences


def _tried(matcher: Matcher, category: Category) -> Iterator[tuple[int, str]]:
    hits: dict[int, int] = {}
    for row in random_rows(category, RANDOM_ROWS):
        for place in matcher.matching(row):
            hits[place] = hits.get(place, 0) + 1
    for place, count in hits.items():
        if count >= MOST_OF_THEM * RANDOM_ROWS:
            yield (
                place,
                f"The rule would match everything: it fires at {count} of {RANDOM_ROWS} random rows. Make it narrower.",
            )
    for place in {place for row in empty_rows(category) for place in matcher.matching(row)}:
        yield (
            place,
            "The rule would match everything of which nothing is known: it fires at an empty row. "
            "Add a selection that says what to look for, not only what to leave out.",
        )


def empty_rows(category: Category) -> tuple[Observation, Observation]:
    """A row of which nothing is known, and one whose texts are empty."""
    row = fired_by(0, "unknown", "")
    empty: dict[str, FieldValue] = {field.name: _EMPTY[field.holds] for field in category.all_fields()}
    return Observation(category.name, 0, {}, row), Observation(category.name, 0, empty, row)


_EMPTY: dict[Holds, FieldValue] = {Holds.TEXT: "", Holds.TEXTS: (), Holds.NUMBER: None}


def random_rows(category: Category, count: int) -> Iterator[Observation]:
    """Rows such as an ordinary day may bring, always the same ones."""
    chance = random.Random(f"{_SEED} {category.name}")
    for _ in range(count):
        fields = {field.name: _random_value(field, chance) for field in category.all_fields()}
        yield Observation(category.name, 0, fields, fired_by(0, "unknown", ""))


def _random_value(field: Field, chance: random.Random) -> FieldValue:
    if field.holds is Holds.NUMBER:
        return chance.randint(0, _MOST.get(field.name, 100_000))
    if field.name == "TimeOfDay":
        return f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}"
    if field.name in _VALUES:
        return chance.choice(_VALUES[field.name])
    if field.holds is Holds.TEXTS:
        return tuple(chance.choices(_WORDS, k=chance.randint(1, 3)))
    return " ".join(chance.choices(_WORDS, k=chance.randint(6, 20)))
