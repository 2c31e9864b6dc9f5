"""What a person is told, in the person's language.

The catalogues are plain TOML (resources/i18n), read through the one door. Qt's own .ts and .qm were weighed: their
compiler would have to run before anything starts from a checkout, and a missing sentence would show only as English
in the middle of Japanese. Here a test compares the keys and the placeholders of all languages.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import resources
from resources.rule_words import RuleWords, read_rule_words

LANGUAGES = ("en", "ja")
_SENTENCES_KEPT = 4096
_LENGTH = re.compile(r"\d+(?:\.\d)? (?:h|min|s)(?: \d+ (?:min|s))?")  # as `recorder.logrow.span_words` says it
_UNIT = re.compile(r"(?<= )(?:h|min|s)\b")
LONGEST_SENTENCE = 600  # characters; what is longer is no sentence of ours

Pattern = tuple[re.Pattern[str], str]


class Words:
    """One language's sentences, by key: `words("verdict.sound")`, with values put in by name."""

    def __init__(
        self,
        sentences: Mapping[str, str],
        *,
        language: str,
        patterns: Sequence[Pattern] = (),
        rules: RuleWords | None = None,
    ) -> None:
        self.rules = RuleWords() if rules is None else rules
        self._sentences = sentences
        self._patterns = patterns
        self._said: dict[str, str] = {}
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of this key; an unknown key is a bug and raises KeyError."""
        return self._sentences[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def either(self, key: str, otherwise: str) -> str:
        """The sentence of this key, or `otherwise` for what a newer version may name."""
        return self._sentences.get(key, otherwise)

    def length(self, text: str) -> str:
        """A length of time such as "3 min 5 s", in this language; anything else stays as it is."""
        if not _LENGTH.fullmatch(text):
            return text
        return _UNIT.sub(lambda unit: self.either(f"length.{unit[0]}", unit[0]), text)

    def said(self, text: str) -> str:
        """What the rest of the program says, in this language; a sentence that is not known stays as it is."""
        if not self._patterns or len(text) > LONGEST_SENTENCE:
            return text
        if text not in self._said:
            if len(self._said) >= _SENTENCES_KEPT:
                self._said.clear()
            self._said[text] = self._all_said(text)
        return self._said[text]

    def _all_said(self, text: str) -> str:
        """Sentence by sentence, if each is known; else as a whole, since one may hold others; else as far as it is."""
        pieces = re.split(r"(?<=\.) (?=[A-Z])", text)
        told = [self._sentence(one) for one in pieces]
        whole = self._sentence(text) if None in told else None
        return whole if whole is not None else " ".join(ours or one for ours, one in zip(told, pieces, strict=True))

    def _sentence(self, text: str) -> str | None:
        for pattern, ours in self._patterns:
            if match := pattern.fullmatch(text):
                return ours.format("", *(_Value(value, self) for value in match.groups()))
        return None


@dataclass(frozen=True, slots=True)
class _Value:
    """What is put into a sentence; `{1:said}` says it, too, in the sentence's language, as a length always is."""

    text: str
    words: Words

    def __format__(self, how: str) -> str:
        return self.words.said(self.text) if how == "said" else self.words.length(self.text)


def read_words(language: str) -> Words:
    """The words of "ja" or "en"; of another language, English."""
    chosen = language if language in LANGUAGES else "en"
    tree = tomllib.loads(resources.path(f"i18n/{chosen}.toml").read_text(encoding="utf-8"))
    sentences = {f"{section}.{key}": text for section, group in tree.items() for key, text in group.items()}
    patterns = () if chosen == "en" else _patterns(chosen)
    return Words(sentences, language=chosen, patterns=patterns, rules=read_rule_words(chosen))


def read_sentences(language: str) -> dict[str, str]:
    """What is said in English elsewhere, and how this language says it; {1}, {2}, … stand for what is put in."""
    tree = tomllib.loads(resources.path(f"i18n/sentences-{language}.toml").read_text(encoding="utf-8"))
    return dict(tree["sentences"])


def _patterns(language: str) -> list[Pattern]:
    found = []
    for english, ours in read_sentences(language).items():
        pieces = re.split(r"\{\d\}", english)
        found.append((re.compile("(.+?)".join(map(re.escape, pieces)), re.DOTALL), ours))
    return found


def language_of(locale_name: str) -> str:
    """The language of a locale's name: "ja_JP" is "ja"; what there is no catalogue for is "en"."""
    head = locale_name.replace("-", "_").split("_")[0].lower()
    return head if head in LANGUAGES else "en"
