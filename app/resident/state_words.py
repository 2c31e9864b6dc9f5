"""What is said of the state that the recording is in."""

import datetime
from dataclasses import dataclass

from app.resident.news import RecorderState
from app.resident.standing import Known, Standing
from recorder.clock import NS_PER_S
from recorder.logrow import span_words
from resources.row_words import RowWords
from resources.words import Words

UNSAID_SINCE = frozenset({Standing.NOT_RECORDING, Standing.UNSUPERVISED, Standing.STARTING})


@dataclass(frozen=True, slots=True)
class StateSaid:
    """A few words, and a sentence or two."""

    title: str
    text: str


def state_said(known: Known, standing: Standing, words: Words, row_words: RowWords) -> StateSaid:
    """The state in words. Nothing in them changes while nothing happens: what is shown is recorded too."""
    title = words(f"agent_state.{standing.value}", state=storage_state(known, words))
    text = _text(known, standing, words, row_words)
    problem = known.supervised.problem
    if problem:
        text = words("agent_state.problem", text=text, problem=words.said(problem))
    return StateSaid(title, text)


def _text(known: Known, standing: Standing, words: Words, row_words: RowWords) -> str:
    match standing:
        case Standing.GAP if known.gap is not None:
            return words("agent_state.gap_text", what=row_words.text(known.gap))
        case Standing.GAP:
            return words("agent_state.gap_restarted")
        case Standing.STORAGE:
            return words("agent_state.storage_text", free=free_room(known), action=storage_action(known, words))
        case Standing.NOT_RECORDING if known.supervised.state is RecorderState.ENDED:
            return words("agent_state.ended_text")
        case _:
            return words(f"agent_state.{standing.value}_text")


def since_said(known: Known, standing: Standing, words: Words) -> str:
    """Since when it is recorded; "" while it is not, or while nobody knows."""
    if known.session is None or standing in UNSAID_SINCE:
        return ""
    return words("agent_state.recording_since", time=clock_time(known.session.started_wall_ns))


def storage_state(known: Known, words: Words) -> str:
    """The storage's state in a word or two."""
    state = known.storage.state if known.storage is not None else "unknown"
    return words.either(f"agent_storage.{state}", state)


def storage_action(known: Known, words: Words) -> str:
    """What is done because of it."""
    action = known.storage.action if known.storage is not None else ""
    return words.either(f"agent_storage.action_{action}", action)


def free_room(known: Known) -> str:
    """How much is free, as a person says it; a dash if that is not known."""
    if known.storage is None:
        return "–"
    free = known.storage.free_bytes
    return f"{free / 1e9:.1f} GB" if free >= 1_000_000_000 else f"{free // 1_000_000} MB"


def clock_time(wall_ns: int) -> str:
    """The time of day of an instant here, to the minute."""
    return _local(wall_ns).strftime("%H:%M")


def row_time(started_wall_ns: int, at_ns: int) -> str:
    """The time of day of a moment of the session, to the second."""
    return _local(started_wall_ns + at_ns).strftime("%H:%M:%S")


def session_time(started_wall_ns: int | None, at_ns: int) -> str:
    """The time of day of a moment; how far into the session it is where that is not known."""
    return span_words(at_ns) if started_wall_ns is None else row_time(started_wall_ns, at_ns)


def _local(wall_ns: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(wall_ns // NS_PER_S, tz=datetime.UTC).astimezone()
