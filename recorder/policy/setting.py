"""What a setting of the policy means and may be: said once, beside its type."""

import enum
from dataclasses import dataclass


class Form(enum.StrEnum):
    """What a text must be written like."""

    PATTERN = "a regular expression"
    HOURS = "hours like 18:00-08:00"
    PATH = "a full path"
    URL = "an https address"
    ADDRESS = "a mail address"
    HOST = "the name or address of a server"
    NAME = "a name"


@dataclass(frozen=True, slots=True)
class Setting:
    """Stands in the `Annotated` of a setting: a sentence for the administrator, and what its value may be.

    `least` and `most` bound a number, `longest` the characters of a text (of each, in a list), `most_items` a list.
    `form` is what a text, or each text of a list, must be written like. One with `is_needed` must stand in the file.
    """

    says: str
    least: float | None = None
    most: float | None = None
    longest: int = 500
    has_lines: bool = False
    most_items: int = 500
    form: Form | None = None
    is_needed: bool = False
