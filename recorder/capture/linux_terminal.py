"""Whether the terminals of a program show what is typed into them: their own settings, and who reads."""

import errno
import os
import re
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recorder.capture.hidden_places import ECHO_OFF, Hidden
from recorder.capture.linux_process import PROC, read_whole
from recorder.capture.tty_askers import TtyAskers

LOOK_AGAIN_S = 0.25
MOST_PROCESSES = 512
_DEEPEST = 4
_PTS_MAJORS = range(136, 144)
_TTY_INDEX = re.compile(rb"^tty-index:\s*(\d+)", re.MULTILINE)
_READ = re.compile(rb"^rchar:\s*(\d+)", re.MULTILINE)
_GONE = (errno.ENOENT, errno.ENXIO, errno.EIO)

# Programs that show nothing, or stars of their own, while they read a password key by key. By the kernel's names, of
# which it keeps 15 letters; Debian starts pinentry by its alternative's name.
KEY_BY_KEY = frozenset(
    {"systemd-ask-pas", "systemd-tty-ask", "pinentry", "pinentry-curses", "pinentry-tty"}
    | {"su", "passwd", "login", "doas", "run0"}
)
# Programs that also edit lines themselves, and take even Ctrl+C as a character only while they ask for a password.
KEY_BY_KEY_WITHOUT_SIGNALS = frozenset(
    {"mysql", "mariadb", "mysqldump", "mysqladmin", "mariadb-dump", "mariadb-admin", "mysql_secure_in"}
)
# Programs that hand every key on, to a terminal of their own (sudo) or to those of a server (tmux).
RELAYS = frozenset({"sudo", "script", "screen", "SCREEN", "su", "run0", "runuser", "unbuffer", "expect", "dtach"})
MULTIPLEXERS = {"tmux: client": "tmux: server", "screen": "screen", "SCREEN": "screen"}
# Programs that hand every key on to another machine, or to where its terminal cannot be looked at.
FAR_RELAYS = frozenset(
    {"ssh", "slogin", "autossh", "sshpass", "mosh-client", "et", "telnet", "rlogin", "rsh", "plink", "tsh"}
    | {"cu", "picocom", "minicom", "tio", "ipmitool", "virsh", "machinectl", "lxc", "incus"}
    | {"kubectl", "oc", "docker", "podman", "nerdctl", "crictl", "vagrant", "gcloud", "aws", "az"}
)
NOT_TO_BE_SEEN = "its terminal may not be looked at"


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    name: str
    tty: int | None  # the number of its pseudo-terminal
    foreground: int
    group: int
    started_ticks: int  # tells it from a later one with the same pid


class TerminalEcho:
    """Asks for the terminals below a program. For one thread at a time; costs some 30 µs a terminal.

    At every key, so its paths are texts: a `Path` takes as long as opening the file.
    """

    def __init__(self, proc: Path = PROC, devices: Path = Path("/dev/pts")) -> None:
        self._proc = str(proc)
        self._devices = str(devices)
        self._inside: dict[int, _Process] = {}  # by terminals, a process of each
        self._kept: dict[int, tuple[float, tuple[int, ...]]] = {}
        self._askers = TtyAskers(proc, devices)
        self._far: set[int] = set()
        self._front = 0
        self._servers: dict[str, tuple[float, tuple[int, ...]]] = {}

    def hides(self, pid: int, *, depth: int = 0) -> Hidden | None:
        """Why what is typed into a window of this process is not recorded; None if a terminal shows it, or it has none.

        A program with several terminals (tabs) does not say which one is in front: one that hides is enough.
        """
        if not depth:
            self._far.clear()
            self._front = pid
        for number in self._terminals(pid):
            found = self._hides(number, pid, depth)
            if found is not None:
                return found
        return None

    def is_far(self, pid: int) -> bool:
        """Whether, after `hides` found nothing, a terminal of this process hands its keys on to another machine."""
        return pid in self._far

    def has_terminals(self, pid: int) -> bool:
        """Whether there is any terminal below this process."""
        return bool(self._terminals(pid))

    def read_bytes(self, pid: int) -> int | None:
        """How much this process has read in all its life; None if that may not be seen."""
        try:
            found = _READ.search(read_whole(f"{self._proc}/{pid}/io"))
        except OSError:
            return None
        return None if found is None else int(found[1])

    def _hides(self, number: int, pid: int, depth: int) -> Hidden | None:
        try:
            flags = self._local_flags(number)
        except OSError as error:
            return None if error.errno in _GONE else Hidden(ECHO_OFF, NOT_TO_BE_SEEN)
        if flags & termios.ECHO:
            return None
        reader = self._reader(number, pid)
        if flags & termios.ICANON:
            return Hidden(ECHO_OFF, "" if reader is None else reader.name)
        asker = self._asker(number, flags, reader)
        if asker is not None:
            return Hidden(ECHO_OFF, asker)
        if reader is not None and reader.name in FAR_RELAYS:
            self._far.add(self._front)
            return None
        return None if reader is None else self._key_by_key(reader, flags, depth)

    def _asker(self, number: int, flags: int, reader: _Process | None) -> str | None:
        """Who asks there for another program that is in the foreground, as pinentry does for gpg."""
        foreground = 0 if reader is None else reader.pid

        def is_in_front(pid: int) -> bool:
            process = self._process(pid)
            return process is not None and process.tty == number and process.group == process.foreground

        return self._askers.at(number, (flags, foreground), is_in_front)

    def _key_by_key(self, reader: _Process, flags: int, depth: int) -> Hidden | None:
        """The terminal gives every key to the program: which shows it, or not, or hands it on."""
        name = reader.name
        if name in MULTIPLEXERS and depth < _DEEPEST:
            return self._of_servers(MULTIPLEXERS[name], depth)
        inner = self._terminals(reader.pid) if name in RELAYS else ()
        if inner and depth < _DEEPEST:
            return self.hides(reader.pid, depth=depth + 1)
        if name in KEY_BY_KEY or name == "sudo":
            return Hidden(ECHO_OFF, name)
        if name in KEY_BY_KEY_WITHOUT_SIGNALS and not flags & termios.ISIG:
            return Hidden(ECHO_OFF, name)
        return None

    def _of_servers(self, name: str, depth: int) -> Hidden | None:
        """Any terminal of any server of this user: which of its panes is in front only the server knows."""
        for pid in self._named(name):
            if (found := self.hides(pid, depth=depth + 1)) is not None:
                return found
        return None

    def _named(self, name: str) -> tuple[int, ...]:
        now_s = time.monotonic()
        kept = self._servers.get(name)
        if kept is None or kept[0] <= now_s - LOOK_AGAIN_S:
            kept = (now_s, tuple(process.pid for process in self._all() if process.name.startswith(name)))
            self._servers[name] = kept
        return kept[1]

    def _local_flags(self, number: int) -> int:
        """The terminal's local modes. Opened for a moment only: an end left open would keep it from hanging up."""
        device = os.open(f"{self._devices}/{number}", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return int(termios.tcgetattr(device)[3])
        except termios.error as error:
            raise OSError(error.args[0], error.args[1]) from error
        finally:
            os.close(device)

    # --- which terminals ----------------------------------------------------------------------------------------------

    def _terminals(self, pid: int) -> tuple[int, ...]:
        now_s = time.monotonic()
        kept = self._kept.get(pid)
        if kept is not None and kept[0] > now_s - LOOK_AGAIN_S:
            return kept[1]
        if len(self._kept) > MOST_PROCESSES:
            self._kept.clear()
        found = self._mastered(pid)
        if found is None:
            found = {process.tty for process in self._leaders(pid) if process.tty is not None}
        self._kept[pid] = (now_s, tuple(sorted(found)))
        return self._kept[pid][1]

    def _mastered(self, pid: int) -> set[int] | None:
        """The terminals whose other end this process holds; None if that may not be seen."""
        found: set[int] = set()
        folder = f"{self._proc}/{pid}"
        try:
            for name in os.listdir(f"{folder}/fd"):  # noqa: PTH208 - a tenth of the time
                if os.readlink(f"{folder}/fd/{name}").endswith("ptmx"):  # noqa: PTH115 - a third of the time
                    index = _TTY_INDEX.search(read_whole(f"{folder}/fdinfo/{name}"))
                    if index is not None:
                        found.add(int(index[1]))
        except FileNotFoundError:  # closed, or ended, while we looked
            return found or None
        except OSError:
            return None
        return found

    def _leaders(self, pid: int) -> Iterator[_Process]:
        """The first process in each terminal that this process opened: those below it are in the same one."""
        own = self._process(pid)
        waiting = [(child, 1) for child in self._children(pid)]
        looked = 0
        while waiting and looked < MOST_PROCESSES:
            child, depth = waiting.pop()
            looked += 1
            process = self._process(child)
            if process is None:
                continue
            if process.tty is not None and (own is None or process.tty != own.tty):
                yield process
            elif depth < _DEEPEST:
                waiting += [(grandchild, depth + 1) for grandchild in self._children(child)]

    def _reader(self, number: int, pid: int) -> _Process | None:
        """The program in the terminal's foreground, which any process inside of the terminal says."""
        inside = self._still_inside(number)
        if inside is None:
            inside = next((process for process in self._leaders(pid) if process.tty == number), None)
            inside = inside or next((process for process in self._all() if process.tty == number), None)
        if inside is None:
            return None
        self._inside[number] = inside
        if inside.foreground <= 0:
            return None
        return inside if inside.foreground == inside.pid else self._process(inside.foreground)

    def _still_inside(self, number: int) -> _Process | None:
        """The process that was inside of this terminal before, as it is now; None: it is gone, or elsewhere."""
        before = self._inside.pop(number, None)
        now = None if before is None else self._process(before.pid)
        if before is None or now is None or now.tty != number or now.started_ticks != before.started_ticks:
            return None
        return now

    def _children(self, pid: int) -> list[int]:
        found: list[int] = []
        try:
            for task in os.listdir(f"{self._proc}/{pid}/task"):  # noqa: PTH208 - a tenth of the time
                found += map(int, read_whole(f"{self._proc}/{pid}/task/{task}/children").split())
        except OSError:
            return found
        return found

    def _all(self) -> Iterator[_Process]:
        for name in os.listdir(self._proc):  # noqa: PTH208 - a tenth of the time
            if name.isdigit() and (process := self._process(int(name))) is not None:
                yield process

    def _process(self, pid: int) -> _Process | None:
        try:
            raw = read_whole(f"{self._proc}/{pid}/stat")
        except OSError:
            return None
        name_starts, name_ends = raw.index(b"("), raw.rindex(b")")
        fields = raw[name_ends + 2 :].split(None, 20)
        name = raw[name_starts + 1 : name_ends].decode("utf-8", errors="replace")
        return _Process(
            pid,
            name,
            tty=_pts_number(int(fields[4])),
            foreground=int(fields[5]),
            group=int(fields[2]),
            started_ticks=int(fields[19]),
        )


def _pts_number(device: int) -> int | None:
    """The number in /dev/pts of a controlling terminal as `stat` gives it; None if it is no pseudo-terminal."""
    major = device >> 8 & 0xFFF
    minor = device & 0xFF | device >> 12 & 0xFFF00
    return (major - _PTS_MAJORS.start) * 256 + minor if major in _PTS_MAJORS else None
