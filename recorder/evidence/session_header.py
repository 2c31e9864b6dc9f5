"""Who, where, when and why of a recording: the same in the header of all its segments."""

from dataclasses import dataclass

from recorder.clock import Instant
from recorder.format.header import SegmentHeader


@dataclass(frozen=True, slots=True)
class SessionHeader:
    """Who, where, when and why: in clear in every segment, signed by the device.

    `boot_id` is the kernel's name for the time from this start of the machine to the next, "" if it gives none: only
    within it can a recording go on after its recorder died, since the boot clock begins anew with every start.
    """

    session_id: str
    operator: str
    host: str
    purpose: str
    started: Instant
    utc_offset_s: int
    program: str
    boot_id: str = ""


def session_header(header: SegmentHeader) -> SessionHeader:
    """Who, where, when and why, out of a segment's header."""
    return SessionHeader(
        session_id=header.session_id,
        operator=header.operator,
        host=header.host,
        purpose=header.purpose,
        started=Instant(header.started.monotonic_ns, header.started.boot_ns, header.started.wall_ns),
        utc_offset_s=header.utc_offset_s,
        program=header.program,
        boot_id=header.boot_id,
    )
