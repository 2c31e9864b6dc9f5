"""`tachiai-agent library`: what is kept, what is held, what expires."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from app.agent.keeping_round import expire, keeper_of
from app.agent.logins import login_name
from app.agent.notes import note
from recorder.errors import StorageError, UnreadableError
from recorder.evidence.key_folder import keys_folder
from recorder.evidence.library_folder import library_folder
from recorder.keeping.deciding import Decision
from recorder.keeping.keeper import Expired, Keeper, LibraryStatus
from recorder.keeping.tombstone import Tombstone
from recorder.logrow import inert
from recorder.policy.in_force import policy_in_force
from recorder.policy.paths import path_here
from recorder.streams import said_or_refused
from recorder.utc import utc_second

MB = 1_000_000


def run_library(asked: argparse.Namespace, out: TextIO) -> int:
    """Do what is asked; the exit status."""
    keys = keys_folder()
    library = _library(asked, keys)
    if not library.is_dir():
        msg = f"There is no library at {library}; name one with --library or TACHIAI_LIBRARY."
        raise UnreadableError(msg)
    keeper = keeper_of(library, keys)
    if asked.library_command == "status":
        return _tell_status(keeper.status(), out, as_json=asked.json)
    if asked.library_command == "expire":
        policy = policy_in_force(keys, given=asked.policy).policy
        done = expire(keeper, policy, dry_run=asked.dry_run, also_interrupted=asked.also_interrupted)
        return _tell_expired(done, out, is_dry=asked.dry_run, as_json=asked.json)
    session_id = _find(keeper, asked.recording)
    change = keeper.hold if asked.library_command == "hold" else keeper.release
    entry = change(session_id, who=asked.who or login_name(), why=asked.why)
    word = "is held" if entry.action == "hold" else "is released"
    line = f"{session_id} {word}: {inert(entry.who)}, {inert(entry.why)}"
    _say(out, json.dumps(_hold_object(entry.action, session_id, entry.who, entry.why)) if asked.json else line)
    return 0


def _library(asked: argparse.Namespace, keys: Path) -> Path:
    """Where the agent records to: as asked, else as the policy says, else as always."""
    if asked.library is None:
        policy = policy_in_force(keys, given=getattr(asked, "policy", None)).policy
        said = path_here("recording.library", policy.recording.library)
        if said is not None:
            return said
    return library_folder(asked.library)


def _find(keeper: Keeper, name: str) -> str:
    """The id that begins so; one that is given whole need not stand any more."""
    status = keeper.status()
    names = {one.session_id for one in status.kept} | {one.recording for one in status.holds}
    found = sorted(one for one in names if one.startswith(name)) if name else []
    if name in names or len(found) == 1:
        return name if name in names else found[0]
    msg = f"{len(found) or 'No'} recordings begin with {name!r}; tachiai-agent library status lists them."
    raise UnreadableError(msg)


# --- telling ----------------------------------------------------------------------------------------------------------


def _tell_status(status: LibraryStatus, out: TextIO, *, as_json: bool) -> int:
    if as_json:
        for thing in status_objects(status):
            _say(out, json.dumps(thing, ensure_ascii=False))
    else:
        for line in _status_lines(status):
            _say(out, line)
    for sentence in status.damaged:
        note(sentence)
    return 0


def _status_lines(status: LibraryStatus) -> Iterator[str]:
    count = "1 recording" if len(status.kept) == 1 else f"{len(status.kept)} recordings"
    yield f"{count}, {_size(status.size_bytes)}"
    for hold in status.holds:
        yield f"held      {hold.recording}  by {inert(hold.who)} since {_day(hold.wall_ns)}: {inert(hold.why)}"
    for one in status.kept:
        if one.state != "closed":
            yield f"{one.state:<9} {inert(one.session_id)}  {_size(one.size_bytes)}; it does not expire by itself"
    for stone in status.expired:
        yield f"expired   {stone.session_id}  {inert(stone.operator)}@{inert(stone.host)}, {_stone_words(stone)}"


def _stone_words(stone: Tombstone) -> str:
    return f"{_size(stone.size_bytes)}, {stone.verdict}; went {_day(stone.expired_wall_ns)}: {inert(stone.detail)}"


def status_objects(status: LibraryStatus) -> Iterator[Mapping[str, object]]:
    """For programs: each recording, hold and tombstone, the sums last; with stable names."""
    held = {one.recording for one in status.holds}
    for one in status.kept:
        yield {
            "type": "recording",
            "recording": one.session_id,
            "state": str(one.state),
            "size_bytes": one.size_bytes,
            "ended_at": None if one.ended_wall_ns is None else utc_second(one.ended_wall_ns),
            "is_held": one.session_id in held,
        }
    for hold in status.holds:
        yield {**_hold_object("hold", hold.recording, hold.who, hold.why), "at": utc_second(hold.wall_ns)}
    for stone in status.expired:
        yield {
            "type": "expired",
            "recording": stone.session_id,
            "operator": stone.operator,
            "host": stone.host,
            "size_bytes": stone.size_bytes,
            "verdict": stone.verdict,
            "why": stone.why,
            "at": utc_second(stone.expired_wall_ns),
            "archive": stone.archive or None,
        }
    yield {"type": "library", "recordings": len(status.kept), "size_bytes": status.size_bytes, "held": len(held)}


def _tell_expired(done: Expired, out: TextIO, *, is_dry: bool, as_json: bool) -> int:
    for one in done.decisions:
        _say(out, json.dumps(_decision_object(one, is_dry=is_dry)) if as_json else _decision_words(one, is_dry=is_dry))
    if as_json:
        total = {"type": "library", "expired": len(done.gone), "size_bytes": done.left_bytes, "is_dry_run": is_dry}
        _say(out, json.dumps(total))
    else:
        gone, left = ("would expire", "would be left") if is_dry else ("expired", "are left")
        _say(out, f"{len(done.gone)} {gone}; {_size(done.left_bytes)} of recordings {left}")
    for sentence in done.problems:
        note(sentence)
    return StorageError.exit_status if done.problems or done.stays else 0


def _decision_words(one: Decision, *, is_dry: bool) -> str:
    if one.why is None:
        return f"stays     {inert(one.kept.session_id)}: {inert(one.obstacle)}"
    reason = "it is old enough" if one.why == "age" else "there is more than the quota"
    return f"{'would go' if is_dry else 'gone':<9} {one.kept.session_id}: {reason}; {_size(one.kept.size_bytes)}"


def _decision_object(one: Decision, *, is_dry: bool) -> Mapping[str, object]:
    return {
        "type": "expiry",
        "recording": one.kept.session_id,
        "why": None if one.why is None else str(one.why),
        "obstacle": one.obstacle or None,
        "size_bytes": one.kept.size_bytes,
        "is_dry_run": is_dry,
    }


def _hold_object(action: str, session_id: str, who: str, why: str) -> dict[str, object]:
    return {"type": action, "recording": session_id, "who": who, "why": why}


def _say(out: TextIO, line: str) -> None:
    with said_or_refused(out):
        print(line, file=out)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / MB:.1f} MB"


def _day(wall_ns: int) -> str:
    return utc_second(wall_ns)[:10]
