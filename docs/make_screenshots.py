"""Make the pictures of the player for the README from a real recording.

    .venv/bin/python docs/make_screenshots.py RECORDING --at 12.5 --search certificate --altered OTHER --altered-at 9

The keys and the library are the user's own, as for `tachiai-player`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from player.ui.application import render_window
from player.ui.window import PlayerWindow
from recorder.errors import WorldError

OUT = Path(__file__).resolve().parent / "images"
SIZE = (1600, 1000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw each picture; 0, or the exit status of what went wrong."""
    asked = _parser().parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    search = _searching(asked.search)
    whole = asked.recording, asked.at
    shots = [
        Shot("player.png", *whole, "dark", "en"),
        Shot("player-light.png", *whole, "light", "en"),
        Shot("player-search.png", *whole, "dark", "en", search),
        Shot("player-ja.png", *whole, "light", "ja", search),
    ]
    if asked.altered is not None:
        shots.append(Shot("player-altered.png", asked.altered, asked.altered_at, "dark", "en", _findings))
    try:
        for shot in shots:
            _draw(shot, asked.out)
    except WorldError as error:
        print(f"make_screenshots: {error}", file=sys.stderr)
        return error.exit_status
    return 0


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: of which recording and moment, and how the window looks and speaks."""

    name: str
    recording: Path
    at_s: float | None
    appearance: str
    language: str
    arrange: Callable[[PlayerWindow], None] | None = None


def _draw(shot: Shot, folder: Path) -> None:
    render_window(
        shot.recording,
        library=shot.recording.resolve().parent,
        at_s=shot.at_s,
        size=SIZE,
        out=folder / shot.name,
        arrange=shot.arrange,
        appearance=shot.appearance,
        language=shot.language,
    )
    print(folder / shot.name)


def _findings(window: PlayerWindow) -> None:
    window.commands.next_finding()


def _searching(query: str) -> Callable[[PlayerWindow], None] | None:
    return (lambda window: window.header.search.setText(query)) if query else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path, help="a recording's folder")
    parser.add_argument("--at", type=float, default=None, metavar="S", help="the moment to show")
    parser.add_argument("--search", default="", help="what to search for in two of the pictures")
    parser.add_argument(
        "--altered", type=Path, default=None, metavar="RECORDING", help="one that was altered, to show it"
    )
    parser.add_argument("--altered-at", type=float, default=None, metavar="S", help="the moment of it to show")
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go (default: docs/images)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
