"""What a person, or a program, is told while a recording runs."""

import json
from pathlib import Path
from typing import TextIO

from recorder.clock import NS_PER_S
from recorder.evidence.writer import SessionHeader
from recorder.logrow import inert
from recorder.session.recorder import Ending
from recorder.session.sealer import Progress
from recorder.streams import HEARD_WITHIN_S, say_soon


class StatusPrinter:
    """Say how a recording goes: for people on standard error, for programs one JSON object a line on standard output.

    The last line on standard output is the recording's folder, in either form. Who reads this may go away, or its disk
    may be full, or it may stop reading: no recording ends, or waits, because nobody listens.
    """

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool, folder: Path) -> None:
        self._out = out
        self._err = err
        self._as_json = as_json
        self._folder = folder
        self._unheard = False
        self._live_line = err.isatty() and not as_json

    def started(self, header: SessionHeader) -> None:
        """The recording has begun."""
        if self._as_json:
            self._object(state="started", recording=header.session_id, path=str(self._folder))
            return
        self._say(f"Recording {inert(header.operator)}@{header.host} to {self._folder}; Ctrl-C stops.\n")

    def progress(self, progress: Progress, now_ns: int) -> None:
        """A second has passed."""
        at_s = round(now_ns / NS_PER_S, 3)
        if self._as_json:
            said = {"state": "recording", "at_s": at_s, "changes": progress.changes, "bytes": progress.bytes_sealed}
            say_soon(self._out, json.dumps(said) + "\n", limit_s=0.0)  # one that is not read now is old a second later
        elif self._live_line:
            line = f"\r{at_s:8.0f} s  {progress.changes} changes  {_size(progress.bytes_sealed)} sealed "
            self._say(line, limit_s=0.0)

    def warn(self, sentence: str | None) -> None:
        """Something beside the recording went wrong."""
        if sentence:
            self._say(f"tachiai-agent: {sentence}\n")

    def ended(self, ending: Ending, progress: Progress, exit_status: int) -> None:
        """The recording is closed, or could not be; the folder is the last line."""
        if self._live_line:
            self._say("\n")
        if ending.error is not None:
            self.warn(f"The recording ended: {ending.detail}")
        if self._as_json:
            self._object(
                state="closed",
                reason=ending.reason,
                exit_status=exit_status,
                at_s=round(progress.at_ns / NS_PER_S, 3),
                changes=progress.changes,
                bytes=progress.bytes_sealed,
                path=str(self._folder),
            )
        else:
            self._line(str(self._folder))
        if self._unheard:
            self.warn(f"Standard output could not be written; the recording is {self._folder}.")

    def _object(self, **members: object) -> None:
        self._line(json.dumps(members, ensure_ascii=False))

    def _line(self, line: str, *, limit_s: float = HEARD_WITHIN_S) -> None:
        self._unheard |= not say_soon(self._out, line + "\n", limit_s=limit_s)

    def _say(self, text: str, *, limit_s: float = HEARD_WITHIN_S) -> None:
        say_soon(self._err, text, limit_s=limit_s)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.0f} kB"
