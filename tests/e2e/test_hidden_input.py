"""Passwords that are typed and pasted are nowhere in a recording; the text around them is, to the letter.

`make logins` does 200 of them.
"""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recorder.agent_events import HIDDEN_KEYS_STEP, HiddenInput
from recorder.events import ClipboardChanged, Event, Patch, Snapshot
from tests.e2e.logins import Fingers, Terminal, Window, make_password, parts_of, ssh_server
from tests.e2e.opened import events_of
from tests.e2e.programs import RunningRecording, Site
from tests.xserver import XServer, wait_until

LOGINS = int(os.environ.get("TACHIAI_LOGINS", "21"))


@dataclass
class Person:
    """Logs in by every way there is, and writes something before and after."""

    desktop: XServer
    fingers: Fingers
    terminal: Terminal
    windows: dict[str, Window]
    ssh_port: int
    chance: random.Random
    passwords: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def ways(self) -> tuple[Callable[[], None], ...]:
        return (
            lambda: self._in_terminal("sudo -k true"),
            lambda: self._in_terminal(f"ssh -p {self.ssh_port} {SSH_OPTIONS} someone@127.0.0.1"),
            lambda: self._in_terminal("su root"),
            lambda: self._in_terminal("passwd"),
            lambda: self._in_window("gtk"),
            lambda: self._in_window("qt"),
            self._far_away,
            lambda: self._in_terminal("su root", paste=True),
            lambda: self._in_window("gtk", paste=True),
            lambda: self._in_window("qt", paste=True),
        )

    def log_in(self, times: int) -> None:
        ways = self.ways()
        for number in range(times):
            ways[number % len(ways)]()

    def _password(self) -> str:
        self.passwords.append(make_password(self.chance))
        self.lengths.append(len(self.passwords[-1]))
        return self.passwords[-1]

    def _plain(self) -> str:
        self.texts.append(f"echo plain-{len(self.texts)} {self.chance.choice(WORDS)}")
        return self.texts[-1]

    def _in_terminal(self, command: str, *, paste: bool = False) -> None:
        self.terminal.focus()
        self._command(self._plain())
        before = self.terminal.prompts()
        self.texts.append(command)
        self.fingers.type(f"{command}\n")
        self.terminal.wait_for_question()
        password = self._password()
        if paste:
            self._copy(password, "primary")
            self.fingers.press("Insert", "Shift_L")
        else:
            self.fingers.type(password)
        self.fingers.press("Return")
        self.terminal.wait_for_answer(before)
        if self.terminal.prompts() == before:
            self.fingers.press("c", "Control_L")  # no second try
        self.terminal.wait_for_prompt(before)
        self._command(self._plain())

    def _far_away(self) -> None:
        """A question on another machine, of which this one's terminal knows nothing."""
        self.terminal.focus()
        before = self.terminal.prompts()
        self._write(self.terminal.connect)
        self.terminal.wait_for_far_end(1)
        self._write(f"echo far-{len(self.texts)} {self.chance.choice(WORDS)}")
        self.terminal.wait_for_far_end(2)
        self._write("read -s answer")
        self.terminal.wait_for_far_question()
        self.fingers.type(f"{self._password()}\n", apart_s=FAR_APART_S)
        self.terminal.wait_for_far_end(3)
        self._write(f"echo far-{len(self.texts)} {self.chance.choice(WORDS)}")
        self.terminal.wait_for_far_end(4)
        self._write("exit")
        self.terminal.wait_for_prompt(before)

    def _write(self, line: str) -> None:
        self.texts.append(line)
        self.fingers.type(f"{line}\n", apart_s=FAR_APART_S)

    def _command(self, line: str) -> None:
        before = self.terminal.prompts()
        self.fingers.type(f"{line}\n")
        self.terminal.wait_for_prompt(before)

    def _in_window(self, toolkit: str, *, paste: bool = False) -> None:
        window = self.windows[toolkit]
        window.focus()
        plain, remark, password = self._plain(), self._plain(), self._password()
        self._field(window, "user", plain)
        self.fingers.press("Tab")
        if paste:
            self._copy(password, "clipboard")
            self.fingers.press("a", "Control_L")
            self.fingers.press("v", "Control_L")
            window.wait_for_length("password", len(password))
        else:
            self._field(window, "password", password)
        self.fingers.press("Tab")
        self._field(window, "remark", remark)
        for _ in range(2):  # back to the first field
            self.fingers.press("Tab", "Shift_L")

    def _field(self, window: Window, name: str, text: str) -> None:
        self.fingers.press("a", "Control_L")  # in place of what is there
        self.fingers.type(text)
        window.wait_for_length(name, len(text))

    def _copy(self, text: str, selection: str) -> None:
        owner = self.desktop.start(["xclip", "-quiet", "-selection", selection], stdin=subprocess.PIPE)
        assert owner.stdin is not None
        owner.stdin.write(text.encode())
        owner.stdin.close()
        wait_until(lambda: self._clipboard(selection) == text, what="the copy")

    def _clipboard(self, selection: str) -> str:
        asked = ["xclip", "-o", "-selection", selection]
        done = subprocess.run(asked, env=self.desktop.environment, capture_output=True, text=True, timeout=10)
        return done.stdout


TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
SSH_OPTIONS = "-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o PubkeyAuthentication=no"
SSH_OPTIONS += " -o NumberOfPasswordPrompts=1"
FAR_APART_S = 0.08  # a person's pace: what the far end shows comes back before the next key
WORDS = ("ledger", "invoice", "mountain", "kettle", "harbour", "paper")


@pytest.fixture
def person(desktop: XServer, bus_site: Site, tmp_path: Path) -> Iterator[Person]:
    with contextlib.ExitStack() as stack:
        fingers = stack.enter_context(contextlib.closing(Fingers(desktop.display)))
        port = stack.enter_context(ssh_server(tmp_path))
        windows = {
            toolkit: stack.enter_context(contextlib.closing(Window(desktop, toolkit, bus_site.environment)))
            for toolkit in ("gtk", "qt")
        }
        # not below pytest's folder, which only its user may enter: the terminal's user is another
        terminal = Terminal(desktop, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        yield Person(desktop, fingers, terminal, windows, port, random.Random(os.urandom(8)))


def texts_about(recording: RunningRecording, site: Site, events: list[Event]) -> dict[str, str]:
    """Everything that can be read of the recording, by where it stands."""
    site.player("reindex")
    index = next((site.home / "tachiai").rglob("*.sqlite3"))
    with sqlite3.connect(index) as database:
        tables = [name for (name,) in database.execute(TABLES)]
        rows = [database.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
    database.close()
    return {
        "events": "\n".join(
            str(msgspec.to_builtins(event, builtin_types=(bytes,)))
            for event in events
            if not isinstance(event, Patch | Snapshot)
        ),
        "log": site.player("log", str(recording.folder)).stdout,
        "index": str(rows),
        "plain log": (site.home / "plain.log").read_text(encoding="utf-8"),
        "said": json.dumps(recording.objects) + recording.errors,
    }


def written_bytes(site: Site) -> Iterator[tuple[Path, bytes]]:
    for root in (site.home, site.library):
        for path in root.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes()


def typed_rows(site: Site, recording: RunningRecording) -> list[str]:
    rows: list[dict[str, Any]] = site.player_rows("log", str(recording.folder))
    return [row["text"] for row in rows if row["kind"] == "text"]


def test_no_part_of_a_password_is_anywhere_and_all_the_text_around_them_is(bus_site: Site, person: Person) -> None:
    recording = bus_site.start_recording("--log", str(bus_site.home / "plain.log"))
    person.log_in(LOGINS)
    recording.wait_seconds_recorded(2)
    assert recording.stop() == 0, recording.errors
    events = events_of(recording, bus_site)

    found = [
        (where, part)
        for where, text in texts_about(recording, bus_site, events).items()
        for password in person.passwords
        for part in parts_of(password)
        if part in text
    ]
    assert not found
    in_files = [
        (path, password)
        for path, content in written_bytes(bus_site)
        for password in person.passwords
        if password.encode() in content
    ]
    assert not in_files

    hidden = [event for event in events if isinstance(event, HiddenInput)]
    assert len(hidden) >= len(person.passwords)
    assert all(event.keys > 0 and event.keys % HIDDEN_KEYS_STEP == 0 for event in hidden)
    assert {"echo_off", "password_field"} <= {event.why for event in hidden}
    assert [event for event in events if isinstance(event, ClipboardChanged)], "the pastes were seen"

    missing = Counter(person.texts) - Counter(typed_rows(bus_site, recording))
    assert not missing, "text around a password is recorded to the letter"
