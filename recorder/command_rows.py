"""Which rows of the operation log are commands: lines entered in a terminal, and processes that started.

A line is told as it stood when it was entered, also where the cursor was moved about in it. It is a reading of what was
typed, not of what a shell made of it. A text that was pasted counts as typed where it was recorded with the sign of its
paste. **Not seen** as a line: one taken from the history (Up, Ctrl+R), or pasted in a way that nobody notices; what
completion added (a ⇥ stands where it was asked for); text made with an input method; what a script ran; keys that were
recorded as activity only; what an editing mode like vi's did. **Taken for a command, and none**: whatever else
is typed and entered in a terminal (an answer, a line in an editor, a password at a prompt), since the log knows the
window and not what runs inside it. A process that started is the other evidence of the same thing: it is there however
it was started, but not if it lived for less than the recorder's look at the processes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from recorder.edited_line import KILLING_KEYS, EditedLine
from recorder.logrow import LogRow
from recorder.pieces import ERASED, INJECTED, LOST_AFTER, LOST_BEFORE, PASTED

# The names by which the operation log knows a terminal: of its executable, else of its window's class; in lower case.
# A terminal that runs inside an interpreter (Terminator, Guake: "python3") goes by the interpreter's name and is not
# recognised; nor is one inside an editor or a browser.
TERMINALS = frozenset(
    {
        # X11 and Wayland
        *("xterm", "uxterm", "urxvt", "rxvt", "urxvtd", "mlterm", "eterm", "aterm", "st", "st-256color", "foot"),
        *("gnome-terminal", "gnome-terminal-", "gnome-terminal-server", "kgx", "gnome-console", "ptyxis", "tilix"),
        *("konsole", "yakuake", "xfce4-terminal", "mate-terminal", "lxterminal", "qterminal", "terminator", "guake"),
        *("terminology", "deepin-terminal", "pantheon-terminal", "io.elementary.terminal", "cool-retro-term"),
        *("alacritty", "kitty", "wezterm", "wezterm-gui", "ghostty", "contour", "rio", "tilda", "sakura", "roxterm"),
        *("hyper", "tabby", "x-terminal-emulator"),
        # Windows
        *("windowsterminal.exe", "openconsole.exe", "conhost.exe", "cmd.exe", "powershell.exe", "pwsh.exe", "bash.exe"),
        *("wsl.exe", "mintty.exe", "putty.exe", "kitty.exe", "alacritty.exe", "wezterm-gui.exe", "mobaxterm.exe"),
        *("securecrt.exe", "xshell.exe", "ttermpro.exe", "rlogin.exe", "poderosa.exe"),
        # macOS
        *("terminal", "iterm2", "iterm", "warp"),
    }
)
COMPLETED = "⇥"
LOST = "[…]"  # where evidence is missing
# Keys that enter what stands on a line: terminals send one character for all of these, but for Ctrl+J and Ctrl+O, which
# shells take alike.
ENTERING_KEYS = frozenset({"Enter", "Shift+Enter", "Ctrl+Enter", "Ctrl+Shift+Enter", "Ctrl+J", "Ctrl+M", "Ctrl+O"})
TAB = "Tab"
STARTED = "started · "
NEW_TITLE = "new title"
# Keys after which what stood on the line is gone.
DROPPING_KEYS = frozenset({"Ctrl+C", "Ctrl+G", "Ctrl+Z"})


class Evidence(Enum):
    """By what a command is known."""

    TYPED = "typed"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Command:
    """A command, from its first key to Enter (or the start of its process).

    `row` is the place of the row that ended it, among the rows that were read. `is_whole`: as far as the log can tell,
    `text` is all that stood on the line; else something was completed, pasted, or changed by keys that move about.
    """

    at_ns: int
    end_ns: int
    text: str
    application: str | None
    window: str | None
    evidence: Evidence
    row: int
    is_whole: bool = True


def is_terminal(application: str | None) -> bool:
    """Whether the operation log's name of a program is one of the known terminals'."""
    return application is not None and application.casefold() in TERMINALS


def is_process_start(row: LogRow) -> bool:
    """Whether this row tells that a process started; one that was found running does not."""
    return row.kind == "process" and row.detail.startswith(STARTED)


def ended_by(row: LogRow) -> str:
    """The key that ended this typed text ("Enter", "Tab", "Escape", "Shift+Enter"); "" if none did."""
    return _ended_and_lost(row)[0]


def _ended_and_lost(row: LogRow) -> tuple[str, bool, bool]:
    """The key that ended it, and whether evidence is missing before and after it."""
    if row.kind != "text":
        return "", False, False
    detail, lost = row.detail, []
    if row.also:  # what was typed may itself look like the end of a detail
        detail = detail.removeprefix(f"typed: {row.also}").removeprefix(" · ")
    for mark in (LOST_AFTER, LOST_BEFORE, PASTED, INJECTED):
        lost.append(detail.endswith(mark))
        detail = detail.removesuffix(mark).removesuffix(" · ")
    return detail, lost[1], lost[0]


def commands(rows: Iterable[LogRow]) -> list[Command]:
    """All commands in these rows, which are in the order of the operation log."""
    reader = CommandReader()
    return [command for row in rows if (command := reader.take(row)) is not None]


class CommandReader:
    """Takes one row after the other, and gives a command once it was entered.

    A line may lie in several rows: typing pauses, Tab completes, and Enter may come long after. What is typed in
    another window begins another line.
    """

    def __init__(self) -> None:
        self._taken = 0
        self._line = EditedLine()
        self._first: LogRow | None = None
        self._is_whole = True

    def ahead(self, rows: Iterable[LogRow]) -> list[Command]:
        """The commands that these rows would make, without taking them."""
        aside = CommandReader()
        aside._taken, aside._first, aside._is_whole = self._taken, self._first, self._is_whole
        aside._line = self._line.copy()
        return [command for row in rows if (command := aside.take(row)) is not None]

    def take(self, row: LogRow) -> Command | None:
        """One more row."""
        place, self._taken = self._taken, self._taken + 1
        kind = row.kind
        if kind == "text":
            return self._text(row, place)
        if kind == "keys":
            return self._keys(row, place)
        if kind == "process":
            return _process(row, place) if is_process_start(row) else None
        if kind == "window" and not row.detail.startswith(NEW_TITLE):
            self._drop()
        elif kind in ("click", "activity"):
            self._is_whole = False  # a middle click pastes; activity is keys that nobody knows
        return None

    def _text(self, row: LogRow, place: int) -> Command | None:
        if not is_terminal(row.application):
            self._drop()
            return None
        key, is_lost_before, is_lost_after = _ended_and_lost(row)
        self._first = self._first or row
        self._line.type(LOST if is_lost_before else "")
        self._line.type(row.also or row.text)
        self._is_whole = self._is_whole and not (is_lost_before or is_lost_after)
        if key in ENTERING_KEYS:
            return self._entered(row, place)
        if key == TAB:
            self._line.type(COMPLETED)
            self._is_whole = False
        elif key:  # Escape, or an Enter that may not enter
            self._is_whole = False
        return None

    def _keys(self, row: LogRow, place: int) -> Command | None:
        if not is_terminal(row.application):
            return None
        key, _, times = row.text.partition(" ×")
        if key in ENTERING_KEYS:
            return self._entered(row, place)
        self._line.press(key, int(times) if times.isdecimal() else 1)
        if key in DROPPING_KEYS or (key in KILLING_KEYS and not self._line.text):
            self._drop()
        else:
            self._is_whole = False
            if key == TAB and self._line.text:
                self._line.type(COMPLETED)
        return None

    def _entered(self, last: LogRow, place: int) -> Command | None:
        text, first, is_whole = self._line.text.strip(), self._first, self._is_whole and not self._line.is_cut
        self._drop()
        if first is None or not text.strip(COMPLETED):
            return None
        return Command(
            first.at_ns,
            last.end_ns,
            text,
            first.application,
            first.window,
            Evidence.TYPED,
            place,
            is_whole=is_whole,
        )

    def _drop(self) -> None:
        self._line.clear()
        self._first, self._is_whole = None, True


def _process(row: LogRow, place: int) -> Command:
    return Command(row.at_ns, row.end_ns, row.text, row.application, row.window, Evidence.PROCESS, place)


def typed_text(row: LogRow) -> str:
    """What was left of the typed text; a row that was erased to nothing shows what was typed, with the erasing keys."""
    return "" if ERASED in row.text and not row.also else row.text
