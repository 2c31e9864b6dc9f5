"""What an X server sends while it records is taken apart into its messages, however the stream was cut."""

import socket
import struct

from recorder.capture.x11_record import messages

REPLY = struct.pack("=BxHI24x", 1, 7, 3) + b"recorded data"[:12]
EVENT = struct.pack("=B31x", 34)  # a map of keys that changed is told to every program
GENERIC_EVENT = struct.pack("=BxHI24x", 35 | 0x80, 7, 1) + b"more"
ERROR = struct.pack("=BB30x", 0, 8)


def test_messages_of_every_length_are_told_apart_wherever_the_stream_was_cut() -> None:
    sent = [REPLY, EVENT, GENERIC_EVENT, REPLY, ERROR]
    stream = b"".join(sent)
    for cut_bytes in (1, 31, 33, len(stream)):
        server, client = socket.socketpair()
        with server, client:
            for at in range(40, len(stream), cut_bytes):
                server.sendall(stream[at : at + cut_bytes])
            server.shutdown(socket.SHUT_WR)
            assert list(messages(client, stream[:40])) == sent


def test_a_server_that_hangs_up_within_a_message_ends_the_messages() -> None:
    server, client = socket.socketpair()
    with server, client:
        server.sendall(EVENT + REPLY[:35])
        server.shutdown(socket.SHUT_WR)
        assert list(messages(client)) == [EVENT]
