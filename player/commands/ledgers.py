"""`ledger`: what was opened, searched and exported, by whom and why; whether that is whole; and extracts of it."""

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from player.commands.desk import Desk
from player.commands.policies import run_policy
from player.commands.second_persons import run_request, run_respond
from player.ledger.checking import Checked, Flaw, Head, check_ledger, compare_copies, lines_of
from player.ledger.entry import Entry
from player.ledger.extract import OF_ITSELF, check_extract, extract, is_extract, write_extract
from player.ledger.ledger import Ledger, ledger_folder, shared_copy
from player.ledger.policy import Policy, load_policy
from player.outfile import refuse_no_file
from player.persons import Persons, Standing
from recorder.clock import NS_PER_S
from recorder.errors import UnreadableError
from recorder.evidence.findings import Status
from recorder.evidence.keys import fingerprint
from recorder.logrow import counted_words, inert
from recorder.utc import utc_text

_DAY_NS = 86_400 * NS_PER_S
_CUT_CHARACTERS = 120
_WORDS = {
    Status.SOUND: "SOUND: every entry is signed and in its place",
    Status.PARTIAL: "PARTIAL: nothing was altered, but an entry was cut off",
    Status.ALTERED: "ALTERED: this is not what was entered",
    Status.CANNOT_JUDGE: "CANNOT JUDGE: this is no ledger",
    Status.READ_FAILED: "READ FAILED: not all of it could be read",
}
_STANDINGS = {Standing.ME: "yourself", Standing.TRUSTED: "trusted", Standing.STRANGER: "not known here"}


def run_ledger_commands(desk: Desk, asked: argparse.Namespace) -> int:
    """Run `ledger`, `policy`, `open-request` or `open-respond`."""
    if asked.command == "policy":
        return run_policy(desk, asked)
    if asked.command == "open-request":
        return run_request(desk, asked)
    if asked.command == "open-respond":
        return run_respond(desk, asked)
    return {"list": _list, "verify": _verify, "export": _export}[asked.ledger_command](desk, asked)


def _list(desk: Desk, asked: argparse.Namespace) -> int:
    policy = load_policy(desk.keys_folder)
    persons, wanted = Persons.load(), _wanted(asked)
    found = [entry for path in _files(asked, policy) for entry in _entries(path) if wanted(entry)]
    found.sort(key=lambda entry: entry.content.wall_ns)
    if asked.json:
        for entry in found:
            desk.say_json(_object(entry, persons))
    elif found:
        rows = [_row(entry, persons) for entry in found]
        desk.say_table(rows, heads=("number", "time (UTC)", "person", "machine", "what", "recording", "reason", ""))
    else:
        desk.note("There is no such entry.")
    return 0


def _verify(desk: Desk, asked: argparse.Namespace) -> int:
    policy, persons = load_policy(desk.keys_folder), Persons.load()
    head = None if asked.head is None else Head(int(asked.head.partition(":")[0]), asked.head.partition(":")[2])
    files = _files(asked, policy)
    statuses = []
    for path in files:
        checked = _checked(path, head if len(files) == 1 else _if_here(head, path))
        if not asked.file and checked.first is not None and not _is_named_by(checked.first, path):
            sentence = "The file holds another person's ledger, or another ledger, than its name says."
            checked.add(Flaw("OTHER_LEDGER", sentence, is_grave=True))
        if not asked.file and not asked.shared and policy.shared and checked.last is not None:
            _compare(checked, shared_copy(policy, checked.last))
        _say_checked(desk, checked, persons, as_json=asked.json)
        statuses.append(checked.status)
    return max((status.value for status in statuses), default=0)


def _export(desk: Desk, asked: argparse.Namespace) -> int:
    refuse_no_file(asked.out)
    path = asked.file or Ledger.of_this_user().path
    if not path.exists():
        msg = f"There is no ledger at {path} yet; nothing was opened here so far."
        raise UnreadableError(msg)
    asked.person = None
    wanted = _wanted(asked)
    found = extract(path, lambda entry: wanted(entry) or entry.content.kind in OF_ITSELF)
    write_extract(found, asked.out)
    whole = sum(isinstance(item, dict) for item in found["items"])
    desk.note(f"{asked.out}: {whole} entries, and the digests of {len(found['items']) - whole} others.")
    return 0


# --- inside -----------------------------------------------------------------------------------------------------------


def _files(asked: argparse.Namespace, policy: Policy) -> list[Path]:
    """The files that are meant.

    Raises:
        UnreadableError: there is none.
    """
    if asked.file:
        return list(asked.file)
    folder = Path(policy.shared) if asked.shared else ledger_folder()
    if asked.shared and not policy.shared:
        msg = "The policy names no shared folder for ledgers (tachiai-player policy show)."
        raise UnreadableError(msg)
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".jsonl")
    except FileNotFoundError:
        files = []
    except OSError as error:
        msg = f"{folder} could not be read ({error.strerror or error}); check its path and who may read it."
        raise UnreadableError(msg) from error
    if not files:
        msg = f"There is no ledger in {folder} yet: nothing was opened, searched or exported so far, or it was removed."
        raise UnreadableError(msg)
    return files


def _entries(path: Path) -> Iterator[Entry]:
    if is_extract(path):
        yield from check_extract(path).entries
    else:
        yield from (line.entry for line in lines_of(path) if line.entry is not None)


def _wanted(asked: argparse.Namespace) -> Callable[[Entry], bool]:
    start_ns = None if asked.from_date is None else _start_ns(asked.from_date.isoformat())
    end_ns = None if asked.to_date is None else _start_ns(asked.to_date.isoformat()) + _DAY_NS
    person = (asked.person or "").casefold()

    def is_wanted(entry: Entry) -> bool:
        content = entry.content
        whose = (content.person.name.casefold(), fingerprint(entry.public_bytes))
        return (
            (asked.recording is None or content.recording == asked.recording)
            and (not asked.kind or content.kind in asked.kind)
            and (start_ns is None or content.wall_ns >= start_ns)
            and (end_ns is None or content.wall_ns < end_ns)
            and (not person or person in whose[0] or whose[1].startswith(person))
        )

    return is_wanted


def _start_ns(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * NS_PER_S


def _is_named_by(entry: Entry, path: Path) -> bool:
    """Whether a file lies under the name that this entry's ledger has, in the own folder or in the shared one."""
    public = entry.content.person.public
    return path.stem in (fingerprint(entry.public_bytes), f"{public[:16]}-{entry.content.ledger}")


def _if_here(head: Head | None, path: Path) -> Head | None:
    """Of several ledgers a head can be of one only: of the one that has its entry."""
    if head is None:
        return None
    return head if check_ledger(path).links.get(head.number, b"").hex() == head.link else None


def _checked(path: Path, head: Head | None) -> Checked:
    if not is_extract(path):
        return check_ledger(path, head=head)
    found = check_extract(path)
    checked = Checked(path, entries=len(found.entries), head=Head(*_split(found.head)))
    checked.first = found.entries[0] if found.entries else None
    checked.last = found.entries[-1] if found.entries else None
    for flaw in found.flaws:
        checked.add(flaw)
    if head is not None and head != checked.head:
        checked.add(Flaw("OTHER_HEAD", "The extract leads to another head than the one given.", is_grave=True))
    return checked


def _split(head: str) -> tuple[int, str]:
    number, _, link = head.partition(":")
    return int(number), link


def _compare(checked: Checked, shared: Path) -> None:
    if not shared.exists():
        sentence = f"There is no shared copy at {shared}."
        checked.add(Flaw("NO_COPY", sentence, is_grave=False))
        return
    flaw = compare_copies(checked.path, shared)
    if flaw is not None:
        checked.add(flaw)


def _say_checked(desk: Desk, checked: Checked, persons: Persons, *, as_json: bool) -> None:
    whose, standing = "", Standing.STRANGER
    if checked.last is not None:
        standing = persons.standing(checked.last.public_bytes)
        name = persons.name_of(checked.last.public_bytes) or checked.last.content.person.name
        whose = f"{inert(name)} ({fingerprint(checked.last.public_bytes)}, {_STANDINGS[standing]})"
    if as_json:
        desk.say_json(_verdict_object(checked, standing))
        return
    desk.say(f"{checked.path}: {_WORDS[checked.status]}.")
    desk.say(f"  {counted_words(checked.entries, 'entry', 'entries')} of {whose or 'nobody'}")
    for flaw in checked.flaws:
        desk.say(f"  {'altered' if flaw.is_grave else 'partial':<8} {flaw.code:<14} {flaw.sentence}")
    if checked.head is not None:
        desk.say(f"  head {checked.head.line}")


def _verdict_object(checked: Checked, standing: Standing) -> dict[str, object]:
    last = checked.last
    return {
        "file": str(checked.path),
        "verdict": checked.status.name.lower(),
        "entries": checked.entries,
        "person": None if last is None else last.content.person.name,
        "public": None if last is None else last.content.person.public,
        "standing": standing.value,
        "ledger": None if last is None else last.content.ledger,
        "head": None if checked.head is None else checked.head.line,
        "flaws": [
            {"code": flaw.code, "is_grave": flaw.is_grave, "offset_bytes": flaw.offset_bytes, "number": flaw.number}
            | {"sentence": flaw.sentence}
            for flaw in checked.flaws
        ],
    }


def _row(entry: Entry, persons: Persons) -> tuple[str, ...]:
    content = entry.content
    name = persons.name_of(entry.public_bytes) or f"{content.person.name}?"
    detail = inert(", ".join(f"{key}: {value}" for key, value in content.detail.items() if value not in (None, "", [])))
    shown = detail if len(detail) <= _CUT_CHARACTERS else f"{detail[:_CUT_CHARACTERS]}…"
    what = (content.kind, content.recording or "", content.reason)
    return (str(entry.number), utc_text(content.wall_ns), inert(name), inert(content.machine), *map(inert, what), shown)


def _object(entry: Entry, persons: Persons) -> dict[str, object]:
    content = entry.content
    return {
        "ledger": content.ledger,
        "number": entry.number,
        "utc": utc_text(content.wall_ns),
        "boot_ns": content.boot_ns,
        "person": content.person.name,
        "public": content.person.public,
        "standing": persons.standing(entry.public_bytes).value,
        "machine": content.machine,
        "kind": content.kind,
        "recording": content.recording,
        "reason": content.reason,
        "detail": content.detail,
    }
