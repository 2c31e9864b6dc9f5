"""What the window says, in the person's language.

The catalogues are plain TOML (resources/i18n), read through the one door. Qt's own .ts and .qm were weighed: their
compiler would have to run before anything starts from a checkout, and a missing sentence would show only as English
in the middle of Japanese. Here a test compares the keys and the placeholders of all languages.
"""

import tomllib
from collections.abc import Mapping

import resources

LANGUAGES = ("en", "ja")


class Words:
    """One language's sentences, by key: `words("verdict.sound")`, with values put in by name."""

    def __init__(self, sentences: Mapping[str, str], *, language: str) -> None:
        self._sentences = sentences
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of this key; an unknown key is a bug and raises KeyError."""
        return self._sentences[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def either(self, key: str, otherwise: str) -> str:
        """The sentence of this key, or `otherwise` for what a newer version may name."""
        return self._sentences.get(key, otherwise)


def read_words(language: str) -> Words:
    """The words of "ja" or "en"; of another language, English."""
    chosen = language if language in LANGUAGES else "en"
    tree = tomllib.loads(resources.path(f"i18n/{chosen}.toml").read_text(encoding="utf-8"))
    return Words(
        {f"{section}.{key}": text for section, group in tree.items() for key, text in group.items()}, language=chosen
    )


def language_of(locale_name: str) -> str:
    """The language of a locale's name: "ja_JP" is "ja"; what there is no catalogue for is "en"."""
    head = locale_name.replace("-", "_").split("_")[0].lower()
    return head if head in LANGUAGES else "en"
