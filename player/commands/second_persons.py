"""`open-request` and `open-respond`: a second person, elsewhere, opens a recording too."""

import argparse
import sys

from player.commands.desk import Desk
from player.ledger.entry import Kind
from player.ledger.policy import Occasion
from player.ledger.refusal import RefusedError
from player.ledger.requesting import write_request
from player.ledger.two_persons import OpenRequest, make_response, opened_by, read_request
from player.outfile import refuse_no_file, write_whole
from player.persons import Persons, Standing, this_person
from recorder.clock import SystemClock
from recorder.evidence.keys import Recipient
from recorder.logrow import counted_words, inert
from recorder.utc import utc_text


def run_request(desk: Desk, asked: argparse.Namespace) -> int:
    """Write a request to open a recording."""
    refuse_no_file(asked.out)
    folder = desk.library.find(asked.recording)
    gate, reason = desk.gate, asked.reason or ""
    problem = gate.policy.reason_problem(reason) if gate.policy.asks_reason(Occasion.OPENING) else ""
    if problem:
        msg = f"Nothing was written. {problem}{gate.asker.hint}"
        raise RefusedError(msg)
    request = write_request(folder, asked.out, ledger=gate.ledger, reason=reason, hours=asked.hours)
    desk.note(
        f"{asked.out}: for {counted_words(len(request.headers), 'segment')}, until "
        f"{utc_text(request.expires_wall_ns)}. Send it to the second person. "
        "What the session records after this is not in it."
    )
    return 0


def run_respond(desk: Desk, asked: argparse.Namespace) -> int:
    """Show what is asked, and answer it once that was confirmed."""
    refuse_no_file(asked.out)
    request = read_request(asked.request, now_wall_ns=SystemClock().read().wall_ns)
    ring = desk.needed_keys()
    used = opened_by(request, ring)
    for line in _told(desk, request, used):
        desk.note(line)
    if not asked.yes and not _confirmed():
        msg = "Nothing was written: you did not confirm it."
        raise RefusedError(msg)
    data = make_response(request, ring=ring, signer=this_person(), now_wall_ns=SystemClock().read().wall_ns)
    detail = {
        "request": request.id,
        "asker": {"name": request.asker.name, "public": request.asker.public},
        "keys": [{"name": one.name, "group": one.group, "public": one.public_bytes.hex()} for one in used],
        "segments": [header.segment for header in request.headers],
    }
    desk.gate.ledger.enter(
        Kind.ANSWERED_SECOND, recording=request.first.session_id, reason=request.reason, detail=detail
    )
    write_whole(asked.out, data)
    desk.note(f"{asked.out}: send it back to {inert(request.asker.name)}; it opens nothing else, and for nobody else.")
    return 0


def _told(desk: Desk, request: OpenRequest, used: tuple[Recipient, ...]) -> list[str]:
    first, asker = request.first, request.asker
    persons = Persons.load()
    public = bytes.fromhex(asker.public)
    standing = persons.standing(public)
    known = "not known here" if standing is Standing.STRANGER else "trusted"
    name = persons.name_of(public) or asker.name
    device = bytes.fromhex(first.device)
    signed = desk.library.devices.name_of(device) if desk.library.devices.accepts(device) else None
    return [
        f"{inert(name)} ({asker.fingerprint}, {known}) asks you to open with them:",
        f"  {first.session_id}, {inert(first.operator)} @ {inert(first.host)}, {utc_text(first.started.wall_ns)}, "
        f"{inert(first.purpose) or 'no purpose given'}",
        f"  recorded by {'a device that is not known here' if signed is None else inert(signed)}; "
        f"{counted_words(len(request.headers), 'segment')}",
        f"  reason: {inert(request.reason) or 'none given'}",
        f"  with your keys: {', '.join(f'{inert(one.name)} of “{inert(one.group)}”' for one in used) or 'none fits'}",
        f"  until {utc_text(request.expires_wall_ns)}",
    ]


def _confirmed() -> bool:
    if not (sys.stdin is not None and sys.stdin.isatty()):
        msg = "There is no terminal to ask on; give --yes once you have read the request."
        raise RefusedError(msg)
    return input("Open it with them? Type yes: ").strip().casefold() in ("y", "yes", "はい")
