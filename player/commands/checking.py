"""`frame --check`: whether a recording shows exactly what a picture does that was taken from it."""

from pathlib import Path

from player.commands.desk import Desk
from player.commands.soundness import note_what_is_not_sound
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.picture_check import check_picture, read_claim, sentence_of
from recorder.evidence.findings import Status
from recorder.evidence.verify import verify

PARTIAL, ALTERED = 1, 2
_STATUS = {
    Status.SOUND: 0,
    Status.PARTIAL: PARTIAL,
    Status.ALTERED: ALTERED,
    Status.CANNOT_JUDGE: 3,
    Status.READ_FAILED: 4,
}


def run_check(desk: Desk, recording: str | None, picture: Path) -> int:
    """Check a picture against the recording that it names; a picture proves no more than its recording does."""
    claim = read_claim(picture)
    folder = desk.library.find(recording or claim.recording)
    source = desk.play(folder, Doing(Kind.FRAME, {"compared_with": str(picture)}))
    try:
        checked = check_picture(source, claim)
    finally:
        source.close()
    desk.say(sentence_of(checked, claim))
    note_what_is_not_sound(desk, folder)
    if not checked.is_same:
        return ALTERED
    status = _STATUS[verify(folder, devices=desk.library.devices, keys=None).status]
    return PARTIAL if checked.blacked_out_px and status == 0 else status
