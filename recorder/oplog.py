"""The operation log: events as rows that a person reads."""

from collections.abc import Callable
from typing import Any

import msgspec

from recorder.agent_events import EvasionSign, HiddenInput
from recorder.clock import NS_PER_S
from recorder.events import (
    Click,
    Event,
    Key,
    KeyActivity,
    Scroll,
    StateRestated,
    Window,
    WindowActive,
)
from recorder.instant_rows import INSTANT_ROWS, application_of, window_row
from recorder.logrow import KINDS, LogRow, inert
from recorder.pasted_rows import pasted_rows
from recorder.pieces import TYPING_PAUSE_NS, Activity, Clicks, Keys, Piece, Scrolled, Typed, key_words
from recorder.repetitions import is_again

__all__ = ["GROUPING_VERSION", "KINDS", "NS_PER_S", "TYPING_PAUSE_NS", "LogRow", "OperationLog", "inert"]

GROUPING_VERSION = 5  # an index made by another grouping is made again
MOST_HELD_ROWS = 100

CUTTING_KEYS = frozenset({"enter", "tab", "esc", "escape"})
MODIFIER_KEYS = frozenset(f"{name}{side}" for name in ("shift", "ctrl", "alt") for side in ("", "_l", "_r")) | {
    "alt_gr",
    "caps_lock",
    "num_lock",
    "scroll_lock",
    "iso_level3_shift",
    "iso_level5_shift",
}


class _State(msgspec.Struct):
    """Everything the log remembers between two events."""

    piece: Piece | None = None
    held: list[LogRow] = []
    window: Window | None = None
    text_may_continue: bool = False
    is_after_loss: bool = False
    seen: list[bytes] = []


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[_State] = msgspec.msgpack.Decoder(_State)


class OperationLog:
    """Group events into rows. The events in the recording are the truth, the rows are a reading of them.

    Events are fed in their order; a row is given back once it is complete. Rows come in order of `at_ns`, but for
    those that are known only when they are over (gaps): sort by `at_ns` where the order matters. What began while a
    piece is being typed waits behind it, so a live view shows `feed`'s rows, and `pending_rows()` after them.
    """

    def __init__(self) -> None:
        self._state = _State()

    @classmethod
    def resumed(cls, state: bytes) -> "OperationLog":
        """Go on from where `state()` was taken."""
        log = cls()
        log._state = _decoder.decode(state)
        return log

    def state(self) -> bytes:
        """What to keep in order to go on later exactly as if there had been no break."""
        return _encoder.encode(self._state)

    def feed(self, event: Event) -> list[LogRow]:
        """Take one event; give the rows that are now complete."""
        if is_again(event, self._state.seen):
            return []
        done = self._end_by_time(event.at_ns)
        grow = _GROWING.get(type(event))
        if grow is not None:
            return done + grow(self, event)
        make = INSTANT_ROWS.get(type(event))
        if make is not None:
            return done + self._after_piece(make(event, application=self._application, window=self._title))
        return done

    def finish(self) -> list[LogRow]:
        """The rows that are still open: there will be no more events."""
        self._state.text_may_continue = False
        return self._end()

    def lose(self) -> list[LogRow]:
        """Records are missing here: what was typed before and what is typed after them is not one text."""
        piece = self._state.piece
        if isinstance(piece, Typed):
            piece.lost_after = True
        self._state.is_after_loss = True
        return self._end_by_input()

    def pending(self) -> LogRow | None:
        """The piece that is still growing (text being typed, say), as it stands now."""
        piece = self._state.piece
        return None if piece is None else piece.row()

    def pending_rows(self) -> list[LogRow]:
        """All that has happened and was not yet given: the growing piece and what waits behind it."""
        pending = self.pending()
        return [] if pending is None else [pending, *self._state.held]

    @property
    def _application(self) -> str | None:
        return application_of(self._state.window)

    @property
    def _title(self) -> str | None:
        window = self._state.window
        return None if window is None else inert(window.title)

    def _end(self) -> list[LogRow]:
        """Complete the growing piece, and let go what waited behind it."""
        state = self._state
        if state.piece is None:
            return []
        rows = [state.piece.row(), *state.held]
        state.piece, state.held = None, []
        return rows

    def _end_by_time(self, now_ns: int) -> list[LogRow]:
        piece = self._state.piece
        if piece is None or now_ns - piece.last_ns < piece.pause_ns:
            return []
        self._state.text_may_continue = isinstance(piece, Typed)
        return self._end()

    def _end_by_input(self) -> list[LogRow]:
        """Something else was done: text typed after it does not continue text typed before it."""
        self._state.text_may_continue = False
        return self._end()

    def _after_piece(self, row: LogRow) -> list[LogRow]:
        state = self._state
        if state.piece is None:
            return [row]
        state.held.append(row)
        if len(state.held) < MOST_HELD_ROWS:
            return []
        state.text_may_continue = isinstance(state.piece, Typed)
        return self._end()

    # --- what grows ---------------------------------------------------------------------------------------------------

    def _key(self, key: Key) -> list[LogRow]:
        if key.name in MODIFIER_KEYS and not key.text:
            return []
        piece = self._state.piece
        if set(key.modifiers) & {"ctrl", "alt", "cmd"}:
            return self._named_key(key)
        if key.name in CUTTING_KEYS and isinstance(piece, Typed):
            piece.end(key, key_words(key))
            return self._end_by_input()
        if key.name == "backspace" and isinstance(piece, Typed):
            piece.erase(key)
            return self._cut_if_full(piece)
        if _types(key):
            return self._typed(key)
        return self._named_key(key)

    def _typed(self, key: Key) -> list[LogRow]:
        done: list[LogRow] = []
        state = self._state
        piece = state.piece
        if not isinstance(piece, Typed):
            done = self._end_by_input() if piece is not None else []
            piece = Typed(key.at_ns, key.at_ns, self._application, self._title, state.text_may_continue)
            piece.lost_before, state.is_after_loss = state.is_after_loss, False
            state.piece = piece
        piece.add(key)
        return done + self._cut_if_full(piece)

    def _cut_if_full(self, piece: Typed) -> list[LogRow]:
        if not piece.is_full:
            return []
        self._state.text_may_continue = True
        return self._end()

    def _named_key(self, key: Key) -> list[LogRow]:
        piece, words = self._state.piece, key_words(key)
        if isinstance(piece, Keys) and piece.words == words and piece.injected == bool(key.injected):
            piece.presses += 1
            piece.last_ns = key.at_ns
            return []
        done = self._end_by_input()
        self._state.piece = Keys(
            key.at_ns, key.at_ns, self._application, self._title, words, injected=bool(key.injected)
        )
        return done

    def _activity(self, event: KeyActivity) -> list[LogRow]:
        piece = self._state.piece
        if isinstance(piece, Activity):
            piece.add(event)
            return []
        done = self._end_by_input()
        self._state.piece = Activity(event.at_ns, event.end_ns, self._application, self._title, event.presses)
        return done

    def _click(self, event: Click) -> list[LogRow]:
        piece = self._state.piece
        if isinstance(piece, Clicks) and piece.takes(event):
            piece.add(event)
            return []
        if not event.pressed:
            return []  # its press is already a row
        done = self._end_by_input()
        self._state.piece = Clicks(
            event.at_ns,
            event.at_ns,
            self._application,
            self._title,
            event.button,
            event.x_px,
            event.y_px,
            injected=bool(event.injected),
        )
        return done

    def _scroll(self, event: Scroll) -> list[LogRow]:
        piece = self._state.piece
        if isinstance(piece, Scrolled) and piece.takes(event):
            piece.add(event)
            return []
        done = self._end_by_input()
        scrolled = Scrolled(event.at_ns, event.at_ns, self._application, self._title, event.x_px, event.y_px)
        scrolled.add(event)
        self._state.piece = scrolled
        return done

    def _hidden(self, event: HiddenInput) -> list[LogRow]:
        """What was typed before and after is not one text."""
        done = self._end_by_input()
        row = INSTANT_ROWS[HiddenInput](event, application=self._application, window=self._title)
        return done + self._after_piece(row)

    def _evasion(self, event: EvasionSign) -> list[LogRow]:
        """What was pasted stands behind the sign of it, as it would if it had been typed."""
        row = INSTANT_ROWS[EvasionSign](event, application=self._application, window=self._title)
        rows = [row, *pasted_rows(event, application=self._application, window=self._title)]
        return [done for one in rows for done in self._after_piece(one)]

    # --- the window that all this happens in --------------------------------------------------------------------------

    def _window(self, event: WindowActive) -> list[LogRow]:
        before, now = self._state.window, event.window
        other = _identity(before) != _identity(now)
        if not other and (before is None or now is None or before.title == now.title):
            self._state.window = now
            return []
        done = self._end_by_input() if other else []
        self._state.is_after_loss &= not other
        self._state.window = now
        row = window_row(event.at_ns, now, other=other)
        return done + self._after_piece(row)

    def _restated(self, event: StateRestated) -> list[LogRow]:
        """Nothing happened; but from here on the log knows the window, whatever was lost before."""
        self._state.window = event.window
        return []


def _types(key: Key) -> bool:
    return bool(key.text) and key.name not in CUTTING_KEYS and key.name != "backspace" and key.text.isprintable()


def _identity(window: Window | None) -> tuple[int, int | None] | None:
    return None if window is None else (window.window_id, window.pid)


_GROWING: dict[type[Event], Callable[[OperationLog, Any], list[LogRow]]] = {
    Key: OperationLog._key,
    KeyActivity: OperationLog._activity,
    Click: OperationLog._click,
    Scroll: OperationLog._scroll,
    WindowActive: OperationLog._window,
    StateRestated: OperationLog._restated,
    HiddenInput: OperationLog._hidden,
    EvasionSign: OperationLog._evasion,
}
