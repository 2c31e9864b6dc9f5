"""What a Sigma rule may ask for, and which of our events answers: the one table, told in docs/rules.md.

A category is what Sigma calls a log source, a field what it calls a field. A rule that names anything else is refused
by name: a rule that can never fire is worse than none.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass


class Holds(enum.Enum):
    """What a field holds."""

    TEXT = "text"
    TEXTS = "texts"  # several: a condition holds if it holds for one of them
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name in rules, and where it comes from. `of_part`: a line has it once for each simple command."""

    name: str
    holds: Holds
    says: str
    of_part: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of thing that rules judge. `main` is the field that bare keywords are looked for in.

    `sigma` are the names of Sigma's own categories that mean the same.
    """

    name: str
    says: str
    main: str
    fields: tuple[Field, ...]
    sigma: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of this name, also among those that every category has."""
        return next((field for field in self.all_fields() if field.name == name), None)

    def all_fields(self) -> Iterator[Field]:
        """Its own fields, then those that every category has."""
        yield from self.fields
        yield from EVERYWHERE


def _text(name: str, says: str) -> Field:
    return Field(name, Holds.TEXT, says)


def _texts(name: str, says: str) -> Field:
    return Field(name, Holds.TEXTS, says)


def _number(name: str, says: str) -> Field:
    return Field(name, Holds.NUMBER, says)


EVERYWHERE = (
    _text("Application", "the active window's program (its executable's name, else its class)"),
    _text("ActiveTitle", "the active window's title"),
    _text("Operator", "who is recorded"),
    _text("Host", "the recorded machine's name"),
    _number("Hour", "0 to 23, in the recorded machine's local time"),
    _number("Minute", "0 to 59"),
    _text("TimeOfDay", "as 09:05"),
    _text("Weekday", "monday, tuesday, wednesday, thursday, friday, saturday or sunday"),
)
# Of one simple command in a line: a rule that asks for several of them holds if one command has them all.
_PART = (
    Field(
        "Command",
        Holds.TEXT,
        "one simple command of the line: its words with one blank between, unquoted",
        of_part=True,
    ),
    Field("Runs", Holds.TEXT, "the name of its program; lower case, no folder, no .exe", of_part=True),
    Field("Word", Holds.TEXTS, "each of its arguments, as the program gets it", of_part=True),
    Field("Path", Holds.TEXTS, "its arguments, and what `<` reads, as paths: without `//`, `.` and `..`", of_part=True),
    Field("Writes", Holds.TEXTS, "the paths that `>` writes to", of_part=True),
    Field("Appends", Holds.TEXTS, "the paths that `>>` adds to", of_part=True),
    Field(
        "FedBy", Holds.TEXTS, "the programs whose output it gets, by a pipe, `<(…)`, `$(…)` or brackets", of_part=True
    ),
    Field("Behind", Holds.TEXTS, "what runs it, outermost first: sudo, ssh, xargs, psql, …", of_part=True),
    Field("Sets", Holds.TEXTS, "the variables that it sets, as NAME=value", of_part=True),
)
PART_FIELDS = frozenset(field.name for field in _PART)
_LINE = (
    _text("CommandLine", "the line as it was entered, or the arguments of the process, quoted as a shell would"),
    _texts("Program", "names of the programs in the line, also behind sudo, env, pipes and `;`; lower case, no .exe"),
    _texts("Address", "the IP addresses in the line"),
    _text("Image", "path of the executable; not known for an entered line"),
    _text("ParentImage", "path of the executable of the process that started it; not known for an entered line"),
    _number("Unread", "characters that were not taken apart: the line is too long, too deep or too full"),
    *_PART,
)
CATEGORIES = (
    Category(
        "command",
        "a line entered in a terminal (also over ssh or in a database client), or a process that started",
        "CommandLine",
        (*_LINE, _text("Evidence", "typed or process")),
    ),
    Category(
        "process",
        "a process that started, or was found running when the recorder started (`process_started`)",
        "CommandLine",
        (
            *_LINE,
            _text("ParentCommandLine", "the arguments of the process that started it"),
            _text("Name", "the name of the process"),
            _text("Found", "yes: it was running already; no: it started now"),
            _number("ProcessId", "its number"),
            _number("ParentProcessId", "the number of the process that started it"),
        ),
        sigma=("process_creation",),
    ),
    Category(
        "text",
        "text typed in one stretch anywhere, also while it is still being typed (`key`)",
        "Text",
        (_text("Text", "what stands there so far, without what was erased; the last 2,000 characters"),),
    ),
    Category(
        "window",
        "another window is active, or the active one has another title (`window_active`)",
        "WindowTitle",
        (
            _text("WindowTitle", "its title"),
            _text("Image", "path of its program's executable"),
            _text("WindowClass", "its class"),
            _number("ProcessId", "its program's process"),
        ),
    ),
    Category(
        "clipboard",
        "something new is on a clipboard (`clipboard_changed`)",
        "Text",
        (
            _text("Text", "the text, if the policy lets it be recorded"),
            _text("Selection", "clipboard or primary"),
            _texts("MediaType", "as what it is offered"),
            _text("Owner", "which program put it there"),
            _number("SizeBytes", "how much it is"),
            _text("Sha256", "its digest, in lower-case hexadecimal digits"),
        ),
        sigma=("clipboard_capture",),
    ),
    Category(
        "device",
        "a device was plugged in, found, or taken out (`device_changed`)",
        "Name",
        (
            _text("Name", "what the device is called"),
            _text("Action", "added, found or removed"),
            _text("DeviceKind", "what kind of device it is"),
            _text("Identity", "what the device says it is: vendor, product, serial number"),
        ),
    ),
    Category(
        "evasion",
        "a sign that somebody does not want to be recorded (`evasion_sign`)",
        "Sign",
        (
            _text("Sign", "one of the signs that `evasion_sign` knows, as injected_input"),
            _text("Detail", "what was seen"),
            _text("Image", "path of the executable that did it"),
            _number("ProcessId", "its process"),
        ),
    ),
    Category(
        "hidden_input",
        "keys where what is typed is not recorded (`hidden_input`)",
        "Why",
        (
            _text("Why", "echo_off, password_field, password_dialog, screen_lock or masked"),
            _text("Detail", "where"),
            _number("Keys", "how many, rounded up"),
        ),
    ),
    Category(
        "session",
        "what becomes of the session and of its recording",
        "Happening",
        (
            _text(
                "Happening",
                "started, locked, unlocked, idle, active_again, clock_set, gap, source_lost, source_works, storage, "
                "notice_confirmed or predecessor_interrupted",
            ),
            _text("Detail", "the purpose, the reason, the source, the state of the storage"),
            _number("Seconds", "length of the gap or of the idle time, or how far the clock was set (below 0: back)"),
        ),
    ),
)


def category_named(name: str) -> Category | None:
    """The category that a rule's log source means, by our name or by Sigma's."""
    return next((one for one in CATEGORIES if name == one.name or name in one.sigma), None)
