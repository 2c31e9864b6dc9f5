"""Keyboard and pointer where there is no X server (Windows, macOS), through pynput's own translation. Never run yet."""

import queue
from collections.abc import Callable
from typing import Any

from recorder.capture.source import ThreadSource
from recorder.clock import NS_PER_S
from recorder.errors import CannotRecordError
from recorder.events import Click, GapReason, Key, KeyActivity, PointerMoved, Scroll

MOVES_EVERY_NS = NS_PER_S // 15

_HELD = {"ctrl": "ctrl", "alt": "alt", "cmd": "cmd", "shift": "shift"}
_UNTRIED = "Written for this system, and not yet tried on it."


class _PynputSource(ThreadSource):
    """A pynput listener whose callbacks only enqueue, and the thread that empties the queue."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._listener: Any = None

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
        if not self._stopping.is_set():
            msg = "Listening to input ended; allow this program to observe input in the system's privacy settings."
            raise CannotRecordError(msg)

    def _interrupt(self) -> None:
        self._work.put(None)

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.stop()

    def _gap_reason(self) -> GapReason:
        return GapReason.INPUT_LOST


class PynputKeyboard(_PynputSource):
    """Keys as pynput names them. Dead keys and input methods are as good as pynput's translation is."""

    def __init__(self, *, activity_only: bool) -> None:
        super().__init__("keyboard")
        self._activity_only = activity_only
        self._held: set[str] = set()
        self._down: set[str] = set()

    def _open(self) -> str:
        from pynput import keyboard  # some systems ask for permission when it is imported

        self._listener = keyboard.Listener(on_press=self._pressed, on_release=self._released)
        self._listener.start()
        return _UNTRIED

    def _pressed(self, key: Any, injected: bool) -> None:
        at_ns = self._clock.now_ns()
        self._work.put(lambda: self._press(key, at_ns, injected=injected))

    def _released(self, key: Any, _injected: bool) -> None:
        self._work.put(lambda: self._release(key))

    def _press(self, key: Any, at_ns: int, *, injected: bool) -> None:
        identity, plain = str(key), str(getattr(key, "name", "") or "").partition("_")[0]
        repeat = identity in self._down
        self._down.add(identity)
        if plain in _HELD:
            self._held.add(plain)
        elif self._activity_only:
            self._emit(KeyActivity(at_ns, at_ns, 1))
        else:
            self._emit(self._key(key, at_ns, repeat=repeat, injected=injected))

    def _key(self, key: Any, at_ns: int, *, repeat: bool, injected: bool) -> Key:
        name, text = str(getattr(key, "name", "") or ""), str(getattr(key, "char", None) or "")
        text = " " if name == "space" else text
        held: list[str] = [one for one in ("ctrl", "alt", "cmd") if one in self._held]
        if text and not held:
            return Key(at_ns, text=text, repeat=repeat, injected=injected)
        held += ["shift"] if "shift" in self._held else []
        return Key(
            at_ns, text="", name=name or text or str(key), modifiers=tuple(held), repeat=repeat, injected=injected
        )

    def _release(self, key: Any) -> None:
        self._down.discard(str(key))
        self._held.discard(str(getattr(key, "name", "") or "").partition("_")[0])


class PynputPointer(_PynputSource):
    """Clicks, the wheel, and the pointer's place at most 15 times a second and where a click happens."""

    def __init__(self) -> None:
        super().__init__("pointer")
        self._moved_at_ns = -MOVES_EVERY_NS

    def _open(self) -> str:
        from pynput import mouse  # some systems ask for permission when it is imported

        self._listener = mouse.Listener(on_move=self._moved, on_click=self._clicked, on_scroll=self._scrolled)
        self._listener.start()
        return _UNTRIED

    def _moved(self, x: float, y: float, _injected: bool) -> None:
        at_ns = self._clock.now_ns()
        if at_ns - self._moved_at_ns >= MOVES_EVERY_NS:
            self._moved_at_ns = at_ns
            self._work.put(lambda: self._emit(PointerMoved(at_ns, int(x), int(y))))

    def _clicked(self, x: float, y: float, button: Any, pressed: bool, injected: bool) -> None:
        at_ns = self._clock.now_ns()
        click = Click(at_ns, int(x), int(y), str(button.name), pressed=pressed, injected=injected)
        self._work.put(lambda: self._emit(click))

    def _scrolled(self, x: float, y: float, dx: float, dy: float, _injected: bool) -> None:
        scroll = Scroll(self._clock.now_ns(), int(x), int(y), int(dx), int(dy))
        self._work.put(lambda: self._emit(scroll))
