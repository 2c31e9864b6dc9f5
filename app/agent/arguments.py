"""What `tachiai-agent` is asked on the command line."""

import argparse
import math
import sys
from pathlib import Path
from typing import NoReturn

from app.agent.installation_arguments import add_installation
from app.agent.library_arguments import add_library_command
from app.agent.policy_arguments import add_policy
from app.agent.rule_arguments import add_rules
from recorder.release import release

WRONG_USAGE = 64
LONGEST_SAID = 2000
VIDEO_SUFFIXES = (".webm", ".mp4", ".avi")

EXAMPLES = """\
examples:
  tachiai-agent doctor                                what can be recorded here, and what not
  tachiai-agent run                                   record until you log out
  tachiai-agent record --for 3600 --purpose CHG-417   record one hour, and say why
  tachiai-agent COMMAND --help                        more about a command

exit status, unless a command says otherwise:
  0 done · 3 it cannot be done here · 4 storage failed · 64 wrong usage
"""

RECORD_EXAMPLES = """\
examples:
  tachiai-agent record                                record this display until Ctrl-C
  tachiai-agent record --for 3600 --purpose CHG-417   record one hour, and say why
  tachiai-agent record --keys activity                record that keys were pressed, not which
  tachiai-agent record --recipients auditors.json     seal it to the people on this list
  tachiai-agent record --json --log session.log       status for a program, and the operation log as plain text

Recordings are sealed to the auditors' keys: whoever records cannot read them back. The files of --video and --log are
ordinary files for convenience. They are NOT sealed: anyone can read and alter them.

exit status:
  0 closed and sealed · 3 cannot record here (no display, Wayland, no permission, a faulty or refused policy)
  4 storage failed · 64 wrong usage
"""

RUN_EXAMPLES = """\
examples:
  tachiai-agent run                                   record until you log out
  tachiai-agent run --no-window --library /srv/rec    the same without a window
  tachiai-agent run --wait                            for autostart: stand by if an agent runs already

Whichever of the two processes is killed or stopped, the other one notices within about two seconds and starts it again;
the same recording goes on in a new segment, and what was not recorded stands in it as a gap with its reason.

exit status:
  0 closed and sealed · 3 cannot record here, an agent runs here already, or a faulty or refused policy
  4 storage failed · 64 wrong usage
"""

STATUS_EXAMPLES = """\
examples:
  tachiai-agent status
  tachiai-agent status --json

exit status:
  0 it records · 3 it does not · 64 wrong usage
"""

CHANNELS_EXAMPLES = """\
examples:
  tachiai-agent channels status     what waits for each channel, and what keeps it
  tachiai-agent channels test       send a trial alert through every channel now

exit status:
  0 done, everything was taken · 3 the policy is refused · 4 something was not taken · 64 wrong usage
"""

DOCTOR_EXAMPLES = """\
examples:
  tachiai-agent doctor
  tachiai-agent doctor --json

exit status:
  0 this machine can be recorded · 3 it cannot · 64 wrong usage
"""


class UsageParser(argparse.ArgumentParser):
    """An argument parser that exits with 64 on wrong usage, so that it cannot be taken for a verdict."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong with it."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The parser of `tachiai-agent`."""
    top = UsageParser(
        prog="tachiai-agent",
        description="Record this desktop session as evidence.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"tachiai-agent {release()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=UsageParser)
    _add_record(commands)
    _add_run(commands)
    _add_status(commands)
    _add_channels(commands)
    _add_doctor(commands)
    add_installation(commands)
    add_policy(commands)
    add_rules(commands)
    add_library_command(commands)
    return top


def _add_record(commands: "argparse._SubParsersAction[UsageParser]") -> None:
    record = commands.add_parser(
        "record",
        help="record this display until Ctrl-C, SIGTERM or --for",
        description="Record this display: every screen change exactly, input, and context, sealed as it happens.",
        epilog=RECORD_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_recording_options(record)
    add = record.add_argument
    add("--for", type=_positive, metavar="S", dest="limit_s", help="stop after so many seconds")
    add(
        "--video",
        type=_video_path,
        metavar="FILE",
        help="also write an ordinary video: .webm, .mp4 or .avi, NOT sealed",
    )
    add("--log", metavar="FILE", help="also write the plain text operation log, - for standard output, NOT sealed")
    add("--json", action="store_true", help="one JSON object a line: a status every second, the folder last")
    add("--supervised", type=int, metavar="FD", help=argparse.SUPPRESS)  # for `run`, which starts it


def _add_recording_options(parser: UsageParser) -> None:
    """What is recorded, and where to: the same for `record` and `run`."""
    add = parser.add_argument
    add(
        "--library",
        type=_folder,
        metavar="DIR",
        help="where recordings lie (else TACHIAI_LIBRARY, else your data folder)",
    )
    add("--fps", type=_rate, metavar="N", help="at most so many pictures a second, 0.2 to 30 (default 5)")
    add("--operator", type=_operator, metavar="NAME", help="who is recorded (default: your login name)")
    add("--purpose", type=_said, metavar="TEXT", default="", help="why: a ticket, a change number")
    add("--keys", choices=("text", "activity", "off"), help="what of the keyboard (default: text)")
    add("--recipients", type=Path, metavar="FILE", help="the signed list of who may open the recording")
    add(
        "--clipboard-text",
        action="store_true",
        default=None,  # None: not said, so the policy says it
        help="record clipboard text too, not only its kind, size and hash",
    )
    add("--policy", type=Path, metavar="FILE", help="the policy to follow (else the one that `policy use` installed)")


def _add_run(commands: "argparse._SubParsersAction[UsageParser]") -> None:
    run = commands.add_parser(
        "run",
        help="record this display until you log out, whatever becomes of the recorder",
        description="Record this display until you log out, in two processes that watch and restart each other.",
        epilog=RUN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_recording_options(run)
    add = run.add_argument
    add("--no-window", action="store_true", help="without tray icon and window, for servers and tests")
    add("--wait", action="store_true", help="if an agent runs here already, wait and take its place when it is gone")
    add("--adopt", type=int, metavar="FD", help=argparse.SUPPRESS)  # for a recorder whose resident was killed
    add("--recorder-pid", type=int, default=0, metavar="PID", help=argparse.SUPPRESS)


def _add_status(commands: "argparse._SubParsersAction[UsageParser]") -> None:
    status = commands.add_parser(
        "status",
        help="say whether your agent records this display, since when, and where to",
        description="Say whether your agent records this display, since when, where to, and when it last said so.",
        epilog=STATUS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    status.add_argument("--json", action="store_true", help="one JSON object")


def _add_channels(commands: "argparse._SubParsersAction[UsageParser]") -> None:
    channels = commands.add_parser(
        "channels",
        help="say how the channels for alerts stand, or try them out",
        description="The ways by which alerts leave this machine: what waits for each, and whether it works.",
        epilog=CHANNELS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = channels.add_argument
    add("what", choices=("status", "test"), help="what waits, or send a trial alert through each")
    add("--policy", type=Path, metavar="FILE", help="the policy that names them (default: the one in force)")
    add("--json", action="store_true", help="one JSON object a line")


def _add_doctor(commands: "argparse._SubParsersAction[UsageParser]") -> None:
    doctor = commands.add_parser(
        "doctor",
        help="say what can be recorded on this machine, what not, and why",
        description="Look at this machine and say what can be recorded here, what not, and why.",
        epilog=DOCTOR_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doctor.add_argument("--json", action="store_true", help="one JSON object a line")


def _folder(text: str) -> Path:
    if not text:
        msg = "it is empty; name a folder"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)


def _operator(text: str) -> str:
    if not text.strip():
        msg = "it is empty; say who is recorded, or leave the option out for your login name"
        raise argparse.ArgumentTypeError(msg)
    return _said(text)


def _said(text: str) -> str:
    """Text for the recording's header, which is of a limited size and is read everywhere."""
    if len(text) > LONGEST_SAID:
        msg = f"it has {len(text)} characters; at most {LONGEST_SAID} are kept"
        raise argparse.ArgumentTypeError(msg)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        msg = "it is not text in this locale's encoding; check LANG"
        raise argparse.ArgumentTypeError(msg) from None
    return text


def _positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        msg = f"{text} is not a number of seconds above 0"
        raise argparse.ArgumentTypeError(msg)
    return value


def _rate(text: str) -> float:
    value = _number(text)
    if not 0.2 <= value <= 30:
        msg = f"{text} is not between 0.2 and 30"
        raise argparse.ArgumentTypeError(msg)
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        msg = f"{text!r} is not a number"
        raise argparse.ArgumentTypeError(msg)
    return value


def _video_path(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        msg = f"{text} does not end in {', '.join(VIDEO_SUFFIXES)}"
        raise argparse.ArgumentTypeError(msg)
    return path
