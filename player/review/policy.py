"""What is privileged and when work is done: the queue's defaults, and the file that changes them."""

import datetime
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

import msgspec

from recorder.clock import NS_PER_S
from recorder.errors import UnreadableError
from recorder.evidence.files import read_small_file
from recorder.evidence.key_folder import home_folder

POLICY_FILE = "review.toml"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_BYTES = 1024 * 1024
PRIVILEGED = (
    *("sudo", "su", "doas", "pkexec", "visudo", "passwd", "useradd", "usermod", "userdel", "chpasswd"),
    *("psql", "mysql", "sqlplus", "mongosh", "redis-cli", "dbeaver", "pgadmin4", "mysql-workbench"),
    *("systemctl", "iptables", "nft", "fdisk", "mkfs", "dd", "cryptsetup", "mount"),
    *("kubectl", "docker", "podman", "virsh", "ansible", "terraform", "vault"),
    *("virt-manager", "gparted", "synaptic", "regedit", "mmc", "powershell"),
)

_Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """When work is done, on the recorded machine's own clock."""

    days: tuple[str, ...] = DAYS[:5]
    start: _Clock = "07:00"
    end: _Clock = "19:00"

    @property
    def start_s(self) -> int:
        """Seconds from midnight."""
        return _seconds(self.start)

    @property
    def end_s(self) -> int:
        """Seconds from midnight."""
        return _seconds(self.end)


class Applications(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which programs give more rights than others."""

    privileged: tuple[str, ...] = PRIVILEGED


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the queue goes by."""

    hours: Hours = Hours()
    applications: Applications = Applications()

    @property
    def privileged(self) -> frozenset[str]:
        """The names, as `program_name` writes them."""
        return frozenset(map(program_name, self.applications.privileged))


def read_policy(environment: Mapping[str, str] | None = None) -> Policy:
    """What the file in this person's own folder says; the defaults where it says nothing.

    Raises:
        UnreadableError: it cannot be read, or says what it cannot.
    """
    path = home_folder(environment) / POLICY_FILE
    try:
        text = read_small_file(path, most_bytes=MOST_BYTES).decode("utf-8")
        policy = msgspec.convert(tomllib.loads(text), Policy)
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError, RecursionError) as error:
        raise _wrong(path, str(error)) from error
    unknown = [day for day in policy.hours.days if day not in DAYS]
    if unknown:
        raise _wrong(path, f"{unknown[0]!r} is not one of {', '.join(DAYS)}")
    if policy.hours.start_s >= policy.hours.end_s:
        raise _wrong(path, "work ends before it begins")
    return policy


def program_name(text: str) -> str:
    """The name of a program out of its path: without folders, `.exe` and capitals."""
    name = PureWindowsPath(PurePosixPath(text.strip()).name).name.casefold()
    return name.removesuffix(".exe")


def off_hours(hours: Hours, started_wall_ns: int, utc_offset_s: int, duration_ns: int) -> tuple[tuple[int, int], ...]:
    """The parts of a session, in its own time, that lie outside working hours."""
    zone = datetime.timezone(datetime.timedelta(seconds=utc_offset_s))
    try:
        began = datetime.datetime.fromtimestamp(started_wall_ns / NS_PER_S, tz=zone)
        midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    except (OverflowError, OSError, ValueError):
        return ()  # a clock of no calendar: nothing can be said of its hours
    into_day_ns = round((began - midnight).total_seconds() * NS_PER_S)
    outside, day = [], 0
    while (day_ns := day * 86_400 * NS_PER_S - into_day_ns) < duration_ns:
        is_workday = DAYS[(midnight.weekday() + day) % 7] in hours.days
        work = (hours.start_s, hours.end_s) if is_workday else (0, 0)
        for start_s, end_s in ((0, work[0]), (work[1], 86_400)):
            start, end = max(0, day_ns + start_s * NS_PER_S), min(duration_ns, day_ns + end_s * NS_PER_S)
            if end > start:
                outside.append((start, end))
        day += 1
    joined: list[tuple[int, int]] = []
    for start, end in outside:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _seconds(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 3600 + int(minute) * 60


def _wrong(path: Path, why: str) -> UnreadableError:
    return UnreadableError(f"{path} cannot be used ({why}); mend it, or remove it to go by the defaults.")
