"""What is known of the review of a recording: notes, verdicts and what was watched, of everybody who wrote some."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from player.persons import Person, Persons, Standing
from player.review.entries import Content, Edit, Judged, Note, Remove, Subject, Verdict, Watched, subject_of
from player.review.places import MOST_PERSONS, beside, file_name, own_folder, persons_with_files, read_file
from player.review.ranges import Ranges, merged
from player.review.sheet import Sheet, lines_of, read_sheet
from recorder.errors import StorageError, UnreadableError
from recorder.real_path import real_path


class ReviewState(Enum):
    """What became of the review of a recording; the gravest verdict that counts says it.

    `DOUBTFUL`: something in the files of somebody who counts was altered or taken out, so what they say is not all
    that was said. It never hides a graver verdict.
    """

    NONE = "unreviewed"
    STARTED = "in_review"
    CLEARED = "cleared"
    DOUBTFUL = "doubtful"
    FOLLOW_UP = "follow_up"
    VIOLATION = "violation"


@dataclass(frozen=True, slots=True)
class GivenNote:
    """A note as it stands now. `number` and the person's key name it; `edited_wall_ns` is None if it is as it was."""

    person: Person
    standing: Standing
    number: int
    content: Content
    made_wall_ns: int
    edited_wall_ns: int | None


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """What a person concluded last."""

    person: Person
    standing: Standing
    verdict: Judged
    comment: str
    reached_ns: int
    made_wall_ns: int


@dataclass(frozen=True, slots=True)
class WatchedBy:
    """What a person confirmed to have seen; `idle` was skipped because nothing happened in it."""

    person: Person
    standing: Standing
    ranges: Ranges
    idle: Ranges


@dataclass(frozen=True, slots=True)
class Review:
    """All of it. `problems`: what was altered or is missing. `notices`: what the person should know besides.

    `removed` are notes that their persons removed, as they last were: they can be brought back.
    """

    subject: Subject
    notes: tuple[GivenNote, ...] = ()
    verdicts: tuple[GivenVerdict, ...] = ()
    watched: tuple[WatchedBy, ...] = ()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    is_doubtful: bool = False
    removed: tuple[GivenNote, ...] = ()

    @property
    def state(self) -> ReviewState:
        """What the verdicts that count come to."""
        given = {one.verdict for one in self.verdicts if one.standing is not Standing.STRANGER}
        if Judged.VIOLATION in given:
            return ReviewState.VIOLATION
        if Judged.FOLLOW_UP in given:
            return ReviewState.FOLLOW_UP
        if self.is_doubtful:
            return ReviewState.DOUBTFUL
        if Judged.CLEARED in given:
            return ReviewState.CLEARED
        standings = {one.standing for one in self.notes} | {one.standing for one in self.watched}
        has_begun = bool(standings - {Standing.STRANGER})
        return ReviewState.STARTED if has_begun else ReviewState.NONE

    def note(self, person: Person, number: int) -> GivenNote | None:
        """This person's note of this number, None if it was removed or never was."""
        return _found(self.notes, person, number)

    def removed_note(self, person: Person, number: int) -> GivenNote | None:
        """This person's note of this number as it was when they removed it."""
        return _found(self.removed, person, number)

    def verdict_of(self, person: Person) -> GivenVerdict | None:
        """What this person concluded last, if they did not take it back."""
        return next((one for one in self.verdicts if one.person.public_bytes == person.public_bytes), None)


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """What a list shows of a review: the state, who concluded something, and when the last of them did."""

    state: ReviewState
    reviewers: tuple[str, ...] = ()
    last_wall_ns: int | None = None


def review_state_of(
    folder: Path, persons: Persons | None = None, environment: Mapping[str, str] | None = None
) -> ReviewSummary:
    """The state of a recording's review, for a list: two looks at the file system where nobody reviewed anything.

    Raises:
        WorldError: what there is cannot be read.
    """
    known = Persons.load(environment) if persons is None else persons
    has_own = known.me is not None and own_folder(real_path(folder).name, environment).exists()
    if not has_own and not beside(folder).exists():
        return ReviewSummary(ReviewState.NONE)
    review = read_review(folder, known, environment, most_strangers=0)  # nothing of what they say counts
    count = [one for one in review.verdicts if one.standing is not Standing.STRANGER]
    names = tuple(dict.fromkeys(one.person.name for one in count))
    return ReviewSummary(review.state, names, max((one.made_wall_ns for one in count), default=None))


def read_review(
    folder: Path,
    persons: Persons | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    most_strangers: int = MOST_PERSONS,
) -> Review:
    """Everything that was written of this recording, by anybody.

    Raises:
        UnreadableError: not one of the recording's headers is sound, so nothing can be bound to it.
        StorageError: it could not be read.
    """
    known = Persons.load(environment) if persons is None else persons
    try:
        subject = needed_subject(folder)
        everybody, left_out = _everybody(folder, known, most_strangers)
        parts = [_sheet(folder, subject, known, public_bytes, environment) for public_bytes in everybody]
    except OSError as error:
        msg = f"The reviews beside {folder} could not be read ({error.strerror or error}); check who may read them."
        raise StorageError(msg) from error
    sheets = [part.sheet for part in parts if part.sheet is not None]
    notes = [_notes(sheet) for sheet in sheets]
    in_words = [sentence for part in parts for sentence in part.problems]
    return Review(
        subject,
        notes=_in_time(one for stand, _ in notes for one in stand.values()),
        verdicts=tuple(verdict for sheet in sheets if (verdict := _verdict(sheet)) is not None),
        watched=tuple(watched for sheet in sheets if (watched := _watched(sheet)) is not None),
        problems=tuple(in_words),
        notices=(*(sentence for part in parts for sentence in part.notices), *left_out),
        removed=_in_time(one for _, removed in notes for one in removed.values()),
        is_doubtful=any(part.problems and part.standing is not Standing.STRANGER for part in parts),
    )


def _everybody(folder: Path, known: Persons, most_strangers: int) -> tuple[list[bytes], tuple[str, ...]]:
    """Whose sheets are read: all that count, and of strangers so many that they cannot keep anybody from reading."""
    found = set(persons_with_files(beside(folder), most=None))
    if known.me is not None:
        found.add(known.me.public_bytes)
    strangers = sorted(one for one in found if known.standing(one) is Standing.STRANGER)
    more = len(strangers) - most_strangers
    notice = (f"{more} more reviews by strangers lie beside the recording; they were not read.",) if more > 0 else ()
    return sorted(found.difference(strangers[most_strangers:])), notice


def needed_subject(folder: Path) -> Subject:
    """What entries about this recording are bound to.

    Raises:
        UnreadableError: not one of its headers is sound.
        OSError: it could not be read.
    """
    subject = subject_of(folder)
    if subject is None:
        msg = f"{folder} has no sound header, so no review can be bound to it; `tachiai-player verify` says more."
        raise UnreadableError(msg)
    return subject


@dataclass(frozen=True, slots=True)
class Settled:
    """A person's lines out of their two copies, with what is to be said of the difference."""

    lines: tuple[bytes, ...]
    problem: str = ""
    notice: str = ""


def settled(own: Sequence[bytes], shared: Sequence[bytes]) -> Settled:
    """This person's lines: the longer copy, if the other is its beginning; else the one in their own folder."""
    if tuple(shared) == tuple(own[: len(shared)]):
        missing = len(own) - len(shared)
        if missing == 1:
            notice = "1 of your entries is in your own folder only: not yet put beside the recording, or taken out."
            return Settled(tuple(own), notice=notice)
        notice = (
            f"{missing} of your entries are in your own folder only: not yet put beside the recording, or taken out."
        )
        return Settled(tuple(own), notice=notice if missing else "")
    if tuple(own) == tuple(shared[: len(own)]):
        return Settled(tuple(shared))
    return Settled(tuple(own), problem="Your review beside the recording was altered; what you wrote is still here.")


@dataclass(frozen=True, slots=True)
class _Part:
    standing: Standing
    sheet: Sheet | None
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()


def _sheet(
    folder: Path, subject: Subject, persons: Persons, public_bytes: bytes, environment: Mapping[str, str] | None
) -> _Part:
    standing = persons.standing(public_bytes)
    try:
        shared = lines_of(read_file(beside(folder) / file_name(public_bytes)) or b"")
        unread = ""
    except OSError as error:
        name = persons.name_of(public_bytes) or Person("", public_bytes).fingerprint
        shared, unread = (), f"The review by {name} could not be read ({error.strerror or error})."
        if standing is not Standing.ME:
            return _Part(standing, None, (unread,))
    both = Settled(shared)
    if standing is Standing.ME:
        own = read_file(own_folder(subject.session_id, environment) / file_name(public_bytes))
        both = settled(lines_of(own or b""), shared)
    sheet = read_sheet(both.lines, public_bytes=public_bytes, subject=subject, persons=persons)
    problems = (*sheet.problems, *filter(None, (both.problem, unread)))
    return _Part(standing, sheet, problems, (both.notice,) if both.notice else ())


def _notes(sheet: Sheet) -> tuple[dict[int, GivenNote], dict[int, GivenNote]]:
    """The notes that stand, and those that were removed, by their numbers."""
    notes: dict[int, GivenNote] = {}
    removed: dict[int, GivenNote] = {}
    for entry in sheet.entries:
        match entry.act:
            case Note(content):
                notes[entry.number] = GivenNote(
                    sheet.person, sheet.standing, entry.number, content, entry.made_wall_ns, None
                )
            case Edit(of, content) if (before := notes.get(of) or removed.pop(of, None)) is not None:
                notes[of] = replace(before, content=content, edited_wall_ns=entry.made_wall_ns)
            case Remove(of) if of in notes:
                removed[of] = notes.pop(of)
            case _:
                pass
    return notes, removed


def _found(notes: Iterable[GivenNote], person: Person, number: int) -> GivenNote | None:
    of_person = (one for one in notes if one.person.public_bytes == person.public_bytes)
    return next((one for one in of_person if one.number == number), None)


def _verdict(sheet: Sheet) -> GivenVerdict | None:
    last = next((entry for entry in reversed(sheet.entries) if isinstance(entry.act, Verdict)), None)
    if last is None or not isinstance(last.act, Verdict) or last.act.verdict is Judged.WITHDRAWN:
        return None
    act = last.act
    return GivenVerdict(sheet.person, sheet.standing, act.verdict, act.comment, act.reached_ns, last.made_wall_ns)


def _watched(sheet: Sheet) -> WatchedBy | None:
    acts = [entry.act for entry in sheet.entries if isinstance(entry.act, Watched)]
    if not acts:
        return None
    ranges = merged(one for act in acts for one in act.ranges)
    return WatchedBy(sheet.person, sheet.standing, ranges, merged(one for act in acts for one in act.idle))


def _in_time(notes: Iterable[GivenNote]) -> tuple[GivenNote, ...]:
    return tuple(sorted(notes, key=lambda note: (note.content.at_ns, note.made_wall_ns, note.number)))
