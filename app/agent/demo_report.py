"""What the demonstration shows of a recording: the verdict, a search, exports, the player's window."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.agent.demo_operator import SEARCHED_WORD, Step
from app.agent.demo_recorder import PLAYER_LIMIT_S, Place, ask_player, run_player
from recorder.errors import WorldError

# The player's window is drawn by the player's own process: this program does not know Qt.
RENDER = """
import sys
from pathlib import Path
from player.ui.application import render_window
recording, library, at_s, out = sys.argv[1:]
render_window(Path(recording), library=Path(library), at_s=float(at_s), size=(1600, 1000), out=Path(out))
"""

MADE = ("session.webm", "session.vtt", "operation-log.jsonl", "operation-log.txt", "player.png")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `tachiai-player verify` said."""

    exit_status: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where a search found the word that the operator had typed."""

    at_s: float
    sentence: str


def remove_earlier(place: Place) -> None:
    """Remove what an earlier demonstration exported, so that all that lies there is this one's. Recordings stay."""
    for name in MADE:
        (place.folder / name).unlink(missing_ok=True)


def verify(place: Place, recording: Path) -> Verdict:
    """The verdict on the recording, in the verifier's own words."""
    done = run_player(place, "verify", str(recording))
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return Verdict(done.returncode, lines[0] if lines else f"verify ended with {done.returncode} and said nothing")


def search_typed_word(place: Place, recording: Path, steps: Sequence[Step]) -> Found:
    """Search the library for a word that the operator typed, and compare the second with the operator's own.

    Raises:
        WorldError: it was not found.
    """
    hits = [json.loads(line) for line in ask_player(place, "search", SEARCHED_WORD, "--json").splitlines()]
    mine = [hit for hit in hits if hit["recording"] == recording.name and hit["kind"] == "text"]
    if not mine:
        msg = f"The word {SEARCHED_WORD!r} was typed, but the search did not find it in {recording.name}."
        raise WorldError(msg)
    at_s = float(mine[0]["at_s"])
    typed_s = next(step.wall_s for step in steps if SEARCHED_WORD in step.text) - _started_s(place, recording)
    return Found(
        at_s=at_s,
        sentence=f"Search:    {SEARCHED_WORD!r} is found at {at_s:.1f} s; the operator began to type that line at "
        f"{typed_s:.1f} s",
    )


def _started_s(place: Place, recording: Path) -> float:
    for line in ask_player(place, "list", "--json").splitlines():
        row = json.loads(line)
        if row["recording"] == recording.name:
            return datetime.fromisoformat(row["started_at"]).timestamp()
    msg = f"The recording {recording.name} is not in the library's list."
    raise WorldError(msg)


def export(place: Place, recording: Path) -> tuple[tuple[str, Path], ...]:
    """Write an ordinary video, its subtitles and the operation log; what each is and where it lies."""
    video, subtitles, log, text = (place.folder / name for name in MADE[:4])
    files = ("--video", str(video), "--subtitles", str(subtitles), "--log", str(log))
    ask_player(place, "export", str(recording), *files)
    text.write_text(ask_player(place, "log", str(recording)), encoding="utf-8")
    return (
        ("the session as an ordinary video", video),
        ("its subtitles", subtitles),
        ("the operation log to read", text),
        ("the operation log as data", log),
    )


def render(place: Place, recording: Path, *, at_s: float) -> Path:
    """Draw the player's window on this recording at this moment into a picture.

    Raises:
        WorldError: it could not be drawn; the sentence is the player's own.
    """
    out = place.folder / MADE[4]
    done = subprocess.run(
        [sys.executable, "-c", RENDER, str(recording), str(place.library), str(at_s), str(out)],
        env=place.environment(os.environ) | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PLAYER_LIMIT_S,
        check=False,
    )
    if done.returncode != 0 or not out.exists():
        lines = done.stderr.strip().splitlines()
        raise WorldError(lines[-1] if lines else f"Drawing the player's window ended with {done.returncode}.")
    return out


def open_command(place: Place, recording: Path) -> str:
    """What a person types to open the recording with the demonstration's keys."""
    return f"TACHIAI_HOME={place.home} TACHIAI_LIBRARY={place.library} .venv/bin/tachiai-player open {recording}"
