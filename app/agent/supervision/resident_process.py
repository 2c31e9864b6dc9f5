"""The resident as its recorder has it: the one that started it, or one that it started itself in its place."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.agent.supervision.channel import Channel
from app.agent.supervision.messages import FromResident, Message, from_resident
from app.agent.supervision.peer import Peer

Hear = Callable[["ResidentProcess", FromResident | None], None]


@dataclass(frozen=True, slots=True)
class ResidentProcess:
    """One resident: the process, and the connection to it."""

    peer: Peer
    channel: Channel[FromResident]

    @classmethod
    def over(cls, connection: socket.socket, peer: Peer, hear: Hear) -> "ResidentProcess":
        """A resident at the other end. `hear` gets what it says, and None once it says no more."""
        made: list[ResidentProcess] = []
        channel = Channel(
            connection,
            decode=from_resident,
            on_message=lambda message: hear(made[0], message),
            on_closed=lambda: hear(made[0], None),
            name="resident",
        )
        made.append(cls(peer, channel))
        channel.start()
        return made[0]

    @classmethod
    def start(cls, command: Sequence[str], hear: Hear) -> "ResidentProcess":
        """Start a resident that takes this recorder over.

        Raises:
            OSError: no process could be started.
        """
        ours, theirs = socket.socketpair()
        try:
            process = subprocess.Popen(
                [*command, "--adopt", str(theirs.fileno()), "--recorder-pid", str(os.getpid())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls.over(ours, Peer(process), hear)

    def say(self, message: Message, *, losable: bool = False) -> bool:
        """Say something to it."""
        return self.channel.send(message, losable=losable)

    def end(self, timeout_s: float) -> None:
        """Kill it and let go of it."""
        self.peer.kill()
        self.peer.wait(timeout_s)
        self.channel.close()
        with contextlib.suppress(OSError):
            self.peer.forget()
