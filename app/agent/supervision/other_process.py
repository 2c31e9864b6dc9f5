"""The other of the two processes, with the connection to it: started with one end of a socket, or met at one."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.agent.supervision.channel import Channel
from app.agent.supervision.messages import FromRecorder, FromResident, Message, from_recorder, from_resident
from app.agent.supervision.peer import Peer, agent_command

T = TypeVar("T")
Hear = Callable[["OtherProcess[T]", T | None], None]  # what it says, and None once it says no more


@dataclass(frozen=True, slots=True)
class OtherProcess(Generic[T]):
    """One process that says `T`."""

    peer: Peer
    channel: Channel[T]

    def say(self, message: Message, *, losable: bool = False) -> bool:
        """Say something to it; False if it is lost."""
        return self.channel.send(message, losable=losable)

    def end(self, timeout_s: float) -> bool:
        """Kill it and let go of it; False if the system does not let it die within the limit."""
        self.peer.kill()
        is_gone = self.peer.wait(timeout_s)
        self.channel.close()
        with contextlib.suppress(OSError):
            self.peer.forget()
        return is_gone


RecorderProcess = OtherProcess[FromRecorder]
ResidentProcess = OtherProcess[FromResident]
HearRecorder = Hear[FromRecorder]
HearResident = Hear[FromResident]


def start_recorder(arguments: Sequence[str], hear: HearRecorder) -> RecorderProcess:
    """Start `record --supervised` with these options.

    Raises:
        OSError: no process could be started.
    """
    connection, peer = _started(
        lambda handle: [*agent_command(), "record", "--supervised", str(handle), *arguments],
        is_apart=True,  # a terminal's Ctrl-C is for the resident, which passes it on
    )
    return recorder_at(connection, peer, hear)


def start_resident(command: Sequence[str], hear: HearResident) -> ResidentProcess:
    """Start a resident that takes over this process, a recorder.

    Raises:
        OSError: no process could be started.
    """
    connection, peer = _started(
        lambda handle: [*command, "--adopt", str(handle), "--recorder-pid", str(os.getpid())], is_apart=False
    )
    return resident_at(connection, peer, hear)


def recorder_at(connection: socket.socket, peer: Peer, hear: HearRecorder) -> RecorderProcess:
    """The recorder at the other end of this connection."""
    return _connected(connection, peer, hear, decode=from_recorder, name="recorder")


def resident_at(connection: socket.socket, peer: Peer, hear: HearResident) -> ResidentProcess:
    """The resident at the other end of this connection."""
    return _connected(connection, peer, hear, decode=from_resident, name="resident")


def _connected(
    connection: socket.socket, peer: Peer, hear: Hear[T], *, decode: Callable[[bytes], T], name: str
) -> OtherProcess[T]:
    made: list[OtherProcess[T]] = []
    channel = Channel(
        connection,
        decode=decode,
        on_message=lambda message: hear(made[0], message),
        on_closed=lambda: hear(made[0], None),
        name=name,
    )
    made.append(OtherProcess(peer, channel))
    channel.start()
    return made[0]


def _started(command: Callable[[int], Sequence[str]], *, is_apart: bool) -> tuple[socket.socket, Peer]:
    """Our end of the connection to a new process. `is_apart`: in a session of its own, and silent."""
    ours, theirs = socket.socketpair()
    try:
        process = subprocess.Popen(
            command(theirs.fileno()),
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if is_apart else None,
            start_new_session=is_apart,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return ours, Peer(process)
