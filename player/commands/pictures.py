"""`frame`: one picture of a recording as an ordinary file."""

from pathlib import Path
from typing import Literal

from player.commands.desk import Desk
from player.commands.moments import clock_text
from player.commands.soundness import note_what_is_not_sound
from player.frame import write_frame
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.video.redaction import load_redactions
from recorder.evidence.verify import verify
from recorder.logrow import counted_words

Out = Path | Literal["-"]


def run_frame(
    desk: Desk, recording: str, *, at_ns: int, screen: int | None, out: Out, redact: Path | None = None
) -> int:
    """Write one picture; says what it is unless the picture itself goes to standard output."""
    redactions = () if redact is None else load_redactions(redact)
    folder = desk.library.find(recording)
    source = desk.play(folder, Doing(Kind.FRAME, {"at_ns": at_ns, "screen": screen, "out": str(out)}))
    try:
        verdict = verify(folder, devices=desk.library.devices, keys=None).status.name.lower()
        taken = write_frame(source, at_ns, screen, out, verdict=verdict, redactions=redactions)
    finally:
        source.close()
    height, width = taken.pixels.shape[:2]
    if out != "-":
        exact = "pixel by pixel" if taken.exact else "NOT exact: a moving picture that had not come to rest"
        hidden = f", {counted_words(len(taken.redacted), 'area')} blacked out" if taken.redacted else ""
        where = f"screen {taken.screens[0]} at {clock_text(at_ns)}, unchanged since {clock_text(taken.since_ns)}"
        desk.note(f"{out}: {where}, {width}×{height}, {exact}{hidden}; SHA-256 {taken.sha256}.")
        note_what_is_not_sound(desk, folder)
    return 0
