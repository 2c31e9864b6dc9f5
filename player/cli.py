"""The command line of the player: errors become one sentence and an exit status here, and nowhere else."""

import argparse
import sys
from collections.abc import Sequence

from player.arguments import parse
from player.commands.argument_parts import WRONG_USAGE
from player.commands.desk import Desk
from player.ending import ended_orderly
from player.ledger.given import Given
from player.ledger.names import LEDGER_COMMANDS
from recorder.errors import WorldError
from recorder.logrow import inert
from recorder.streams import let_go, prepare_standard_streams, said_or_refused, say

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `tachiai-player` and return its exit status."""
    prepare_standard_streams()
    try:
        status = _run(parse(sys.argv[1:] if arguments is None else arguments))
        with said_or_refused(sys.stdout):
            sys.stdout.flush()
    except WorldError as error:
        say(sys.stderr, f"tachiai-player: {inert(str(error))}\n")
        return error.exit_status
    except BrokenPipeError:
        let_go(sys.stdout)
        return 0
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D where a passphrase is asked for
        return INTERRUPTED
    return status


def _run(asked: argparse.Namespace) -> int:
    """Each command is imported when it is asked for: a list needs no pictures, and a picture no window."""
    given = Given.of(asked)
    desk = Desk.of_this_user(getattr(asked, "library", None), out=sys.stdout, notes=sys.stderr, given=given)
    if asked.command == "open":
        return _show(desk, asked)  # the window ends in its own way
    with ended_orderly():
        return _carry_out(desk, asked)


def _carry_out(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.command in ("list", "verify", "log"):
        return _read(desk, asked)
    if asked.command == "accounted":
        from player.commands.accounting import run_accounted

        how = {"entries": asked.entries, "as_json": asked.json, "language": asked.language}
        return run_accounted(desk, asked.recording, **how)
    if asked.command in ("search", "reindex", "detect"):
        return _search(desk, asked)
    if asked.command == "keys":
        from player.commands.keys import run_keys

        return run_keys(desk, asked)
    if asked.command in ("report", "package", "check-package"):
        return _hand_out(desk, asked)
    if asked.command in LEDGER_COMMANDS:
        from player.commands.ledgers import run_ledger_commands

        return run_ledger_commands(desk, asked)
    if asked.command == "persons":
        from player.commands.persons import run_persons

        return run_persons(desk, asked)
    if asked.command == "review":
        from player.commands.reviewing import run_review

        return run_review(desk, asked)
    if asked.command == "walls":
        from player.commands.walls import run_walls

        return run_walls(desk, as_json=asked.json)
    return _show(desk, asked)


def _read(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.command == "list":
        from player.commands.listing import run_list

        return run_list(desk, asked)
    if asked.command == "verify":
        from player.commands.verifying import run_verify

        return run_verify(
            desk, asked.recording, integrity_only=asked.integrity_only, pictures=asked.pictures, as_json=asked.json
        )
    from player.commands.logs import run_log
    from player.row_filter import RowFilter
    from player.rows_out import RowsFormat

    if asked.from_ns is not None and asked.to_ns is not None and asked.from_ns > asked.to_ns:
        say(sys.stderr, "tachiai-player: --from is later than --to, so there is nothing between them.\n")
        return WRONG_USAGE
    wanted = RowFilter(
        kinds=None if asked.kind is None else frozenset(asked.kind),
        applications=None if asked.application is None else frozenset(asked.application),
        text=asked.text,
        least_severity=asked.severity,
    )
    form = RowsFormat(asked.format)
    return run_log(desk, asked.recording, wanted=wanted, from_ns=asked.from_ns, to_ns=asked.to_ns, form=form)


def _search(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.command == "detect":
        from player.commands.detecting import run_detect

        return run_detect(desk, asked.recordings, rules=asked.rules, as_json=asked.json)
    from player.commands.searching import run_reindex, run_search

    if asked.command == "reindex":
        return run_reindex(desk, as_json=asked.json)
    return run_search(desk, asked)


def _show(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.command == "open":
        return _open_window(desk, asked)
    if asked.command in ("import", "register", "unregister"):
        return _take(desk, asked)
    if asked.command == "frame":
        return _frame(desk, asked)
    return _export(desk, asked)


def _hand_out(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.command == "report":
        from player.commands.reporting import run_report

        return run_report(desk, asked.recording, out=asked.out, language=asked.language)
    from player.commands.packaging import run_check_package, run_package

    if asked.command == "check-package":
        return run_check_package(desk, asked.package, as_json=asked.json)
    if asked.from_ns is not None and asked.to_ns is not None and asked.from_ns >= asked.to_ns:
        say(sys.stderr, "tachiai-player: --from is not before --to, so there is nothing between them.\n")
        return WRONG_USAGE
    return run_package(desk, asked)


def _export(desk: Desk, asked: argparse.Namespace) -> int:
    from player.commands.exporting import Files, run_export, usage_problem

    files = Files(asked.video, asked.subtitles, asked.log)
    problem = usage_problem(files, from_ns=asked.from_ns, to_ns=asked.to_ns, as_json=asked.json)
    if problem:
        say(sys.stderr, f"tachiai-player: {problem}\n")
        return WRONG_USAGE
    return run_export(
        desk,
        asked.recording,
        files,
        from_ns=asked.from_ns or 0,
        to_ns=asked.to_ns,
        fps=asked.fps,
        skip_idle=asked.skip_idle,
        clock=asked.clock,
        redact=asked.redact,
        as_json=asked.json,
    )


def _frame(desk: Desk, asked: argparse.Namespace) -> int:
    wanted = (asked.recording, asked.at_ns, asked.out)
    if asked.check is not None and (asked.check == "-" or (asked.at_ns, asked.screen, asked.out) != (None, None, None)):
        say(sys.stderr, "tachiai-player: --check takes a picture's file, and nothing else but its RECORDING.\n")
        return WRONG_USAGE
    if asked.check is not None:
        from player.commands.checking import run_check

        return run_check(desk, asked.recording, asked.check)
    if None in wanted:
        say(sys.stderr, "tachiai-player: frame needs a RECORDING with --at and --out, or --check.\n")
        return WRONG_USAGE
    from player.commands.pictures import run_frame

    return run_frame(desk, asked.recording, at_ns=asked.at_ns, screen=asked.screen, out=asked.out, redact=asked.redact)


def _take(desk: Desk, asked: argparse.Namespace) -> int:
    from player.commands.importing import run_import, run_register, run_unregister

    if asked.command == "import":
        return run_import(desk, asked.folder, as_json=asked.json)
    return run_register(desk) if asked.command == "register" else run_unregister(desk)


def _open_window(desk: Desk, asked: argparse.Namespace) -> int:
    from player.commands.opening import run_open

    return run_open(desk, asked)
