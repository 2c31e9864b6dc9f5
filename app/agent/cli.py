"""The command line of the agent: errors become one sentence and an exit status here, and nowhere else."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from app.agent.arguments import WRONG_USAGE, parser
from app.agent.notes import note
from recorder.errors import WorldError
from recorder.streams import let_go, prepare_standard_streams


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `tachiai-agent` and return its exit status."""
    prepare_standard_streams()
    try:
        return _run(parser().parse_args(arguments))
    except WorldError as error:
        note(str(error))
        return error.exit_status
    except BrokenPipeError:
        let_go(sys.stdout)
        return 0
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D where a passphrase is asked for
        return 130


def _run(asked: argparse.Namespace) -> int:
    status = _run_beside(asked)
    return _run_recording(asked) if status is None else status


def _run_beside(asked: argparse.Namespace) -> int | None:
    """The commands that record nothing; None: it is none of them."""
    if asked.command == "doctor":
        from app.agent.doctor import run_doctor

        return run_doctor(as_json=asked.json, out=sys.stdout)
    if asked.command == "policy":
        from app.agent.policies import run_policy

        return run_policy(asked)
    if asked.command == "rules":
        from app.agent.rules import run_rules

        return run_rules(asked, sys.stdout)
    if asked.command == "library":
        from app.agent.library_keeping import run_library

        return run_library(asked, sys.stdout)
    if asked.command in ("install", "uninstall", "start"):
        from app.agent.installation import run_installation

        return run_installation(asked, sys.stdout)
    if asked.command == "status":
        from app.agent.agent_status import tell_status

        return tell_status(as_json=asked.json, out=sys.stdout)
    if asked.command == "channels":
        from app.agent.channel_commands import run_channels

        return run_channels(asked, sys.stdout)
    return None


def _run_recording(asked: argparse.Namespace) -> int:
    if asked.command == "run":
        from app.agent.run import run

        return run(asked)
    if asked.supervised is not None:
        from app.agent.supervised import record_supervised

        return record_supervised(asked)
    if asked.json and asked.log == "-":
        note("--json and --log - both want standard output; give --log a file.")
        return WRONG_USAGE
    if asked.video is not None and asked.log is not None:
        from recorder.session.plain_out import are_one_file

        if are_one_file(asked.video, asked.log):
            note("--video and --log are the same file; give each a place of its own.")
            return WRONG_USAGE
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here uses its threads, and starting them takes 30 ms
    gc.disable()  # what is imported stays: looking for garbage in it would be a tenth of the start
    from app.agent.record import record

    gc.freeze()
    gc.enable()
    return record(asked)
