"""Make the pictures of the player for the README from a real recording.

    .venv/bin/python docs/make_screenshots.py RECORDING --at 12.5 --search certificate

The keys and the library are the user's own, as for `tachiai-player`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
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
    shots: tuple[tuple[str, str, str, Callable[[PlayerWindow], None] | None], ...] = (
        ("player.png", "dark", "en", None),
        ("player-light.png", "light", "en", None),
        ("player-search.png", "dark", "en", search),
        ("player-ja.png", "light", "ja", search),
    )
    try:
        for name, appearance, language, arrange in shots:
            render_window(
                asked.recording,
                library=asked.recording.resolve().parent,
                at_s=asked.at,
                size=SIZE,
                out=asked.out / name,
                arrange=arrange,
                appearance=appearance,
                language=language,
            )
            print(asked.out / name)
    except WorldError as error:
        print(f"make_screenshots: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _searching(query: str) -> Callable[[PlayerWindow], None] | None:
    return (lambda window: window.header.search.setText(query)) if query else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path, help="a recording's folder")
    parser.add_argument("--at", type=float, default=None, metavar="S", help="the moment to show")
    parser.add_argument("--search", default="", help="what to search for in two of the pictures")
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go (default: docs/images)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
