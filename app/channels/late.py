"""Alerts that the queue could not take yet, each in a file of its own beside it: they outlive whoever is killed."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.channels.message import AlertMessage
from recorder.evidence.files import write_private_file

_FOLDER = "outbox-late"
_SUFFIX = ".alert"


class LateAlert(msgspec.Struct, frozen=True):
    """An alert, the channels that it goes to, and since when."""

    message: AlertMessage
    channels: tuple[str, ...]
    wall_ns: int


def late_beside(queue: Path) -> "LateFolder":
    """Those of this queue."""
    return LateFolder(queue.with_name(_FOLDER))


@dataclass(frozen=True, slots=True)
class LateFolder:
    """May be used by several processes: each writes files of its own, and what one of them queued all may remove."""

    path: Path

    def keep(self, alert: LateAlert) -> None:
        """On disk when this returns. Raises `StorageError`."""
        write_private_file(self.path / f"{alert.message.id}-{os.getpid()}{_SUFFIX}", msgspec.msgpack.encode(alert))

    def drop(self, message: AlertMessage) -> None:
        """It is in the queue now."""
        for path in self.path.glob(f"{message.id}-*"):
            with suppress(OSError):  # then it is put there again, and taken once
                path.unlink(missing_ok=True)

    def read(self) -> list[LateAlert]:
        """All that can be read, the oldest first."""
        found: dict[str, LateAlert] = {}
        for path in self.path.glob(f"*{_SUFFIX}"):
            with suppress(OSError, msgspec.MsgspecError):
                alert = msgspec.msgpack.decode(path.read_bytes(), type=LateAlert)
                found[alert.message.id] = alert
        return sorted(found.values(), key=lambda alert: alert.wall_ns)
