"""Regular expressions in linear time: whatever they are looked for in, none can hold up the program."""

import re2


class Pattern:
    """A regular expression of RE2's syntax, found anywhere in a text."""

    def __init__(self, text: str, *, ignores_case: bool = False) -> None:
        """Read it.

        Raises:
            ValueError: it is none; the sentence says what is wrong with it.
        """
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not ignores_case
        self.text = text
        try:
            self._compiled = re2.compile(text, options=options)
        except re2.error as error:
            said = error.args[0] if error.args else ""
            raise ValueError(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)) from error

    def is_in(self, text: str) -> bool:
        """Whether it is found; what no text in Unicode can hold is looked at as a sign of its own."""
        return self._compiled.search(text.encode("utf-8", "replace").decode("utf-8")) is not None
