"""`detect`: today's rules over old recordings."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import resources
from player.commands.desk import Desk
from player.commands.logs import ClosedSegment, read_events
from player.commands.moments import clock_text
from player.commands.soundness import note_what_is_not_sound
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.moments import WallClock, in_s
from recorder.clock import NS_PER_S
from recorder.detect.judge import Judge
from recorder.detect.linking import RuleSet
from recorder.detect.loading import load_rules, rule_files
from recorder.errors import KeyMissingError, UnreadableError
from recorder.events import Alert
from recorder.evidence.reader import RecordingReader
from recorder.policy.sections import RulesPolicy
from recorder.utc import utc_text

NONE_FIRED = 1
LOOK_NS = NS_PER_S
MOST_ROWS_SHOWN = 3


def run_detect(desk: Desk, recordings: Sequence[str], *, rules: Sequence[Path] | None, as_json: bool) -> int:
    """Print every alert; 1 if there is none, 3 if a part of a recording did not open."""
    loaded = _rules(rules)
    folders = [desk.library.find(name) for name in recordings]
    fired, closed = False, False
    for folder in folders:
        about = {"about": "rules", "rules": loaded.judging, "from": [str(place) for place in rules or ()]}
        reader = desk.read(folder, Doing(Kind.LOG, about))
        left_closed: list[ClosedSegment] = []
        wall = WallClock(reader.header.started.wall_ns, reader.clock_marks())
        for alert in _alerts(desk, reader, loaded, left_closed):
            fired = True
            _say(desk, folder.name, alert, wall, as_json=as_json)
        note_what_is_not_sound(desk, folder)
        for one in left_closed:
            desk.note(f"{folder.name}: not judged from {clock_text(one.at_ns)} on: {one.sentence}")
        closed = closed or bool(left_closed)
    if closed:
        return KeyMissingError.exit_status
    return 0 if fired else NONE_FIRED


def _rules(places: Sequence[Path] | None) -> RuleSet:
    """The rules, all of them or none.

    Raises:
        StorageError: a place is not there.
        UnreadableError: one has a fault, or there are none.
    """
    loaded = load_rules(rule_files(places or [resources.path("rules")]))
    if loaded.faults:
        more = len(loaded.faults) - 1
        others = "" if more == 0 else f" (and {more} more)"
        msg = f"The rules are not used, since not all of them can be: {loaded.faults[0]}{others}"
        raise UnreadableError(msg)
    if not loaded.rules:
        msg = "There are no rules (.yml) in these folders. Name one that has some."
        raise UnreadableError(msg)
    return loaded


def _alerts(desk: Desk, reader: RecordingReader, loaded: RuleSet, closed: list[ClosedSegment]) -> Iterator[Alert]:
    """What the judge says of a recording, in the order of what fired."""
    judge = Judge(loaded.rules, RulesPolicy())
    looked_ns = 0
    for event in read_events(desk, reader, closed):
        if event.at_ns - looked_ns >= LOOK_NS:
            looked_ns = event.at_ns
            yield from judge.look(looked_ns)
        yield from judge.judge(event)
    yield from judge.finish()
    for rule, count in judge.forgotten():
        desk.note(f"{rule.title}: more groups than can be remembered; {count} of the oldest were given up.")


def _say(desk: Desk, session_id: str, alert: Alert, wall: WallClock, *, as_json: bool) -> None:
    if as_json:
        desk.say_json(_object(session_id, alert, wall))
        return
    shown = " · ".join(row.text for row in alert.rows[-MOST_ROWS_SHOWN:])
    desk.say(f"{session_id}  {clock_text(alert.at_ns):>12}  {alert.severity:<13}  {alert.title}: {shown}")


def _object(session_id: str, alert: Alert, wall: WallClock) -> dict[str, object]:
    return {
        "recording": session_id,
        "at_s": in_s(alert.at_ns),
        "utc": utc_text(wall.at(alert.at_ns)),
        "rule": alert.rule,
        "version": alert.version,
        "title": alert.title,
        "severity": alert.severity,
        "reason": alert.reason,
        "response": alert.response or "record",
        "rows": [{"at_s": in_s(row.at_ns), "kind": row.kind, "text": row.text} for row in alert.rows],
    }
