"""Where a person types what is not to be recorded: why, and the programs that ask for passwords."""

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recorder.capture.screen_lockers import LOCKERS

ECHO_OFF, PASSWORD_FIELD, PASSWORD_DIALOG = "echo_off", "password_field", "password_dialog"
SCREEN_LOCK, MASKED = "screen_lock", "masked"
LATE = "it was known too late what was typed into"

# Programs whose every window asks for a password. Most of them take the keyboard for themselves while they are shown,
# whatever window is the active one: so nothing that is typed is recorded while one of them is.
DIALOGS = (
    "pinentry*",
    "polkit-*-authentication-agent*",
    "polkit-*-auth*",
    "lxpolkit",
    "lxqt-policykit*",
    "lxqt-sudo",
    "xfce-polkit",
    "mate-polkit*",
    "gcr-prompter",
    "gcr4-ssh-askpass",
    "gnome-ssh-askpass*",
    "ssh-askpass",
    "x11-ssh-askpass",
    "ksshaskpass",
    "lxqt-openssh-askpass",
    "ssh-askpass-fullscreen",
    "razor-openssh-askpass",
    "kdesu",
    "kdesudo",
    "gksu",
    "gksudo",
    "gksu-*",
    "beesu",
    "ktsuss",
    "kwalletd*",
    "kwallet-query",
    "systemd-tty-ask-password-agent",
)
LOCK_DIALOGS = (
    "xscreensaver*",
    "gnome-screensaver*",
    "mate-screensaver*",
    "cinnamon-screensaver*",
    "xfce4-screensaver*",
    "light-locker*",
    "kscreenlocker*",
    "*-greeter",
)
# Programs with windows of many kinds, which ask for a password when their command line says so.
ASKING_BY_ARGUMENT = {
    "zenity": ("--password", "--hide-text"),
    "matedialog": ("--password", "--hide-text"),
    "qarma": ("--password", "--hide-text"),
    "yad": ("--hide-text", "--form"),
    "kdialog": ("--password", "--newpassword"),
    "xdialog": ("--password", "--passwordbox"),
}


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is typed here is not recorded: `why` as in `HiddenInput`, `detail` says where."""

    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where typed text goes now: whether it is hidden, whose window it is, and who else has windows.

    `is_far`: the terminal hands every key on to another machine. `read_bytes` is what it has read so far then, None if
    that is not known. `window` is the top-level window that the keyboard is of. `may_turn_silent`: whether its
    keys are shown may change without anything that the display tells, as in a terminal.
    """

    hidden: Hidden | None = None
    pid: int | None = None
    pids: frozenset[int] = frozenset()
    is_far: bool = False
    read_bytes: int | None = None
    window: int | None = None
    may_turn_silent: bool = True


class PasswordPrograms:
    """Knows a password dialog or a lock screen by the program that shows it; `more` are the policy's."""

    def __init__(self, more: Sequence[str] = ()) -> None:
        self._dialogs = _any_of((*DIALOGS, *(name.lower() for name in more)))
        self._locks = _any_of((*LOCKERS, *LOCK_DIALOGS))

    def hides(self, names: Sequence[str], arguments: Sequence[str] | None) -> Hidden | None:
        """Why nothing typed is recorded while a window of this program is shown; None if it may be.

        A lock screen's counts only while it locks.
        """
        for name in names:
            if self._locks.match(name):
                return Hidden(SCREEN_LOCK, name)
            if self._dialogs.match(name) or _asks_by_argument(name, arguments):
                return Hidden(PASSWORD_DIALOG, name)
        return None

    @staticmethod
    def wants_arguments(names: Sequence[str]) -> bool:
        """Whether the command line decides."""
        return any(name in ASKING_BY_ARGUMENT for name in names)

    def wants_more(self, names: Sequence[str]) -> bool:
        """Whether something decides that the window itself does not tell."""
        return self.wants_arguments(names) or any(self._locks.match(name) for name in names)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """These patterns of names as one, since every window is asked about."""
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns))


def _asks_by_argument(name: str, arguments: Sequence[str] | None) -> bool:
    wanted = ASKING_BY_ARGUMENT.get(name)
    if wanted is None:
        return False
    if arguments is None:  # it may not be seen: in doubt it is a password
        return True
    return any(argument.split("=", 1)[0] in wanted for argument in arguments)
