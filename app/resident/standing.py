"""How the recording stands, from what was told: one state, its tone, and the words for it. No clock of its own."""

import enum
from dataclasses import dataclass, field, replace

from app.resident.news import News, RecorderState, RowsSaid, SessionBegun, StorageNow, Supervised
from recorder.logrow import LogRow

GAP_SHOWN_NS = 60_000_000_000
SILENT_AFTER_NS = 3_000_000_000  # whoever supervises says sooner that the recorder is silent, if it is there


class Standing(enum.StrEnum):
    """The states of the indicator, the gravest first."""

    NOT_RECORDING = "not_recording"
    UNSUPERVISED = "unsupervised"
    STARTING = "starting"
    GAP = "gap"
    STORAGE = "storage"
    RECORDING = "recording"


TONES = {
    Standing.NOT_RECORDING: "bad",
    Standing.UNSUPERVISED: "neutral",
    Standing.STARTING: "neutral",
    Standing.GAP: "warn",
    Standing.STORAGE: "warn",
    Standing.RECORDING: "good",
}


@dataclass(frozen=True, slots=True)
class Known:
    """All that was told. `gap_seen_ns` is when (on the asker's clock) the last gap was told, and `gap` its row.

    `heard_ns` is when anything was told last: while it records, that is every second.
    `gap_seen_ns` without a `gap` is a gap because the recorder was started again.
    """

    supervised: Supervised = field(default_factory=lambda: Supervised(RecorderState.STARTING))
    session: SessionBegun | None = None
    storage: StorageNow | None = None
    heard_ns: int | None = None
    gap: LogRow | None = None
    gap_seen_ns: int | None = None

    def told(self, news: News, *, now_ns: int) -> "Known":
        """The same, after this."""
        return replace(self._taken_in(news, now_ns), heard_ns=now_ns)

    def _taken_in(self, news: News, now_ns: int) -> "Known":
        match news:
            case Supervised():
                return replace(self, supervised=news)
            case SessionBegun() if news.lost_ns > 0:
                return replace(self, session=news, gap=None, gap_seen_ns=now_ns)
            case SessionBegun():
                return replace(self, session=news)
            case StorageNow():
                return replace(self, storage=news)
            case RowsSaid(rows):
                gaps = [row for row in rows if row.kind == "gap"]
                return replace(self, gap=gaps[-1], gap_seen_ns=now_ns) if gaps else self
            case _:
                return self

    def standing(self, *, now_ns: int) -> Standing:
        """The state that the indicator shows now."""
        match self.supervised.state:
            case RecorderState.RESTARTING | RecorderState.ENDED:
                return Standing.NOT_RECORDING
            case RecorderState.STARTING:
                return Standing.NOT_RECORDING if self.supervised.problem else Standing.STARTING
            case RecorderState.RECORDING:
                return self._while_recording(now_ns)

    def _while_recording(self, now_ns: int) -> Standing:
        if self.heard_ns is None or now_ns - self.heard_ns > SILENT_AFTER_NS:
            return Standing.UNSUPERVISED
        if self.gap_seen_ns is not None and now_ns - self.gap_seen_ns < GAP_SHOWN_NS:
            return Standing.GAP
        if self.storage is not None and self.storage.state != "ample":
            return Standing.STORAGE
        return Standing.RECORDING

    def tone(self, standing: Standing) -> str:
        """Good, warn, bad or neutral: the state's own, and graver where storage is full."""
        is_full = standing is Standing.STORAGE and self.storage is not None and self.storage.state == "full"
        return "bad" if is_full else TONES[standing]
