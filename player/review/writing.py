"""Write to this person's review of a recording: entries are added, none is ever changed or taken away."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from player.persons import Persons, Signer, this_person
from player.review.entries import MOST_LINE_BYTES, NOTHING_BEFORE, Act, Subject, line_digest, signed_line
from player.review.places import MOST_FILE_BYTES, beside, file_name, own_folder, publish, read_file, set_aside
from player.review.sheet import lines_of, read_sheet
from player.review.state import needed_subject, settled
from recorder.errors import StorageError
from recorder.evidence.files import held, storage_sentence, write_private_file


@dataclass(frozen=True, slots=True)
class Written:
    """The numbers of the new entries; `notice` says why they are not beside the recording ("": they are)."""

    numbers: tuple[int, ...]
    notice: str = ""


def write_entries(
    folder: Path,
    acts: Sequence[Act],
    *,
    signer: Signer | None = None,
    environment: Mapping[str, str] | None = None,
    wall_ns: Callable[[], int] = time.time_ns,
) -> Written:
    """Sign these and add them to this person's review of the recording.

    They are kept in the person's own folder first and then put beside the recording, where others find them; where
    that may not be written, they stay in the own folder until the next time.

    Raises:
        UnreadableError: the recording has no sound header to bind them to.
        StorageError: they could not be kept, so nothing was written.
    """
    signer = this_person(environment) if signer is None else signer
    try:
        subject = needed_subject(folder)
        with held(own_folder(subject.session_id, environment) / ".lock"):
            return _write(folder, acts, subject, signer, environment, wall_ns)
    except OSError as error:
        raise StorageError(storage_sentence(own_folder("", environment).parent, error)) from error


def _write(
    folder: Path,
    acts: Sequence[Act],
    subject: Subject,
    signer: Signer,
    environment: Mapping[str, str] | None,
    wall_ns: Callable[[], int],
) -> Written:
    name = file_name(signer.person.public_bytes)
    path, shared_path = own_folder(subject.session_id, environment) / name, beside(folder) / name
    shared, unread = _shared(shared_path)
    lines = list(_base(lines_of(read_file(path) or b""), shared, subject, signer))
    numbers = []
    number = _last_number(lines, subject, signer)
    for act in acts:
        number += 1
        previous = line_digest(lines[-1]) if lines else NOTHING_BEFORE
        line = signed_line(
            act, subject=subject, number=number, previous=previous, made_wall_ns=wall_ns(), signer=signer
        )
        if len(line) > MOST_LINE_BYTES:
            msg = "This is too much for one entry; write it in several."
            raise StorageError(msg)
        lines.append(line.rstrip(b"\n"))
        numbers.append(number)
    data = b"".join(line + b"\n" for line in lines)
    if len(data) > MOST_FILE_BYTES:
        msg = f"The review of {subject.session_id} has grown too large to be added to."
        raise StorageError(msg)
    write_private_file(path, data)
    return Written(
        tuple(numbers), unread or _put_beside(folder, name, data, is_altered=shared != tuple(lines[: len(shared)]))
    )


def _shared(path: Path) -> tuple[tuple[bytes, ...], str]:
    """The lines beside the recording; and why they could not be read ("": they were)."""
    try:
        return lines_of(read_file(path) or b""), ""
    except OSError as error:
        return (), storage_sentence(path, error)


def _base(own: Sequence[bytes], shared: Sequence[bytes], subject: Subject, signer: Signer) -> Sequence[bytes]:
    """What to go on from: the longer copy; but never on lines that this person did not sign, if there are others."""
    both = settled(own, shared).lines
    if own and _problems(both, subject, signer) and not _problems(own, subject, signer):
        return own
    return both


def _problems(lines: Sequence[bytes], subject: Subject, signer: Signer) -> tuple[str, ...]:
    public_bytes = signer.person.public_bytes
    return read_sheet(lines, public_bytes=public_bytes, subject=subject, persons=Persons({}, me=signer.person)).problems


def _last_number(lines: Sequence[bytes], subject: Subject, signer: Signer) -> int:
    public_bytes = signer.person.public_bytes
    sheet = read_sheet(lines, public_bytes=public_bytes, subject=subject, persons=Persons({}, me=signer.person))
    return max((entry.number for entry in sheet.entries), default=0)


def _put_beside(folder: Path, name: str, data: bytes, *, is_altered: bool) -> str:
    """Share the file; why it could not be, "" if it was. An altered one is set aside, never written over."""
    try:
        if is_altered:
            set_aside(beside(folder) / name)
        publish(folder, name, data)
    except StorageError as error:
        return str(error)
    return ""
