"""A recorder process as the resident has it: started with one end of a socket, or taken over with one."""

import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.agent.supervision.channel import Channel
from app.agent.supervision.messages import FromRecorder, Message, from_recorder
from app.agent.supervision.peer import Peer, agent_command

Hear = Callable[["RecorderProcess", FromRecorder | None], None]


@dataclass(frozen=True, slots=True)
class RecorderProcess:
    """One recorder: the process, and the connection to it."""

    peer: Peer
    channel: Channel[FromRecorder]

    @classmethod
    def start(cls, arguments: Sequence[str], hear: Hear) -> "RecorderProcess":
        """Start `record --supervised` with these options. `hear` gets what it says, and None once it says no more.

        Raises:
            OSError: no process could be started.
        """
        ours, theirs = socket.socketpair()
        try:
            process = subprocess.Popen(
                [*agent_command(), "record", "--supervised", str(theirs.fileno()), *arguments],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # a terminal's Ctrl-C is for the resident, which passes it on
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls.over(ours, Peer(process), hear)

    @classmethod
    def over(cls, connection: socket.socket, peer: Peer, hear: Hear) -> "RecorderProcess":
        """A recorder at the other end of this connection."""
        made: list[RecorderProcess] = []
        channel = Channel(
            connection,
            decode=from_recorder,
            on_message=lambda message: hear(made[0], message),
            on_closed=lambda: hear(made[0], None),
            name="recorder",
        )
        made.append(cls(peer, channel))
        channel.start()
        return made[0]

    def say(self, message: Message) -> bool:
        """Say something to it."""
        return self.channel.send(message)

    def end(self, timeout_s: float) -> bool:
        """Kill it and let go of the connection; False if the system does not let it die within the limit."""
        self.peer.kill()
        gone = self.peer.wait(timeout_s)
        self.channel.close()
        return gone
