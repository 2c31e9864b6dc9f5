"""Write a request to a second person, once it stands in the ledger."""

from pathlib import Path

from player.ledger.entry import Kind
from player.ledger.ledger import Ledger
from player.ledger.two_persons import OpenRequest, make_request
from player.outfile import refuse_no_file, write_whole
from player.persons import this_person
from recorder.clock import SystemClock
from recorder.evidence.key_folder import home_folder

HOURS = 24


def write_request(folder: Path, out: Path, *, ledger: Ledger, reason: str, hours: int = HOURS) -> OpenRequest:
    """Ask for all segments that the recording has now.

    Raises:
        WorldError: the recording cannot be read, or the request not be entered or written.
    """
    refuse_no_file(out)
    now_wall_ns = SystemClock().read().wall_ns
    data, request = make_request(
        folder, signer=this_person(), reason=reason, hours=hours, now_wall_ns=now_wall_ns, home=home_folder()
    )
    segments = [header.segment for header in request.headers]
    detail = {"request": request.id, "segments": segments, "expires_wall_ns": request.expires_wall_ns}
    ledger.enter(Kind.ASKED_SECOND, recording=request.first.session_id, reason=reason, detail=detail)
    write_whole(out, data)
    return request
