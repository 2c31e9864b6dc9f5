"""A scripted operator: works in a terminal and an editor of a virtual display the way a person would.

Every step waits for what it caused (a window, a prompt, a file's content), not for time; pauses are only for the pace.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.agent.demo_display import VirtualDisplay, pause, wait_until
from recorder.errors import WorldError

SEARCHED_WORD = "ledger"
JAPANESE_NAME = "作業手順.txt"
JAPANESE_TEXT = """\
作業手順書 CHG-2417

1. 対象サーバの状態を確認する
2. 夜間バッチの終了を待つ
3. 元帳サービスを再起動する
4. 監査担当者へ結果を報告する
"""
TYPING_DELAY_MS = 110
DRAG_STEPS = 24


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the operator did: when (UTC, seconds since 1970) and what."""

    wall_s: float
    text: str


class Operator:
    """Drives a display with real key presses and a real pointer."""

    def __init__(self, display: VirtualDisplay, folder: Path, *, say: Callable[[str], None]) -> None:
        self._display = display
        self._folder = folder
        self._say = say
        self._prompts = folder / ".prompts"
        self.steps: list[Step] = []

    def work(self) -> None:
        """The whole session, about 30 s."""
        self._prepare()
        terminal = self._open_terminal()
        self._look_around()
        self._read_instructions()
        editor = self._open_editor()
        self._write_note(editor)
        self._drag(editor, dx_px=-420, dy_px=130)
        self._switch_between(terminal, editor)
        self._watch_and_finish(terminal)

    # --- the parts of the session

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._prompts.write_text("", encoding="utf-8")
        (self._folder / JAPANESE_NAME).write_text(JAPANESE_TEXT, encoding="utf-8")
        log = "".join(
            f"2031-04-01T02:{n // 60:02}:{n % 60:02}Z batch[417]: posted entry {n * 7919:08}\n" for n in range(600)
        )
        (self._folder / "batch.log").write_text(log, encoding="utf-8")
        (self._folder / "note.txt").write_text("", encoding="utf-8")

    def _open_terminal(self) -> str:
        fonts = ("-fa", "DejaVu Sans Mono", "-fd", "Noto Sans Mono CJK JP", "-fs", "12", "-u8")
        look = ("-bg", "#101418", "-fg", "#d8dee4", "-geometry", "100x34+80+60", "-T", "operator@ledger-db-1")
        shell = ("-e", "bash", "--norc", "--noprofile", "-i")
        self._display.start(
            "xterm",
            *fonts,
            *look,
            *shell,
            PS1="operator@ledger-db-1:~$ ",
            PROMPT_COMMAND=f"echo >> '{self._prompts}'; cd '{self._folder}'",
        )
        wait_until(lambda: self._prompt_count() >= 1, "a shell's prompt")
        return self._window("operator@ledger-db-1")

    def _look_around(self) -> None:
        self._command("uname -sr; uptime; df -h /")
        self._command("grep -c posted batch.log; tail -n 200 batch.log")

    def _read_instructions(self) -> None:
        self._command("ls -l")
        self._command("cat *.txt")
        pause(1.0)

    def _open_editor(self) -> str:
        self._display.start("mousepad", "--disable-server", str(self._folder / "note.txt"), NO_AT_BRIDGE="1")
        window = self._window("note.txt")
        self._activate(window)
        return window

    def _write_note(self, editor: str) -> None:
        self._activate(editor)
        self._type(f"CHG-2417: restart the {SEARCHED_WORD} service after the nightly batch.")
        self._press("Return")
        self._type("Checked disk, load and the last 200 lines of the batch log.")
        self._press("Return")
        self._press("ctrl+s")
        note = self._folder / "note.txt"
        wait_until(lambda: "batch log." in note.read_text(encoding="utf-8"), "the editor to save the note")
        self._did("saved the note with Ctrl+S")

    def _drag(self, window: str, *, dx_px: int, dy_px: int) -> None:
        left, top, width = self._place(window)
        x, y = left + width // 2, top - 10  # the middle of the title bar, just above the window's own area
        self._xdotool("mousemove", str(x), str(y))
        self._xdotool("mousedown", "1")
        for step in range(1, DRAG_STEPS + 1):
            self._xdotool("mousemove", str(x + dx_px * step // DRAG_STEPS), str(y + dy_px * step // DRAG_STEPS))
            pause(0.03)
        self._xdotool("mouseup", "1")
        wait_until(lambda: self._place(window)[0] != left, "the window to move")
        self._did("moved the editor's window")

    def _switch_between(self, terminal: str, editor: str) -> None:
        for window in (terminal, editor, terminal):
            self._press("alt+Tab")
            wait_until(lambda window=window: self._active_window() == window, "the other window to become active")  # type: ignore[misc]
            pause(0.8)
        self._did("switched between the windows with Alt+Tab")

    def _watch_and_finish(self, terminal: str) -> None:
        self._activate(terminal)
        self._command("top -b -n 2 -d 1 | head -n 26")
        self._command(f"cat note.txt && echo {SEARCHED_WORD} restarted")
        pause(1.5)

    # --- the hands

    def _command(self, line: str) -> None:
        before = self._prompt_count()
        self._type(line)
        self._press("Return")
        wait_until(lambda: self._prompt_count() > before, f"the command to end: {line}")
        pause(0.5)

    def _type(self, text: str) -> None:
        self._did(f"typed: {text.strip()}")
        self._xdotool("type", "--delay", str(TYPING_DELAY_MS), "--", text)

    def _press(self, keys: str) -> None:
        self._xdotool("key", "--", keys)

    def _did(self, text: str) -> None:
        self.steps.append(Step(wall_s=time.time_ns() / 1e9, text=text))
        self._say(text)

    # --- the eyes

    def _prompt_count(self) -> int:
        return len(self._prompts.read_text(encoding="utf-8"))

    def _window(self, title: str) -> str:
        pattern = re.escape(title)
        found: list[str] = []

        def look() -> bool:
            answer = self._display.ask("xdotool", "search", "--onlyvisible", "--name", pattern)
            found[:] = (answer or "").split()
            return bool(found)

        wait_until(look, f"the window {title}")
        return found[-1]

    def _activate(self, window: str) -> None:
        self._xdotool("windowactivate", window)
        wait_until(lambda: self._active_window() == window, "a window to become active")

    def _active_window(self) -> str | None:
        return self._display.ask("xdotool", "getactivewindow")

    def _place(self, window: str) -> tuple[int, int, int]:
        answer = self._xdotool("getwindowgeometry", "--shell", window)
        numbers = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
        return int(numbers["X"]), int(numbers["Y"]), int(numbers["WIDTH"])

    def _xdotool(self, *arguments: str) -> str:
        answer = self._display.ask("xdotool", *arguments)
        if answer is None:
            msg = f"xdotool could not do {' '.join(arguments[:2])} on the virtual display."
            raise WorldError(msg)
        return answer
