"""The demonstration (`make demo`): record a desktop session, prove it, open it."""

import argparse
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.agent import demo_report
from app.agent.demo_display import VirtualDisplay, wait_until
from app.agent.demo_hands import Hands
from app.agent.demo_operator import Operator, Step
from app.agent.demo_recorder import Cost, Place, RecorderProgram
from recorder.errors import WorldError

UNATTENDED_S = 30.0
LETTERS_SHOWN_S = 1.0  # after a word began, all of it is on the screen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; its exit status."""
    asked = _parser().parse_args(arguments)
    place = Place(asked.folder.resolve())
    has_display = bool(os.environ.get("DISPLAY")) and not asked.virtual
    try:
        return _on_this_display(place) if has_display else _on_a_virtual_display(place)
    except WorldError as error:
        print(f"\nThe demonstration stopped: {error}", file=sys.stderr)
        if has_display:
            print("To see it on a virtual display instead: make demo DEMO=--virtual", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where everything is kept (default: demo)")
    parser.add_argument("--virtual", action="store_true", help="use a virtual display even if there is a real one")
    return parser


# --- with a display


def _on_this_display(place: Place) -> int:
    _say(f"Recording the display {os.environ['DISPLAY']}. Work as you like, then press Enter here to stop.")
    recorder = RecorderProgram(place, os.environ, "--purpose", "demonstration")
    try:
        recorder.wait_until_recording()
        _show_until_enter(recorder)
        cost = recorder.finish()
    finally:
        recorder.kill()
    _say("")
    verdict = demo_report.verify(place, recorder.folder)
    _print_result(recorder.folder, cost, verdict)
    _say("Opening it in the player; close its window to end.")
    opened = subprocess.run(
        [sys.executable, "-m", "player", "open", str(recorder.folder)], env=place.environment(os.environ), check=False
    )
    return opened.returncode


def _show_until_enter(recorder: RecorderProgram) -> None:
    """Show how it goes until Enter; without a keyboard to press it on, for half a minute."""
    attended = sys.stdin.isatty()
    if not attended:
        _say(f"(No keyboard here to press Enter on: recording for {UNATTENDED_S:g} s.)")
    waits_for: list[Any] = [recorder.output, *([sys.stdin] if attended else [])]
    while True:
        ready, _, _ = select.select(waits_for, [], [])
        if recorder.output in ready and not recorder.read():
            return  # it ended by itself; finish() says why
        latest = recorder.latest
        counts = f"{latest['at_s']:6.0f} s   {latest['changes']:5d} changes   {latest['bytes'] / 1e6:7.2f} MB sealed"
        print(f"\r{counts}", end="", flush=True)
        if sys.stdin in ready or (not attended and latest["at_s"] >= UNATTENDED_S):
            sys.stdin.readline()
            return


# --- without one


def _on_a_virtual_display(place: Place) -> int:
    _say("No display here: starting a virtual one, and an operator who works in it for about half a minute.")
    work = place.folder / "operator"
    demo_report.remove_earlier(place)
    with VirtualDisplay(work) as display:
        purpose = ("--operator", "demo-operator", "--purpose", "CHG-2417 (demonstration)")
        recorder = RecorderProgram(place, display.environment, *purpose)
        try:
            recorder.wait_until_recording()
            steps = _work(display, work / "files")
            cost = recorder.finish()
        finally:
            recorder.kill()
    verdict = demo_report.verify(place, recorder.folder)
    found = demo_report.search_typed_word(place, recorder.folder, steps)
    exports = demo_report.export(place, recorder.folder)
    picture = demo_report.render(place, recorder.folder, at_s=found.at_s + LETTERS_SHOWN_S)
    _print_result(recorder.folder, cost, verdict)
    _say(found.sentence)
    for what, path in (*exports, ("the player's window a second later", picture)):
        _say(f"  {what}: {_short(path)}")
    _say(f"Open it yourself where there is a display:\n  {demo_report.open_command(place, recorder.folder)}")
    return verdict.exit_status


def _work(display: VirtualDisplay, folder: Path) -> Sequence[Step]:
    with Hands(display.environment["DISPLAY"]) as hands:
        wait_until(hands.has_window_manager, "the window manager openbox")
        operator = Operator(display, hands, folder, say=lambda text: _say(f"  the operator {text}"))
        operator.work()
    return operator.steps


def _print_result(folder: Path, cost: Cost, verdict: demo_report.Verdict) -> None:
    _say(f"Recording: {_short(folder)}")
    _say(f"Verdict:   {verdict.sentence}")
    _say(
        f"Measured:  {cost.duration_s:.1f} s, {cost.changes} changes, {cost.size_bytes / 1e6:.2f} MB "
        f"({cost.mb_per_hour:.0f} MB an hour if it went on like this), {cost.cpu_percent:.1f} % of one core, "
        f"{cost.peak_memory_bytes / 1e6:.0f} MB of memory at most"
    )


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
