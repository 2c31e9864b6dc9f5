"""What lies on the clipboards just now, as far as a paste of it may be told: for whoever sees the paste."""

import hashlib
import re
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Offered:
    """A text on a clipboard. `text` only if the policy lets it be recorded; it is kept out if all else is None, too."""

    characters: int | None
    line_ends: int | None
    size_bytes: int | None
    sha256: bytes | None
    text: str | None = None


KEPT_OUT = Offered(None, None, None, None)  # a password manager's, a masked program's, or one that does not answer


def offered_text(content: bytes, text: str | None) -> Offered:
    """What of this content may be told; `text` is it as it may be recorded."""
    plain = content.decode("utf-8", errors="replace")
    return Offered(len(plain), len(LINE_END.findall(plain)), len(content), hashlib.sha256(content).digest(), text)


class PasteBoard:
    """One for each recording, written by the source of the clipboards. For any thread."""

    def __init__(self) -> None:
        self._offered: dict[str, Offered] = {}

    def put(self, selection: str, offered: Offered | None) -> None:
        """This lies on it now; None: nothing that is a text."""
        if offered is None:
            self._offered.pop(selection, None)
        else:
            self._offered[selection] = offered

    def get(self, selection: str) -> Offered | None:
        """The text that lies on it."""
        return self._offered.get(selection)
