"""From events to what rules are held against: lines entered, text typed, windows, processes and all the rest."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from recorder.agent_events import EvasionSign
from recorder.command_rows import ENTERING_KEYS, Command, CommandReader, Evidence, typed_text
from recorder.detect.addresses import addresses
from recorder.detect.local_time import LocalTime
from recorder.detect.observation import FieldValue, Observation, fired_by
from recorder.detect.taking_apart import Part, take_apart
from recorder.detect.telling import TOLD
from recorder.detect.wrappers import program_name
from recorder.events import (
    Event,
    Key,
    ProcessEnded,
    ProcessStarted,
    SessionStarted,
    StateRestated,
    Window,
    WindowActive,
)
from recorder.instant_rows import INSTANT_ROWS, application_of, window_row
from recorder.logrow import LogRow, inert
from recorder.oplog import TYPING_PAUSE_NS, OperationLog
from recorder.pieces import key_words
from recorder.repetitions import is_again

LONGEST_RUN = 2_000  # characters of typed text that are looked at together
MOST_PROCESSES = 10_000


@dataclass(slots=True)
class _Run:
    """A stretch of typed text: rows of which each continues the one before. `piece_at_ns` is the last of them."""

    number: int = 0
    text: str = ""
    before: int = 0  # characters of it that are no longer in `text`
    piece_at_ns: int = -1


class Observer:
    """Takes events in the order of the recording and gives what there is to judge."""

    def __init__(self) -> None:
        self._log = OperationLog()
        self._commands = CommandReader()
        self._ahead = 0  # commands that were told before their row was complete
        self._run = _Run()
        self._is_erasing = False
        self._growing_told: tuple[int, str, bool] | None = None
        self._time = LocalTime()
        self._who: dict[str, FieldValue] = {}
        self._window: Window | None = None
        self._processes: OrderedDict[int, tuple[str | None, str]] = OrderedDict()
        self._seen_before: list[bytes] = []

    def know(self, started: SessionStarted) -> None:
        """Who is recorded, and when it began."""
        self._time.follow(started)
        self._who = {"Operator": inert(started.operator), "Host": inert(started.host)}

    def take(self, event: Event) -> list[Observation]:
        """One more event."""
        if is_again(event, self._seen_before):
            return []
        self._time.follow(event)
        if isinstance(event, SessionStarted):
            self.know(event)
        told = self._before_erasing(event) if isinstance(event, Key) else []
        for row in self._log.feed(event):
            told += self._row(row)
        told += self._instant(event)
        if _may_enter(event):
            told += self._entered_ahead()
        return told

    def _before_erasing(self, key: Key) -> list[Observation]:
        """What is about to be erased was there: it is told before the first of it goes."""
        was_erasing, self._is_erasing = self._is_erasing, key.name == "backspace"
        return self.look(key.at_ns) if self._is_erasing and not was_erasing else []

    def look(self, now_ns: int) -> list[Observation]:
        """The text that is being typed, as it stands now; nothing if that was told already."""
        row = self._log.pending()
        if row is None or row.kind != "text":
            return []
        text = typed_text(row)
        is_growing = now_ns - row.end_ns < TYPING_PAUSE_NS
        stands = (row.at_ns, text, is_growing)
        if not text or stands == self._growing_told:
            return []
        self._growing_told = stands
        return [self._typed(row, text, is_growing=is_growing)]

    @property
    def look_due_ns(self) -> int | None:
        """From when on `look` has more to tell of the text that is being typed; None: of what came so far, nothing."""
        row = self._log.pending()
        if row is None or row.kind != "text" or not (text := typed_text(row)):
            return None
        if self._growing_told == (row.at_ns, text, False):
            return None
        ends_ns = row.end_ns + TYPING_PAUSE_NS
        return ends_ns if self._growing_told == (row.at_ns, text, True) else row.end_ns

    def finish(self) -> list[Observation]:
        """What is still open: there will be no more events."""
        return [seen for row in self._log.finish() for seen in self._row(row)]

    # --- what was typed -----------------------------------------------------------------------------------------------

    def _row(self, row: LogRow) -> list[Observation]:
        told: list[Observation] = []
        if row.kind == "text":
            text = typed_text(row)
            if text:
                told.append(self._typed(row, text, is_growing=False))
                self._run.text += text
                cut = max(0, len(self._run.text) - LONGEST_RUN)
                self._run.text, self._run.before = self._run.text[cut:], self._run.before + cut
        command = self._commands.take(row)
        if command is not None and command.evidence is Evidence.TYPED:
            if self._ahead:
                self._ahead -= 1
            else:
                told.append(self._command(command))
        return told

    def _entered_ahead(self) -> list[Observation]:
        """A line whose Enter came after a pause: its row is complete only when something else happens."""
        commands = [one for one in self._commands.ahead(self._log.pending_rows()) if one.evidence is Evidence.TYPED]
        fresh = commands[self._ahead :]
        self._ahead += len(fresh)
        return [self._command(command) for command in fresh]

    def _typed(self, row: LogRow, text: str, *, is_growing: bool) -> Observation:
        run = self._run
        if row.at_ns != run.piece_at_ns:
            if not row.continues:
                run = self._run = _Run(run.number + 1)
            run.piece_at_ns = row.at_ns
        whole = (run.text + text)[-LONGEST_RUN:]
        fields: dict[str, FieldValue] = {"Text": whole}
        fields |= self._everywhere(row.end_ns, row.application, row.window)
        return Observation(
            "text",
            row.end_ns,
            fields,
            fired_by(row.at_ns, "text", row.text),
            run=run.number,
            run_end=run.before + len(run.text) + len(text),
            is_growing=is_growing,
        )

    def _command(self, command: Command) -> Observation:
        fields, parts = line_fields(command.text)
        fields["Evidence"] = "typed"
        fields |= self._everywhere(command.end_ns, command.application, command.window)
        row = fired_by(command.at_ns, "text", command.text)
        return Observation("command", command.end_ns, fields, row, parts=parts)

    # --- what happened by itself --------------------------------------------------------------------------------------

    def _instant(self, event: Event) -> list[Observation]:
        match event:
            case WindowActive(window=window):
                return self._active(event.at_ns, window)
            case StateRestated(window=window):
                self._window = window
                return []
            case ProcessStarted():
                return self._process(event)
            case ProcessEnded(pid=pid):
                self._processes.pop(pid, None)
                return []
        told = TOLD.get(type(event))
        if told is None:
            return []
        category, fields = told
        return [self._seen(category, event, fields(event))]

    def _active(self, at_ns: int, window: Window | None) -> list[Observation]:
        before, self._window = self._window, window
        if window is None or (before is not None and _identity(before) == _identity(window)):
            return []
        other = before is None or before.window_id != window.window_id
        row = window_row(at_ns, window, other=other)
        fields: dict[str, FieldValue] = {
            "WindowTitle": inert(window.title),
            "Image": None if window.executable is None else inert(window.executable),
            "WindowClass": None if window.window_class is None else inert(window.window_class),
            "ProcessId": window.pid,
        }
        fields |= self._everywhere(at_ns, application_of(window), inert(window.title))
        return [Observation("window", at_ns, fields, fired_by(at_ns, "window", row.text))]

    def _process(self, event: ProcessStarted) -> list[Observation]:
        row = INSTANT_ROWS[ProcessStarted](event, application=None, window=None)
        image = None if event.executable is None else inert(event.executable)
        fields, parts = line_fields(row.text)
        fields["Image"] = image
        parent = None if event.parent_pid is None else self._processes.get(event.parent_pid)
        parent_image, parent_line = (None, None) if parent is None else parent
        fields["ParentImage"] = parent_image
        self._remember(event.pid, image, row.text)
        own: dict[str, FieldValue] = {
            "ParentCommandLine": parent_line,
            "Name": inert(event.name),
            "Found": "yes" if event.found else "no",
            "ProcessId": event.pid,
            "ParentProcessId": event.parent_pid,
        }
        if image is not None:  # the name that it gives itself may be another one
            named = fields["Program"]
            assert isinstance(named, tuple)
            fields["Program"] = tuple(dict.fromkeys((program_name(image), *named)))
            if parts and parts[0].get("Runs") != program_name(image):
                parts = (*parts, {**parts[0], "Runs": program_name(image)})
        process = replace(self._seen("process", event, fields | own), parts=parts)
        if event.found:
            return [process]
        return [
            process,
            replace(process, category="command", fields={**fields, **self._now(event), "Evidence": "process"}),
        ]

    def _remember(self, pid: int, image: str | None, line: str) -> None:
        self._processes[pid] = (image, line)
        if len(self._processes) > MOST_PROCESSES:
            self._processes.popitem(last=False)

    def _seen(self, category: str, event: Event, fields: dict[str, FieldValue]) -> Observation:
        row = INSTANT_ROWS[type(event)](event, application=None, window=None)
        return Observation(
            category, event.at_ns, {**fields, **self._now(event)}, fired_by(row.at_ns, row.kind, row.text)
        )

    def _now(self, event: Event) -> dict[str, FieldValue]:
        title = None if self._window is None else inert(self._window.title)
        return self._everywhere(event.at_ns, application_of(self._window), title)

    def _everywhere(self, at_ns: int, application: str | None, title: str | None) -> dict[str, FieldValue]:
        return {"Application": application, "ActiveTitle": title, **self._who, **self._time.fields(at_ns)}


def _may_enter(event: Event) -> bool:
    """Whether with this a line may be entered."""
    return (isinstance(event, Key) and key_words(event) in ENTERING_KEYS) or (
        isinstance(event, EvasionSign) and bool(event.text)
    )


def _identity(window: Window) -> tuple[int, int | None, str]:
    """What makes a window another one: not its place."""
    return window.window_id, window.pid, window.title


def line_fields(line: str) -> tuple[dict[str, FieldValue], tuple[Part, ...]]:
    """What a line tells: in fields of the whole of it, and in those of each simple command."""
    taken = take_apart(line)
    whole: dict[str, FieldValue] = {
        "CommandLine": line,
        "Program": taken.names,
        "Address": addresses(line),
        "Unread": taken.unread,
    }
    return whole, taken.parts
