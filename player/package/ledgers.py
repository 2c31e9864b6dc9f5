"""Who opened, searched and exported a recording: extracts of the ledgers at hand, as files of a package."""

from collections.abc import Iterator
from pathlib import Path

from player.ledger.checking import lines_of
from player.ledger.entry import Entry
from player.ledger.extract import extract, of_recording, write_extract
from player.ledger.ledger import Ledger
from player.outfile import storage_errors
from player.package.making import Extra

WHERE = "ledger"


def ledger_files(ledger: Ledger, session_id: str, *, is_shortened: bool = False) -> tuple[Extra, ...]:
    """An extract of each ledger at hand that tells of the recording: this person's, and those of the shared folder.

    `is_shortened`: the package shows a part, or not all texts; entries that hold words which were looked for are then
    digests only.

    Raises:
        StorageError: a folder of ledgers cannot be looked into.
    """
    return tuple(
        _extra(path, session_id, is_shortened=is_shortened) for path in _paths(ledger) if _tells_of(path, session_id)
    )


def _paths(ledger: Ledger) -> Iterator[Path]:
    if ledger.path.exists():
        yield ledger.path
    if not ledger.policy.shared:
        return
    shared = Path(ledger.policy.shared)
    with storage_errors(shared):
        yield from sorted(path for path in shared.glob("*.jsonl") if path.name != ledger.path.name)


def _tells_of(path: Path, session_id: str) -> bool:
    return any(line.entry is not None and line.entry.content.recording == session_id for line in lines_of(path))


def _extra(path: Path, session_id: str, *, is_shortened: bool) -> Extra:
    is_of_it = of_recording(session_id)

    def is_wanted(entry: Entry) -> bool:
        return is_of_it(entry) and not (is_shortened and _has_words(entry))

    def write(target: Path) -> None:
        write_extract(extract(path, is_wanted), target)

    return Extra(f"{WHERE}/{path.stem}.json", "ledger", write)


def _has_words(entry: Entry) -> bool:
    return any(entry.content.detail.get(name) for name in ("words", "filter"))
