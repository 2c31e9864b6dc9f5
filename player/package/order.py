"""A package as it was asked for in one go, of a recording that is open; the command and the window share it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from player.ledger.attended import AttendedRecording
from player.ledger.ledger import Ledger
from player.moments import in_s
from player.package.ledgers import ledger_files
from player.package.making import Package, Stage, Wanted, make_package, review_files
from player.persons import this_person
from player.report.reviews import reviews_told
from recorder.evidence.keys import DeviceTrust
from resources.words import Words


@dataclass(frozen=True, slots=True)
class PackageOrder:
    """What is to be packed of the recording in this folder, and where to; page and report speak with `words`."""

    folder: Path
    out: Path
    wanted: Wanted
    words: Words

    @property
    def told(self) -> dict[str, object]:
        """As the ledger tells it."""
        wanted = self.wanted
        about: dict[str, object] = {
            "package": str(self.out),
            "from_s": in_s(wanted.start_ns),
            "redactions": len(wanted.redactions),
        }
        return about if wanted.end_ns is None else about | {"to_s": in_s(wanted.end_ns)}


def carry_out(
    source: AttendedRecording,
    order: PackageOrder,
    *,
    ledger: Ledger,
    devices: DeviceTrust,
    told: Callable[[Stage], None],
) -> Package:
    """Make it, with what reviewers and ledgers say; what `told` raises ends it.

    Raises:
        WorldError: it cannot be made; nothing is left.
    """
    wanted = order.wanted
    return make_package(
        source,
        order.folder,
        order.out,
        wanted,
        signer=this_person(),
        keys=source.keys,
        devices=devices,
        words=order.words,
        extras=(
            *review_files(order.folder, wanted),
            *ledger_files(ledger, source.facts.session_id, is_shortened=wanted.is_shortened),
        ),
        reviews=reviews_told(order.folder, order.words),
        told=told,
    )
