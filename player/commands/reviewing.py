"""`review` of one recording: show, add, edit, remove, mark."""

import argparse
from pathlib import Path

from player.commands.desk import Desk
from player.commands.moments import clock_text
from player.commands.review_library import run_coverage, run_queue, run_sample
from player.ledger.entry import Kind
from player.moments import in_s
from player.persons import Standing, this_person
from player.review.coverage import coverage_of
from player.review.entries import Act, Content, Edit, Judged, Note, Remove, Verdict, kind_of
from player.review.state import GivenNote, GivenVerdict, Review, read_review
from player.review.writing import write_entries
from recorder.clock import NS_PER_S
from recorder.errors import UnreadableError
from recorder.evidence.summary import summarize
from recorder.logrow import inert, span_words
from recorder.utc import utc_text

VERDICT_WORDS = {"cleared": "CLEARED", "follow_up": "NEEDS FOLLOW-UP", "violation": "VIOLATION"}
STATE_WORDS = {
    "unreviewed": "not reviewed",
    "in_review": "in review: there is no verdict yet",
    "cleared": "cleared",
    "doubtful": "DOUBTFUL: something in the reviews was altered or taken out",
    "follow_up": "needs follow-up",
    "violation": "VIOLATION",
}


def run_review(desk: Desk, asked: argparse.Namespace) -> int:
    """Run the command under `review`."""
    commands = {
        "show": _show,
        "add": _add,
        "edit": _edit,
        "remove": _remove,
        "mark": _mark,
        "queue": run_queue,
        "sample": run_sample,
        "coverage": run_coverage,
    }
    return commands[asked.review_command](desk, asked)


def _show(desk: Desk, asked: argparse.Namespace) -> int:
    folder = desk.library.find(asked.recording)
    review = read_review(folder)
    if asked.json:
        for thing in _objects(folder, review):
            desk.say_json(thing)
        return 0
    desk.say(f"{inert(review.subject.session_id)}: {STATE_WORDS[review.state.value]}")
    for verdict in review.verdicts:
        comment = f": {inert(verdict.comment)}" if verdict.comment else ""
        who = _who(verdict.person.name, verdict.standing)
        desk.say(f"  {VERDICT_WORDS[verdict.verdict.value]} by {who}, {utc_text(verdict.made_wall_ns)}{comment}")
    for person in coverage_of(review, _length_ns(folder)).persons:
        idle = f", and {span_words(person.idle_ns)} idle gone over" if person.idle_ns else ""
        desk.say(f"  {inert(person.name)} watched {span_words(person.watched_ns)}{idle}")
    for note in review.notes:
        tags = "".join(f" #{inert(tag)}" for tag in note.content.tags)
        text = inert(note.content.text) or ("" if tags else "(bookmark)")
        desk.say(f"  {_when(note)}  {note.number}  {_who(note.person.name, note.standing)}: {text}{tags}")
    for sentence in (*review.problems, *review.notices):
        desk.note(inert(sentence))
    return 0


def _add(desk: Desk, asked: argparse.Namespace) -> int:
    folder = desk.library.find(asked.recording)
    content = Content(asked.at_ns, asked.end_ns, asked.text, tuple(asked.tag or ()))
    return _write(desk, asked, folder, Note(_checked(content, folder)), "noted")


def _edit(desk: Desk, asked: argparse.Namespace) -> int:
    folder = desk.library.find(asked.recording)
    review, me = read_review(folder), this_person().person
    note = review.note(me, asked.number) or review.removed_note(me, asked.number)
    if note is None:
        raise UnreadableError(_no_note(asked.number))
    old = note.content
    content = Content(
        old.at_ns if asked.at_ns is None else asked.at_ns,
        old.end_ns if asked.end_ns is None and asked.at_ns is None else asked.end_ns,
        old.text if asked.text is None else asked.text,
        old.tags if asked.tag is None else tuple(asked.tag),
    )
    return _write(desk, asked, folder, Edit(asked.number, _checked(content, folder)), "edited")


def _remove(desk: Desk, asked: argparse.Namespace) -> int:
    folder = desk.library.find(asked.recording)
    if read_review(folder).note(this_person().person, asked.number) is None:
        raise UnreadableError(_no_note(asked.number))
    return _write(desk, asked, folder, Remove(asked.number), "removed")


def _mark(desk: Desk, asked: argparse.Namespace) -> int:
    folder = desk.library.find(asked.recording)
    return _write(desk, asked, folder, Verdict(Judged(asked.verdict), asked.comment, _length_ns(folder)), asked.verdict)


def _write(desk: Desk, asked: argparse.Namespace, folder: Path, act: Act, done: str) -> int:
    signer = this_person()
    desk.gate.ledger.enter(Kind.REVIEWED, recording=folder.name, detail={"what": kind_of(act)})
    written = write_entries(folder, [act], signer=signer)
    if asked.json:
        desk.say_json({"type": "written", "number": written.numbers[0], "notice": written.notice or None})
        return 0
    desk.say(f"Entry {written.numbers[0]}, {done}, signed by {inert(signer.person.name)}.")
    if written.notice:
        desk.note(f"It is in your own folder only. {written.notice}")
    return 0


def _no_note(number: int) -> str:
    return f"You have no note {number} there; tachiai-player review show tells your notes' numbers."


def _checked(content: Content, folder: Path) -> Content:
    length_ns = _length_ns(folder)
    if content.at_ns > length_ns:
        msg = f"The recording ends at {in_s(length_ns)} s; there is nothing to note at {in_s(content.at_ns)} s."
        raise UnreadableError(msg)
    if content.end_ns is not None and content.end_ns < content.at_ns:
        msg = "--to is earlier than --at; give the beginning first."
        raise UnreadableError(msg)
    return content


def _length_ns(folder: Path) -> int:
    return round(summarize(folder).duration_s * NS_PER_S)


def _who(name: str, standing: Standing) -> str:
    return f"a STRANGER who calls themselves {inert(name)}" if standing is Standing.STRANGER else inert(name)


def _when(note: GivenNote) -> str:
    content = note.content
    return clock_text(content.at_ns) + (f" – {clock_text(content.end_ns)}" if content.end_ns is not None else "")


def _objects(folder: Path, review: Review) -> list[dict[str, object]]:
    """The notes, verdicts and persons first, all of it together last."""
    coverage = coverage_of(review, _length_ns(folder))
    watched: list[dict[str, object]] = [
        {"type": "watched", "person": one.name, "watched_s": in_s(one.watched_ns), "idle_s": in_s(one.idle_ns)}
        for one in coverage.persons
    ]
    whole: dict[str, object] = {
        "type": "review",
        "recording": review.subject.session_id,
        "state": review.state.value,
        "duration_s": in_s(coverage.whole_ns),
        "watched_s": in_s(coverage.watched_ns),
        "idle_s": in_s(coverage.idle_ns),
        "problems": list(review.problems),
        "notices": list(review.notices),
    }
    return [*map(_note_object, review.notes), *map(_verdict_object, review.verdicts), *watched, whole]


def _note_object(note: GivenNote) -> dict[str, object]:
    content = note.content
    return {
        "type": "note",
        "number": note.number,
        "person": note.person.name,
        "standing": note.standing.value,
        "at_s": in_s(content.at_ns),
        "end_s": None if content.end_ns is None else in_s(content.end_ns),
        "text": content.text,
        "tags": list(content.tags),
        "made_at": utc_text(note.made_wall_ns),
        "edited_at": None if note.edited_wall_ns is None else utc_text(note.edited_wall_ns),
    }


def _verdict_object(given: GivenVerdict) -> dict[str, object]:
    return {
        "type": "verdict",
        "verdict": given.verdict.value,
        "comment": given.comment,
        "person": given.person.name,
        "standing": given.standing.value,
        "reached_s": in_s(given.reached_ns),
        "made_at": utc_text(given.made_wall_ns),
    }
