"""Whom a recorder answers to: the person at the terminal here, the resident agent in `app.agent.supervision.child`."""

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from app.agent.judging import Counts
from app.agent.reading_rules import Read
from app.agent.status import StatusPrinter
from app.channels.message import AlertMessage
from recorder.detect.counted import Counted
from recorder.events import Alert, EndReason, Event
from recorder.evidence.writer import SessionHeader
from recorder.policy.policy_file import PolicyFile
from recorder.session.recorder import Before, Ending, Recorder
from recorder.session.screen_recorder import PixelWatcher
from recorder.session.sealer import Listener


class Company(Protocol):
    """Hears how a recording goes, and says when it is to end."""

    @property
    def listeners(self) -> Sequence[Listener]:
        """Who reads along."""
        ...

    @property
    def watcher(self) -> PixelWatcher | None:
        """Who is shown what is grabbed."""
        ...

    @property
    def policy(self) -> PolicyFile | None:
        """The policy that it holds the recorder to; None: the one that is installed here."""
        ...

    @property
    def read_rules(self) -> Read | None:
        """Gives the rules of that policy; None: they are read here."""
        ...

    def counts(self, session_id: str, *, goes_on: bool) -> Counts:
        """What the judge of this recording goes on with; asked once."""
        ...

    @property
    def opening(self) -> Sequence[Event]:
        """What it has to say in the recording before anything else."""
        ...

    @property
    def before(self) -> Before | None:
        """Since when and why nothing was recorded, if a new recording is made now."""
        ...

    def starts(self, folder: Path, header: SessionHeader, recorder: Recorder, *, segment: int) -> None:
        """It is about to record."""
        ...

    def opened(self, recorder: Recorder) -> None:
        """The recording is opened; nothing else stands in it yet."""
        ...

    def wait(self, recorder: Recorder, stop: threading.Event) -> tuple[EndReason, str]:
        """Wait until the recording is to end, or ended by itself; why, and in words."""
        ...

    def warn(self, sentence: str) -> None:
        """Something beside the recording went wrong."""
        ...

    def alerted(self, alert: Alert) -> None:
        """A rule fired just now; from the judge's thread."""
        ...

    def alert_leaves(self, message: AlertMessage) -> None:
        """This is put into the queue of the channels now; from the judge's thread."""
        ...

    def counted(self, counted: Sequence[Counted]) -> None:
        """Rules counted this just now; from the judge's thread."""
        ...

    def ended(self, ending: Ending, recorder: Recorder, exit_status: int) -> None:
        """The recording is closed, or could not be."""
        ...


class Terminal:
    """The person who started `tachiai-agent record`, or the program that reads its status."""

    listeners: Sequence[Listener] = ()
    watcher: PixelWatcher | None = None
    policy: PolicyFile | None = None
    read_rules: Read | None = None
    opening: Sequence[Event] = ()
    before: Before | None = None

    def __init__(self, asked: argparse.Namespace) -> None:
        self._as_json = asked.json
        self._limit_s: float | None = asked.limit_s
        self._status: StatusPrinter | None = None

    def starts(self, folder: Path, header: SessionHeader, recorder: Recorder, *, segment: int) -> None:
        """Say where it goes."""
        del recorder, segment
        self._status = StatusPrinter(sys.stdout, sys.stderr, as_json=self._as_json, folder=folder)
        self._status.started(header)

    def opened(self, recorder: Recorder) -> None:
        """There is nothing to say in it."""

    def wait(self, recorder: Recorder, stop: threading.Event) -> tuple[EndReason, str]:
        """Say every second how it goes, until it is told to stop, reaches its limit, or ends by itself."""
        limit_s = self._limit_s
        while not stop.is_set() and not recorder.ended.is_set():
            now_s = recorder.now_ns / 1e9
            if limit_s is not None and now_s >= limit_s:
                return EndReason.TIME_LIMIT, ""
            stop.wait(min(1.0, limit_s - now_s) if limit_s is not None else 1.0)
            if self._status is not None:
                self._status.progress(recorder.progress, recorder.now_ns)
        return EndReason.ASKED, ""

    def warn(self, sentence: str) -> None:
        """Say it."""
        if self._status is not None:
            self._status.warn(sentence)

    def alerted(self, alert: Alert) -> None:
        """It stands in the recording; whoever sits at a bare terminal is told nothing."""

    def counts(self, session_id: str, *, goes_on: bool) -> Counts:
        """Nothing was counted before."""
        del session_id, goes_on
        return Counts()

    def counted(self, counted: Sequence[Counted]) -> None:
        """Nobody would go on with it: a recorder that is killed here is not started again."""

    def alert_leaves(self, message: AlertMessage) -> None:
        """Nobody else is there to keep it."""

    def ended(self, ending: Ending, recorder: Recorder, exit_status: int) -> None:
        """Say how it ended, and where it lies."""
        if self._status is not None:
            self._status.ended(ending, recorder.progress, exit_status)
