"""`review` of the library: the queue, a sample, and how much was seen."""

import argparse
import functools
from collections.abc import Callable

from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.library import SESSION_ID
from player.moments import in_s
from player.persons import Persons
from player.review.coverage import Coverage, together
from player.review.period import Period
from player.review.policy import read_policy
from player.review.queue import QUEUE_WORDS, Queued, library_coverage, review_queue
from player.review.sample import draw, place_of
from recorder.evidence.keys import KeyRing
from recorder.logrow import inert, span_words
from recorder.real_path import real_path

MOST_ROWS_SHOWN = 8  # of one recording, in words; --json has all of them


def run_queue(desk: Desk, asked: argparse.Namespace) -> int:
    """Print what to review next."""
    desk.gate.search(QUEUE_WORDS, where=str(desk.library.folder))
    line = ProgressLine(desk.notes)
    keys: Callable[[], KeyRing] = functools.cache(desk.keys)
    queue = review_queue(
        [desk.library],
        keys=keys,
        policy=read_policy(),
        with_concluded=asked.all,
        progress=lambda done, total: line.show(f"looking at recording {done + 1} of {total}"),
        notify=desk.note,
    )
    line.clear()
    for one in queue[: asked.limit]:
        if asked.json:
            desk.say_json(_queued_object(one))
        else:
            _say_queued(desk, one)
    if not queue and not asked.json:
        desk.note("Nothing is waiting: every recording has a concluding verdict.")
    return 0


def run_sample(desk: Desk, asked: argparse.Namespace) -> int:
    """Draw a sample, and say how it was drawn."""
    names = [folder.name for folder in desk.library.folders()]
    known = [name for name in names if SESSION_ID.fullmatch(name)]
    period = Period(asked.from_day, asked.to_day)
    sample = draw([name for name in known if period.holds(name)], seed=asked.seed, count=asked.count)
    for session_id in sample.session_ids:
        if asked.json:
            desk.say_json({"recording": session_id, "place": place_of(asked.seed, session_id)})
        else:
            desk.say(session_id)
    if asked.json:
        desk.say_json({"recordings": len(sample.session_ids), "population": sample.population, "digest": sample.digest})
        return 0
    desk.note(
        f"{len(sample.session_ids)} of {sample.population} recordings, by the SHA-256 of tachiai-sample/1, the seed "
        f"{asked.seed!r} and the id; the smallest are drawn. Drawn from a library of digest {sample.digest[:16]}."
    )
    if len(known) < len(names):
        desk.note(f"{len(names) - len(known)} folders are not named by a session's id, and were not drawn from.")
    return 0


def run_coverage(desk: Desk, asked: argparse.Namespace) -> int:
    """Say how much of the recorded time was seen, by recording, by person and in all."""
    wanted = None if asked.recording is None else desk.library.find(asked.recording)
    period = Period(asked.from_day, asked.to_day)
    entries = [
        entry
        for entry in desk.library.entries(notify=desk.note)
        if (wanted is None or real_path(entry.folder) == real_path(wanted)) and period.holds(entry.session_id)
    ]
    line = ProgressLine(desk.notes)
    covered = library_coverage(
        entries,
        Persons.load(),
        progress=lambda done, total: line.show(f"looking at recording {done + 1} of {total}"),
    )
    line.clear()
    whole = together(one.coverage for one in covered if not one.problem)
    for one in covered:
        if asked.json:
            state = None if one.state is None else one.state.value
            desk.say_json(
                {"type": "recording", "recording": one.entry.session_id, "state": state}
                | _coverage_object(one.coverage)
                | {"problem": one.problem or None}
            )
        else:
            desk.say(f"{inert(one.entry.session_id)}  {inert(one.problem) if one.problem else _in_words(one.coverage)}")
    for person in whole.persons:
        if asked.json:
            watched_s, idle_s = in_s(person.watched_ns), in_s(person.idle_ns)
            desk.say_json({"type": "person", "person": person.name, "watched_s": watched_s, "idle_s": idle_s})
        else:
            desk.say(f"{inert(person.name)} watched {_seen(person.watched_ns, person.idle_ns)}")
    if asked.json:
        desk.say_json({"type": "all", "recordings": whole.recordings, "begun": whole.begun} | _coverage_object(whole))
    else:
        desk.say(f"All {whole.recordings} recordings: {_in_words(whole)}")
    return 0


def _say_queued(desk: Desk, one: Queued) -> None:
    known = one.entry.known
    who = "" if known is None else f"  {inert(known.operator)} @ {inert(known.host)}"
    desk.say(f"{inert(one.entry.session_id)}{who}  [{one.state.value}]")
    for reason in one.reasons[:MOST_ROWS_SHOWN]:
        at = clock_text(reason.at_ns) if reason.at_ns is not None else "-"
        desk.say(f"  {reason.kind:<20} {at:<12} {inert(reason.text)}")
    more = len(one.reasons) - MOST_ROWS_SHOWN
    if more > 0:
        desk.say(f"  … and {more} more")
    if not one.reasons:
        desk.say("  nothing stands out")


def _queued_object(one: Queued) -> dict[str, object]:
    reasons = [
        {
            "kind": reason.kind,
            "text": reason.text,
            "at_s": None if reason.at_ns is None else in_s(reason.at_ns),
            "end_s": None if reason.end_ns is None else in_s(reason.end_ns),
        }
        for reason in one.reasons
    ]
    return {
        "recording": one.entry.session_id,
        "path": str(one.entry.folder),
        "state": one.state.value,
        "reasons": reasons,
    }


def _coverage_object(coverage: Coverage) -> dict[str, object]:
    return {
        "duration_s": in_s(coverage.whole_ns),
        "watched_s": in_s(coverage.watched_ns),
        "idle_s": in_s(coverage.idle_ns),
        "share": None if coverage.share is None else round(coverage.share, 4),
    }


def _in_words(coverage: Coverage) -> str:
    if coverage.share is None:
        return "nothing recorded"
    seen = _seen(coverage.watched_ns, coverage.idle_ns)
    return f"{int(coverage.share * 100)} % of {span_words(coverage.whole_ns)}: {seen}"


def _seen(watched_ns: int, idle_ns: int) -> str:
    return f"{span_words(watched_ns)} watched" + (f", {span_words(idle_ns)} idle gone over" if idle_ns else "")
