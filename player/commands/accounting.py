"""`accounted`: what every second of a session was."""

from collections.abc import Iterator
from pathlib import Path

from player.account import Account
from player.account_words import account_lines, account_notes, entry_words
from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.moments import in_s, time_text
from resources.words import Words, read_words

Object = dict[str, object]


def run_accounted(desk: Desk, recording: str, *, entries: bool, as_json: bool, language: str) -> int:
    """Print the totals, and every stretch if they are wanted."""
    folder = desk.library.find(recording)
    account, is_live = _read(desk, folder)
    if as_json:
        for thing in account_objects(folder.name, account, is_live=is_live):
            desk.say_json(thing)
        return 0
    words = read_words(language)
    for line in _totals(account, words):
        desk.say(line)
    if entries:
        _say_entries(desk, account, words)
    for note in account_notes(account, words, is_live=is_live):
        desk.note(note)
    return 0


def _read(desk: Desk, folder: Path) -> tuple[Account, bool]:
    source = desk.play(folder, Doing(Kind.LOG, {"about": "account"}))
    progress = ProgressLine(desk.notes)
    try:
        source.scan_all(lambda read: progress.show(f"reading {clock_text(max(0, read.reached_ns))} …"))
        return source.account(), source.is_live
    finally:
        progress.clear()
        source.close()


def _totals(account: Account, words: Words) -> Iterator[str]:
    for line in account_lines(account, words):
        share = f"{100 * line.length_ns / max(1, account.length_ns):6.2f} %"
        name = line.name or f"  {line.reason}"
        yield f"{time_text(line.length_ns):>13}  {share}  {name}"
    yield f"{time_text(account.length_ns):>13}  {100:6.2f} %  {words('account.whole')}"


def _say_entries(desk: Desk, account: Account, words: Words) -> None:
    desk.say("")
    for entry in account.entries:
        desk.say(f"{time_text(entry.start_ns):>13} – {time_text(entry.end_ns)}  {entry_words(entry, words)}")


def account_objects(session_id: str, account: Account, *, is_live: bool) -> Iterator[Object]:
    """The entries first, the totals last, with stable names; lengths in nanoseconds, in which sums hold exactly."""
    for entry in account.entries:
        yield {
            "type": "entry",
            "at_s": in_s(entry.start_ns),
            "end_s": in_s(entry.end_ns),
            "length_ns": entry.length_ns,
            "class": entry.coverage,
            "reason": entry.reason,
        }
    yield {
        "type": "account",
        "recording": session_id,
        "is_live": is_live,
        "duration_s": in_s(account.length_ns),
        "length_ns": account.length_ns,
        "totals_ns": account.totals_ns(),
        "sealed_ns": account.sealed_ns,
        "computed_ns": account.computed_ns,
        "lost_ns": account.lost_ns,
        "differing_ns": account.differing_ns,
    }
