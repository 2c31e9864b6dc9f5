"""What sources ask for so that they say nothing that is to be kept out of a recording."""

from collections.abc import Callable, Sequence
from typing import Protocol

from recorder.capture.key_gate import KeyGate
from recorder.capture.paste_board import PasteBoard
from recorder.capture.screen import ScreenSource
from recorder.capture.shown_windows import WindowTable
from recorder.capture.source import Source


class Privacy(Protocol):
    """Keeps out masked windows and areas, and what is typed where it is hidden."""

    gate: KeyGate
    sources: list[Source]
    paste_board: PasteBoard

    @property
    def windows(self) -> WindowTable:
        """The windows that are shown."""
        ...

    def on_lost(self, on_lost: Callable[[], None]) -> None:
        """Let this be called, from any thread, when it cannot be known any more what is to be kept out."""
        ...

    def masked(self, screen: ScreenSource) -> ScreenSource:
        """The screen without what is masked."""
        ...

    def title(self, title: str, executable: str | None, classes: Sequence[str]) -> str:
        """A window's title as it may be recorded."""
        ...

    def hides_clipboard_of(self, owner: int) -> bool:
        """Whether nothing may be recorded of what the program behind this window offers."""
        ...

    def close(self) -> None:
        """Let go."""
        ...
