"""A report as it was asked for in one go, of a recording that is open; the command and the window share it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from player.persons import person_name
from player.recording import OpenRecording
from player.report.facts import gather
from player.report.page import Page, page_of
from player.report.reviews import reviews_of_a_part, reviews_told
from player.video.redaction import Redactions
from recorder.evidence.keys import DeviceTrust, KeyRing
from recorder.evidence.verify import verify
from recorder.release import release
from resources.words import Words

VERIFYING = 0.3  # of the work


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """A report on the recording in this folder, as this file, spoken with `words`."""

    folder: Path
    out: Path
    words: Words
    redactions: Redactions = ()

    @property
    def told(self) -> dict[str, object]:
        """As the ledger tells it."""
        about: dict[str, object] = {"report": str(self.out), "language": self.words.language}
        return about | {"redactions": len(self.redactions)} if self.redactions else about


def page_for(
    source: OpenRecording, order: ReportOrder, *, keys: KeyRing, devices: DeviceTrust, progress: Callable[[float], None]
) -> Page:
    """The page; `progress` hears how much of it is done, 0 to 1, and ends it by raising.

    Raises:
        WorldError: the recording cannot be read.
    """
    verdict = verify(
        order.folder,
        devices=devices,
        keys=keys,
        progress=lambda done, every: progress(VERIFYING * done / max(1, every)),
    )
    told = reviews_told(order.folder, order.words)
    report = gather(
        source,
        order.folder,
        verdict,
        made_by=person_name(),
        made_wall_ns=time.time_ns(),
        program=release(),
        reviews=reviews_of_a_part(told, 0, None, order.redactions, order.words),
        redactions=order.redactions,
        progress=lambda share: progress(VERIFYING + (1 - VERIFYING) * share),
    )
    return page_of(report, order.words)
