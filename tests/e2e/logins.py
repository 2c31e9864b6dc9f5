"""What a person who logs in over and over needs: fingers, a terminal, windows with fields, a message bus, an sshd."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from tests.e2e.login_windows import TITLE
from tests.xserver import XServer, stop_process, wait_until

KEY_APART_S = 0.03  # twice as fast as anybody types
NOBODY = "65534"
_PAUSE = threading.Event()
_NAMES = {
    " ": "space",
    "\n": "Return",
    "\t": "Tab",
    "-": "minus",
    "=": "equal",
    "/": "slash",
    ".": "period",
    "'": "apostrophe",
}
_NAMES |= {"@": "at", "_": "underscore", ":": "colon", "#": "numbersign", "!": "exclam", "%": "percent", "+": "plus"}


PERSON_S = 0.3  # how long a person takes to see that something waits for them
_SYSTEM_PYTHON = "/usr/bin/python3"
# A program of this name, which hands keys to a shell at the far end of its connection, and shows what comes back.
FAR_END = """#!{python}
import os, pty
open("{prompts}", "w").close()
os.environ["PROMPT_COMMAND"] = "echo p >> '{prompts}'"
pty.spawn(["bash", "--norc", "--noprofile", "-i"])
"""


class Fingers:
    """Presses keys on a display."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)

    def close(self) -> None:
        self._display.close()

    def type(self, text: str, *, apart_s: float = KEY_APART_S) -> None:
        for character in text:
            self.press(_NAMES.get(character, character), apart_s=apart_s)

    def press(self, name: str, held: str | None = None, *, apart_s: float = KEY_APART_S) -> None:
        symbol = XK.string_to_keysym(name)
        code, level = next(iter(self._display.keysym_to_keycodes(symbol)))
        down = [self._display.keysym_to_keycode(XK.string_to_keysym(held))] if held else []
        down += [self._display.keysym_to_keycode(XK.XK_Shift_L)] if level % 2 else []
        for key in (*down, code):
            xtest.fake_input(self._display, X.KeyPress, key)
        for key in (code, *reversed(down)):
            xtest.fake_input(self._display, X.KeyRelease, key)
        self._display.sync()
        _PAUSE.wait(apart_s)


def make_password(chance: random.Random) -> str:
    """Random, and such that no four characters of it stand in other texts: a digit, a capital, a sign in each four."""
    groups = ("0123456789", "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "#!%+")
    return "".join(chance.choice(groups[at % 4]) for at in range(chance.randint(9, 17)))


def parts_of(password: str) -> set[str]:
    return {password[at : at + 4] for at in range(len(password) - 3)}


class Terminal:
    """An xterm with a shell, of an ordinary user, that says when it is ready for a command."""

    def __init__(self, server: XServer, folder: Path) -> None:
        self._server = server
        self._prompts = folder / "prompts"
        self._prompts.write_text("", encoding="utf-8")
        self._prompts.chmod(0o666)
        ordinary = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups") if os.geteuid() == 0 else ()
        shell = ("env", f"PROMPT_COMMAND=echo >> '{self._prompts}'", "PS1=$ ", "bash", "--norc", "--noprofile", "-i")
        folder.chmod(0o755)
        self.process = server.start_xterm(title="logins", geometry="100x30+10+10", command=(*ordinary, *shell))
        self.wait_for_prompt(0)
        self._device = self._find_device()

        self._far_prompts = folder / "far"
        self._far_prompts.touch()
        self._far_prompts.chmod(0o666)
        self.connect = str(folder / "telnet")
        Path(self.connect).write_text(
            FAR_END.format(python=_SYSTEM_PYTHON, prompts=self._far_prompts), encoding="utf-8"
        )
        Path(self.connect).chmod(0o755)

    def focus(self) -> None:
        self._server.focus("logins")
        _PAUSE.wait(PERSON_S)

    def wait_for_far_end(self, times: int) -> None:
        """Until the far shell has asked for a command so often, and reads it."""
        wait_until(
            lambda: self._far_prompts.read_text(encoding="utf-8").count("p") >= times,
            what=f"the far end's prompt {times}",
        )
        _PAUSE.wait(PERSON_S)

    def wait_for_far_question(self) -> None:
        _PAUSE.wait(PERSON_S)

    def prompts(self) -> int:
        return len(self._prompts.read_text(encoding="utf-8"))

    def wait_for_prompt(self, before: int) -> None:
        wait_until(lambda: self.prompts() > before, what="the shell's prompt", limit_s=20)
        if before:  # the shell has said so just before it turns to the keyboard
            wait_until(lambda: not self._flags() & termios.ICANON, what="the shell to read")

    def wait_for_question(self) -> None:
        """Until a program reads a line that it does not show."""
        wait_until(
            lambda: self._flags() & (termios.ICANON | termios.ECHO) == termios.ICANON, what="a question", limit_s=20
        )

    def wait_for_answer(self, before: int) -> None:
        """Until the program has read its line, or has ended already."""
        wait_until(
            lambda: self._flags() & (termios.ICANON | termios.ECHO) != termios.ICANON or self.prompts() > before,
            what="the answer",
        )

    def _find_device(self) -> str:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = wait_until(children.read_text, what="the shell")
        return str(Path(f"/proc/{found.split()[0]}/fd/0").readlink())

    def _flags(self) -> int:
        device = os.open(self._device, os.O_RDONLY | os.O_NOCTTY)
        try:
            return int(termios.tcgetattr(device)[3])
        finally:
            os.close(device)


class Window:
    """A program with a user's, a password's and a plain field."""

    def __init__(self, server: XServer, toolkit: str, environment: dict[str, str], *, first: str = "user") -> None:
        python = "/usr/bin/python3" if toolkit == "gtk" else sys.executable
        self._server, self.title = server, TITLE[toolkit]
        script = str(Path(__file__).with_name("login_windows.py"))
        self.process = server.start([python, script, toolkit, first], stdout=subprocess.PIPE, env=environment)
        assert self.process.stdout is not None
        self._lengths: dict[str, int] = {}
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        server.wait_for_window(self.title)

    def _read(self, out: IO[bytes]) -> None:
        for line in out:
            name, length = line.split()
            self._lengths[name.decode()] = int(length)

    def focus(self) -> None:
        self._server.focus(self.title)
        _PAUSE.wait(PERSON_S)

    def wait_for_length(self, name: str, length: int) -> None:
        wait_until(lambda: self._lengths.get(name, 0) == length, what=f"{length} characters in {name}: {self._lengths}")

    def close(self) -> None:
        self._server.stop_client(self.process)
        self._reader.join()


@contextlib.contextmanager
def message_bus(folder: Path) -> Iterator[str]:
    """A session's message bus of the test's own; programs for assistive technology are started by it when asked for."""
    program = shutil.which("dbus-daemon")
    assert program is not None, "these tests need dbus (tests/apt-packages.txt)"
    bus = subprocess.Popen(
        [program, "--session", "--nofork", "--print-address=1", f"--address=unix:dir={folder}"], stdout=subprocess.PIPE
    )
    assert bus.stdout is not None
    try:
        yield bus.stdout.readline().decode().strip()
    finally:
        stop_process(bus)


@contextlib.contextmanager
def ssh_server(folder: Path) -> Iterator[int]:
    """A real sshd on the loopback, which asks for passwords and accepts none; its port."""
    program = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
    assert program is not None, "these tests need openssh-server (tests/apt-packages.txt)"
    key = folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    settings = ("-o", "PasswordAuthentication=yes", "-o", "UsePAM=no", "-o", "PidFile=none", "-o", "StrictModes=no")
    server = subprocess.Popen(
        [
            program,
            "-D",
            "-e",
            "-f",
            "/dev/null",
            "-h",
            str(key),
            "-p",
            str(port),
            "-o",
            "ListenAddress=127.0.0.1",
            *settings,
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _answers(port), what="sshd")
        yield port
    finally:
        stop_process(server)


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
