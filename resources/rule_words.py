"""Titles and reasons of alerts in the person's language, by their English text; the recording keeps the English.

An organisation's own rule says what it says: it is written in the language of those who read it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

import resources

# What the judge adds to a reason: how many rows a correlation counted, and what it left out of a burst.
_COUNTED = re.compile(r"(.+) \((\d+) rows within (\d+) s\)", re.DOTALL)
_LEFT_OUT = re.compile(
    r"(\d+) more alerts? of this rule (?:was|were) left out within (\d+) s; this is the last of them\. (.+)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What the default rules say, in one language; what is not known stays as it is."""

    titles: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    counted: str = ""
    left_out: str = ""

    def title(self, text: str) -> str:
        """The title of an alert."""
        return self.titles.get(text, text)

    def reason(self, text: str) -> str:
        """The reason of an alert, with what was counted."""
        if text in self.reasons:
            return self.reasons[text]
        if self.left_out and (left_out := _LEFT_OUT.fullmatch(text)):
            count, seconds, reason = left_out.groups()
            return self.left_out.format(count=count, seconds=seconds, reason=self.reason(reason))
        if self.counted and (counted := _COUNTED.fullmatch(text)) and counted[1] in self.reasons:
            return self.counted.format(reason=self.reasons[counted[1]], count=counted[2], seconds=counted[3])
        return text


def read_rule_words(language: str) -> RuleWords:
    """The rules' words in this language; English is what they are written in."""
    if language == "en":
        return RuleWords()
    tree = tomllib.loads(resources.path(f"i18n/rules-{language}.toml").read_text(encoding="utf-8"))
    return RuleWords(tree["titles"], tree["reasons"], tree["added"]["counted"], tree["added"]["left_out"])
