"""A line is told as it stands in the shell, whatever keys it was edited with."""

import os
import pty
import random
import sys
from pathlib import Path

import pytest

from recorder.command_rows import commands
from recorder.edited_line import LONGEST_LINE, EditedLine
from recorder.events import Key, Window, WindowActive
from recorder.oplog import OperationLog
from recorder.pieces import ERASED
from tests.xserver import wait_until

# What a terminal sends for each key.
SENT = {
    "Left": "\x1b[D",
    "Right": "\x1b[C",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "Delete": "\x1b[3~",
    "Backspace": "\x7f",
    "Alt+Backspace": "\x1b\x7f",
    **{f"Ctrl+{letter}": chr(ord(letter) - 64) for letter in "ABEFHKTUWYD"},
    **{f"Alt+{letter}": f"\x1b{letter.lower()}" for letter in "BFD"},
}
READS = 'IFS= read -e -r line; printf "%s" "$line" > "$1.new"; mv "$1.new" "$1"'


def some_keys(chance: random.Random) -> tuple[str, str]:
    """What is sent for a line that somebody edits a lot, and how it stands after it."""
    line, sent = EditedLine(), ""
    for _ in range(60):
        if chance.random() < 0.5 or not line.text:
            text = "".join(chance.choices("ab-_/ 9", k=chance.randint(1, 4)))
            line.type(text)
            sent += text + 2 * (
                SENT["Left"] + SENT["Right"]
            )  # else bash takes it with the next key as one, if both wait
        else:
            key, times = chance.choice(list(SENT)), chance.choice([1, 1, 1, 3])
            for _ in range(times):
                if line.text:  # Ctrl+D would end the input
                    line.press(key, 1)
                    sent += SENT[key]
    return sent, line.text


@pytest.mark.skipif(sys.platform == "win32", reason="There are no pseudo-terminals, and no bash.")
@pytest.mark.parametrize("seed", range(25))
def test_a_line_stands_as_bash_has_it(seed: int, tmp_path: Path) -> None:
    sent, stands = some_keys(random.Random(seed))
    entered = tmp_path / "entered"
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover: another process
        environment = {"PATH": os.defpath, "TERM": "xterm", "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8"}
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-c", READS, "bash", str(entered)], environment)
    try:
        os.read(terminal, 1)  # it writes when it is ready to read (how it wants pastes told)
        os.write(terminal, f"{sent}\r".encode())
        wait_until(entered.exists, what="the line")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)
    assert entered.read_text(encoding="utf-8") == stands


S = 1_000_000_000
# Each of these enters "rm -rf /etc".
WAYS = [
    ("/etc", "home", "rm -rf "),
    ("rm -rf /ec", "left", "t"),
    ("rm /etc", "alt b", "left", "-rf "),
    ("/etc", "ctrl u", "rm -rf ", "ctrl y"),
    ("rm -rf /ect", "left", "ctrl t"),
    ("rm -rfx /etc", "left", "left", "left", "left", "left", "backspace"),
    ("junk", "ctrl w", "rm -rf /etc"),
    ("/etcjunk", "ctrl a", "rm -rf ", "end", "backspace", "backspace", "backspace", "backspace"),
    ("rm  /etc", "alt b", "left", "left", "-rf"),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_line_that_was_walked_in_is_told_as_it_was_entered(way: tuple[str, ...]) -> None:
    log, at_ns = OperationLog(), 0
    rows = log.feed(WindowActive(0, Window(1, "root@web1: ~", None, 1, "/usr/bin/xterm")))
    for step in (*way, "enter"):
        *modifiers, name = step.split(" ")
        is_key = name in {"home", "end", "left", "backspace", "enter"} or step.startswith(("alt ", "ctrl "))
        for text in ("",) if is_key else step:
            key = Key(at_ns, text, name if is_key else "", tuple(modifiers) if is_key else ())
            rows += log.feed(key)
            at_ns += S // 10
    (command,) = commands(rows + log.finish())
    assert command.text == "rm -rf /etc"


def test_a_line_that_grows_without_end_is_cut_and_says_so() -> None:
    line = EditedLine()
    for _ in range(LONGEST_LINE // 1_000 + 1):
        line.type("x" * 1_000)
    assert (len(line.text), line.is_cut) == (LONGEST_LINE, True)
    line.clear()
    line.type(f"ab{ERASED}c")
    assert (line.text, line.is_cut) == ("ac", False)
