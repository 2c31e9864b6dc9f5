"""A scripted operator: works in a terminal and an editor of a virtual display the way a person would.

Every step waits for what it caused (a window, a prompt, a file's content), not for time; pauses are only for the pace.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.agent.demo_display import VirtualDisplay, pause, wait_until
from app.agent.demo_hands import Hands

SEARCHED_WORD = "ledger"
JAPANESE_NAME = "作業手順.txt"
JAPANESE_TEXT = """\
作業手順書 CHG-2417

1. 対象サーバの状態を確認する
2. 夜間バッチの終了を待つ
3. 元帳サービスを再起動する
4. 監査担当者へ結果を報告する
"""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the operator did: when (UTC, seconds since 1970) and what."""

    wall_s: float
    text: str


class Operator:
    """Drives a display with real key presses and a real pointer."""

    def __init__(self, display: VirtualDisplay, hands: Hands, folder: Path, *, say: Callable[[str], None]) -> None:
        self._display = display
        self._hands = hands
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
        self._drag(editor, dx_px=-260, dy_px=60)
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

    def _open_terminal(self) -> int:
        fonts = ("-fa", "DejaVu Sans Mono", "-fd", "Noto Sans Mono CJK JP", "-fs", "12", "-u8")
        look = ("-bg", "#101418", "-fg", "#d8dee4", "-geometry", "96x32+40+36", "-T", "operator@ledger-db-1")
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
        return self._hands.find_window("operator@ledger-db-1")

    def _look_around(self) -> None:
        self._command("uname -sr; uptime; df -h /")
        self._command("grep -c posted batch.log; tail -n 200 batch.log")

    def _read_instructions(self) -> None:
        self._command("ls -l")
        self._command("cat *.txt")
        pause(1.0)

    def _open_editor(self) -> int:
        self._display.start(
            "mousepad", "--disable-server", str(self._folder / "note.txt"), GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="1"
        )
        window = self._hands.find_window("note.txt")
        self._hands.activate(window)
        return window

    def _write_note(self, editor: int) -> None:
        self._hands.activate(editor)
        self._type(f"CHG-2417: restart the {SEARCHED_WORD} service after the nightly batch.")
        self._hands.press("Return")
        self._type("Checked disk, load and the last 200 lines of the batch log.")
        self._hands.press("Return")
        self._hands.press("s", "Control_L")
        note = self._folder / "note.txt"
        wait_until(lambda: "batch log." in note.read_text(encoding="utf-8"), "the editor to save the note")
        self._did("saved the note with Ctrl+S")

    def _drag(self, window: int, *, dx_px: int, dy_px: int) -> None:
        left, top, width = self._hands.place(window)
        title_bar = (left + width // 2, top - 10)  # just above the window's own area
        self._hands.drag(title_bar, dx_px=dx_px, dy_px=dy_px)
        wait_until(lambda: self._hands.place(window)[0] != left, "the window to move")
        self._did("moved the editor's window")

    def _switch_between(self, terminal: int, editor: int) -> None:
        for window in (terminal, editor, terminal):
            self._hands.press("Tab", "Alt_L")
            wait_until(lambda window=window: self._hands.active_window() == window, "the other window to become active")  # type: ignore[misc]
            pause(0.8)
        self._did("switched between the windows with Alt+Tab")

    def _watch_and_finish(self, terminal: int) -> None:
        self._hands.activate(terminal)
        self._command("top -b -n 2 -d 1 | head -n 26")
        self._command(f"cat note.txt && echo {SEARCHED_WORD} restarted")
        pause(1.5)

    # --- what they are made of

    def _command(self, line: str) -> None:
        before = self._prompt_count()
        self._type(line)
        self._hands.press("Return")
        wait_until(lambda: self._prompt_count() > before, f"the command to end: {line}")
        pause(0.5)

    def _type(self, text: str) -> None:
        self._did(f"typed: {text}")
        self._hands.type(text)

    def _did(self, text: str) -> None:
        self.steps.append(Step(wall_s=time.time_ns() / 1e9, text=text))
        self._say(text)

    def _prompt_count(self) -> int:
        return len(self._prompts.read_text(encoding="utf-8"))
