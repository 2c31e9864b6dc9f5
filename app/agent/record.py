"""`tachiai-agent record`: put a recorder together from what was asked, and run it until it is to stop."""

import argparse
import contextlib
import datetime
import getpass
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2

from app.agent.alerting import Put, outlet_for, sending
from app.agent.company import Company, Terminal
from app.agent.continuing import Continued, Resuming
from app.agent.governing import Governed, govern, require_purpose
from app.agent.judging import judging
from app.agent.logins import login_name
from app.agent.notes import note
from app.agent.predecessors import mention_interrupted
from recorder.allocator import keep_freed_memory
from recorder.capture.desktop import desktop_sources, open_privacy
from recorder.capture.keeping_out import Privacy
from recorder.capture.screen import ScreenSource, open_screen_source
from recorder.clock import Clock, Instant, SessionClock, SystemClock, boot_id, utc_offset_s
from recorder.errors import CannotRecordError, StorageError
from recorder.events import Alert, EndReason, Event, SessionStarted, StateRestated
from recorder.evidence.key_folder import LocalKeys, ensure_local_keys, home_folder, keys_folder
from recorder.evidence.library_folder import library_folder
from recorder.evidence.writer import RecordingWriter, SessionHeader
from recorder.process_guard import guard_memory
from recorder.release import release
from recorder.session.plain_log import PlainLog
from recorder.session.plain_out import plain_out
from recorder.session.plain_video import PlainVideo
from recorder.session.recorder import Ending, Lost, Recorder
from recorder.session.sealer import Listener
from recorder.session.stopping import CLOSE_LIMIT_S, within
from recorder.streams import UnhurriedOut

_PROTECTION = {
    "passphrase": "your passphrase opens it, and without it no recording can be read.",
    "keyring": "the desktop's keyring opens it.",
    "none": "it is protected by file permissions only (better: keys of `tachiai-player keys new`, and --recipients).",
}
FAULT_STATUS = 70  # sysexits.h EX_SOFTWARE: our bug, never to be taken for a verdict


def record(asked: argparse.Namespace, company: Company | None = None, resuming: Resuming | None = None) -> int:
    """Record as asked; the exit status. `resuming`: go on with this recording, if that can be."""
    cv2.setNumThreads(1)  # its threads compete with the operator's work on small machines
    guard_memory()
    keep_freed_memory()
    governed = govern(asked, keys_folder(), note, held=company.policy if company is not None else None)
    asked = governed.asked
    if company is None:
        require_purpose(governed)
    library = library_folder(asked.library).absolute()
    screen_source = open_screen_source(tell=note)
    with contextlib.ExitStack() as stack:
        stack.callback(within, CLOSE_LIMIT_S, screen_source.close)  # a display that does not answer keeps nobody
        privacy = open_privacy(governed.policy.policy.masks, governed.policy.policy.hidden_input)
        if privacy is not None:
            stack.callback(within, CLOSE_LIMIT_S, privacy.close)
            screen_source = privacy.masked(screen_source)
        keys = _keys(asked)
        stop = stack.enter_context(_stop_signals())  # from here on every ending is an orderly one
        clock = SystemClock()
        continued = resuming.go_on(keys.device, keys.recipients, clock) if resuming is not None else None
        session = _session(asked, company, continued, clock)
        # What cannot be written is said before anything is recorded.
        beside = _Beside.open(asked, session, stack)
        stack.callback(beside.close)
        if continued is None:
            writer = RecordingWriter.create(
                library, session.header, device=keys.device, recipients=keys.recipients, clock=clock
            )
            writer.start_segment("start")
        else:
            writer = continued.writer
        put = _alert_ways(stack, governed, session.header, keys, clock, company)
        return _run(governed, writer, session, screen_source, privacy, beside, stop, company or Terminal(asked), put)


def _alert_ways(
    stack: contextlib.ExitStack,
    governed: Governed,
    header: SessionHeader,
    keys: LocalKeys,
    clock: Clock,
    company: Company | None,
) -> Put | None:
    """Where alerts go besides the company, as long as the stack stands. Alone, the recorder sends them itself."""
    channels = governed.policy.policy.channels
    if company is None:
        stack.enter_context(sending(channels, sign=keys.device.sign, clock=clock, tell=note))
        return stack.enter_context(outlet_for(channels, header, clock=clock, tell=note))
    return stack.enter_context(outlet_for(channels, header, clock=clock, tell=company.warn, also=company.alert_leaves))


def _alerted(company: Company, put: Put | None, alert: Alert) -> None:
    if put is not None:
        put(alert)
    company.alerted(alert)


@dataclass(frozen=True, slots=True)
class _Session:
    """What is recorded: whose it is and since when, and what of it was not recorded until now."""

    header: SessionHeader
    clock: SessionClock
    lost: Lost | None
    is_continued: bool


@dataclass(frozen=True, slots=True)
class _Beside:
    """The ordinary files beside the recording, as far as they were asked for."""

    video: PlainVideo | None
    log: PlainLog | None
    names: tuple[str, ...]

    @classmethod
    def open(cls, asked: argparse.Namespace, session: _Session, stack: contextlib.ExitStack) -> "_Beside":
        video = PlainVideo(asked.video, clock=session.clock, frames_per_s=asked.fps) if asked.video else None
        names = [str(asked.video)] if asked.video else []
        if asked.log is None:
            return cls(video, None, tuple(names))
        started_wall_ns = session.header.started.wall_ns
        if asked.log == "-":
            out = UnhurriedOut(sys.stdout)
            log = PlainLog(out, started_wall_ns=started_wall_ns, end=out.close)
            return cls(video, log, (*names, "the log on standard output"))
        to = stack.enter_context(plain_out(Path(asked.log)))
        log = PlainLog(to.out, started_wall_ns=started_wall_ns, end=to.end)
        return cls(video, log, (*names, asked.log))

    def close(self) -> None:
        """Complete both files; may be called again."""
        if self.video is not None:
            self.video.close()
        if self.log is not None:
            self.log.close()

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong with them, in sentences."""
        video = self.video.failure if self.video is not None else None
        log = self.log.failure if self.log is not None else None
        log_sentence = f"The plain log is not complete: {log.strerror or log}." if log is not None else None
        return tuple(sentence for sentence in (video, log_sentence) if sentence is not None)


def _run(
    governed: Governed,
    writer: RecordingWriter,
    session: _Session,
    screen_source: ScreenSource,
    privacy: Privacy | None,
    beside: _Beside,
    stop: threading.Event,
    company: Company,
    put: Put | None,
) -> int:
    asked = governed.asked
    listeners: list[Listener] = [*([beside.log] if beside.log else []), *company.listeners]
    recorder = Recorder(
        writer=writer,
        clock=session.clock,
        screen_source=screen_source,
        sources=desktop_sources(
            keys_mode=asked.keys,
            clipboard_text=asked.clipboard_text,
            privacy=privacy,
            idle_after_s=governed.policy.policy.recording.idle_after_s,
        ),
        opening=_opening(governed, writer, session, screen_source, company),
        frames_per_s=asked.fps,
        storage=governed.policy.policy.storage,
        listeners=listeners,
        watcher=beside.video or company.watcher,
        lost=session.lost,
        judging=judging(
            governed.policy.policy.rules,
            _session_started(session.header, screen_source.method, asked.keys),
            on_alert=partial(_alerted, company, put),
            on_counted=company.counted,
            counts=company.counts(session.header.session_id, goes_on=session.is_continued),
            read=company.read_rules,
        ),
        gate=None if privacy is None else privacy.gate,
    )
    if privacy is not None:
        privacy.on_lost(recorder.lose_display)
    company.starts(writer.folder, session.header, recorder, segment=writer.segment)
    for name in beside.names:
        company.warn(f"{name} is NOT sealed: anyone can read and alter it.")
    recorder.start(partial(company.opened, recorder))
    ending = recorder.finish(*company.wait(recorder, stop))
    beside.close()
    for sentence in beside.failures:
        company.warn(sentence)
    exit_status = _exit_status(ending)
    company.ended(ending, recorder, exit_status)
    return exit_status


def _opening(
    governed: Governed,
    writer: RecordingWriter,
    session: _Session,
    screen_source: ScreenSource,
    company: Company,
) -> list[Event]:
    """The events before all others: of a new recording who, where and why; where it goes on, that nothing is known."""
    if session.is_continued:
        now_ns = session.clock.now_ns()
        restated = StateRestated(now_ns, (), None, None, None, None)
        return [restated, governed.policy.in_force(now_ns), *company.opening]
    started = _session_started(session.header, screen_source.method, governed.asked.keys)
    opening: list[Event] = [started, governed.policy.in_force()]
    opening += mention_interrupted(writer.folder.parent, home_folder(), besides=writer.folder)
    return [*opening, *company.opening]


def _exit_status(ending: Ending) -> int:
    match ending.reason:
        case EndReason.ASKED | EndReason.TIME_LIMIT | EndReason.LOGGED_OUT | EndReason.RULE:
            return 0
        case EndReason.DISPLAY_LOST:
            return CannotRecordError.exit_status
        case EndReason.STORAGE_FAILED | EndReason.STORAGE_FULL:
            return StorageError.exit_status
        case _:
            return FAULT_STATUS


@contextlib.contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM and a closed terminal set, so that every ending is an orderly one."""
    stop = threading.Event()
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _keys(asked: argparse.Namespace) -> LocalKeys:
    ask_passphrase = _ask_passphrase if _may_ask(asked) else None
    keys = ensure_local_keys(keys_folder(), ask_passphrase, recipients=asked.recipients)
    if keys.created:
        note(f"First run: made an auditor key for this machine; {_PROTECTION[keys.protection]}")
    return keys


def _may_ask(asked: argparse.Namespace) -> bool:
    return asked.recipients is None and sys.stdin.isatty() and sys.stderr.isatty() and "CI" not in os.environ


def _ask_passphrase() -> str:
    first = getpass.getpass("A passphrase for the new auditor key (empty: protected by file permissions only): ")
    while first and getpass.getpass("The same again: ") != first:
        first = getpass.getpass("They differ. A passphrase for the new auditor key: ")
    return first


def _session(asked: argparse.Namespace, company: Company | None, continued: Continued | None, clock: Clock) -> _Session:
    """The one that goes on, or another; that began before now if it was not recorded from its beginning."""
    lost: Lost | None
    if continued is not None:
        header, lost = continued.writer.header, continued.lost
    elif company is not None and (before := company.before) is not None:
        header, lost = _header(asked, before.began(clock.read())), before.lost
    else:
        header, lost = _header(asked, clock.read()), None
    return _Session(header, SessionClock(clock, started=header.started), lost, continued is not None)


def _header(asked: argparse.Namespace, started: Instant) -> SessionHeader:
    utc = datetime.datetime.fromtimestamp(started.wall_ns / 1e9, tz=datetime.UTC)
    return SessionHeader(
        session_id=f"{utc:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        operator=asked.operator or login_name(),
        host=socket.gethostname(),
        purpose=asked.purpose,
        started=started,
        utc_offset_s=utc_offset_s(started.wall_ns),
        program=f"tachiai-agent {release()}",
        boot_id=boot_id(),
    )


def _session_started(header: SessionHeader, screen_method: str, keys_mode: str) -> SessionStarted:
    return SessionStarted(
        at_ns=0,
        session_id=header.session_id,
        operator=header.operator,
        host=header.host,
        purpose=header.purpose,
        started_wall_ns=header.started.wall_ns,
        utc_offset_s=header.utc_offset_s,
        program=header.program,
        screen_method=screen_method,
        keys_mode=keys_mode,
    )
