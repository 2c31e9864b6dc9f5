"""The one door to content: asks for the reason, lets a second person in, and enters what is opened before it is shown.

Whatever opens a recording's content does so with keys that were `attended`: a segment that is opened without an entry
in the ledger does not come to be, whoever forgets the door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from player.ledger.entry import Kind
from player.ledger.ledger import Ledger
from player.ledger.policy import Occasion, Policy
from player.ledger.refusal import NotEnteredError, RefusedError
from player.ledger.second import SecondPerson
from recorder.errors import KeyMissingError, WorldError
from recorder.evidence.findings import Code
from recorder.evidence.keys import DeviceTrust, KeyRing, Recipient
from recorder.evidence.opening import GroupsLackingError, one_of_each
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.format.header import SegmentHeader

if TYPE_CHECKING:
    from player.decoding import Workers
    from player.ledger.attended import AttendedRecording

_T = TypeVar("_T")


def keys_do_for(folder: Path, *, keys: KeyRing, devices: DeviceTrust) -> bool:
    """Whether these keys do for this recording; nothing of it is read, and what else is wrong is told by opening it."""
    try:
        RecordingReader.open(folder, keys=keys, devices=devices)
    except KeyMissingError:
        return False
    except WorldError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody wants to do with a recording."""

    kind: Kind
    detail: Mapping[str, Any] | None = None

    @property
    def occasion(self) -> Occasion:
        """For what the policy may ask a reason."""
        if self.kind is Kind.SEARCH:
            return Occasion.SEARCH
        return Occasion.EXPORT if self.kind in (Kind.EXPORT, Kind.LOG_EXPORT) else Occasion.OPENING


_NOTHING = "Nothing was opened."


class Asker(Protocol):
    """Who is asked when the policy, or a recording of two groups, wants it."""

    @property
    def hint(self) -> str:
        """How a reason is given here, as a sentence after a space; may be empty."""
        ...

    def reason(self, policy: Policy, occasion: Occasion, recording: str, problem: str) -> str | None:
        """Why; None: they give up. `problem`: why what they gave before will not do."""
        ...

    def second(self, lacking: GroupsLackingError, folder: Path, problem: str) -> SecondPerson | None:
        """Who opens the groups that are lacking; None: nobody."""
        ...


@dataclass(frozen=True, slots=True)
class _Way(Generic[_T]):
    """How something is opened, which recording it then is, and how it is let go if it may not be shown."""

    opened: Callable[[KeyRing], _T]
    name: Callable[[_T], str]
    let_go: Callable[[_T], None]


class Gate:
    """For one person in one program."""

    def __init__(self, ledger: Ledger, asker: Asker) -> None:
        self.ledger = ledger
        self.asker = asker

    @property
    def policy(self) -> Policy:
        """The rules that hold."""
        return self.ledger.policy

    # --- opening ------------------------------------------------------------------------------------------------------

    def recording(
        self, folder: Path, doing: Doing, *, keys: KeyRing, devices: DeviceTrust, workers: "Workers | None" = None
    ) -> "AttendedRecording":
        """Open a recording to play or to export it.

        Raises:
            RefusedError: there is no reason that will do, or no second person.
            NotEnteredError: it could not be entered.
            WorldError: as `OpenRecording.open` says.
        """
        from player.ledger.attended import AttendedRecording  # pictures bring OpenCV, and a log needs none

        def opened(ring: KeyRing) -> "AttendedRecording":
            found = AttendedRecording(RecordingReader.open(folder, keys=ring, devices=devices), workers=workers)
            found.attend(self.ledger, ring)
            return found

        way = _Way(opened, lambda found: found.facts.session_id, AttendedRecording.let_go)
        return self._admit(folder, doing, keys, devices, way)

    def reader(self, folder: Path, doing: Doing, *, keys: KeyRing, devices: DeviceTrust) -> RecordingReader:
        """Open a recording to read it; raises as `recording` does."""

        def opened(ring: KeyRing) -> RecordingReader:
            return RecordingReader.open(folder, keys=ring, devices=devices)

        way = _Way(opened, lambda reader: reader.header.session_id, lambda _reader: None)
        return self._admit(folder, doing, keys, devices, way)

    def act(self, recording: str, doing: Doing) -> None:
        """Something is about to be taken out of an open recording: a picture, rows, a file; raises as `search`.

        Why it was opened has been said; what goes out as a file may need a reason of its own.
        """
        reason = "" if doing.occasion is Occasion.OPENING else self._reason(doing, recording)
        self.ledger.enter(doing.kind, recording=recording, reason=reason, detail=doing.detail)

    def look(self, folder: Path, doing: Doing, keys: KeyRing) -> KeyRing:
        """The keys to look into a recording without showing its content (to verify it), entered."""
        self.ledger.enter(doing.kind, recording=folder.name, detail=doing.detail)
        return self.attended(keys)

    def glance(
        self, folder: Path, doing: Doing, *, keys: KeyRing, devices: DeviceTrust, workers: "Workers | None" = None
    ) -> "AttendedRecording":
        """Open a recording for one look, entered as `look` does; only where the policy asks no reason for opening."""
        from player.ledger.attended import AttendedRecording

        ring = self.look(folder, doing, keys)
        return AttendedRecording(RecordingReader.open(folder, keys=ring, devices=devices), workers=workers)

    def search(self, words: str, *, where: str, detail: Mapping[str, Any] | None = None) -> None:
        """Words are about to be searched for; what is found may be shown when this has returned.

        Raises:
            RefusedError: there is no reason that will do.
            NotEnteredError: it could not be entered.
        """
        doing = Doing(Kind.SEARCH, {"words": words, "where": where, **(detail or {})})
        reason = self._reason(doing, where)
        self.ledger.enter(Kind.SEARCH, reason=reason, detail=doing.detail)

    def attended(self, keys: KeyRing) -> KeyRing:
        """The same keys; that one opens a recording is entered before its content can be read, once for each."""
        seen: set[tuple[str, tuple[Recipient, ...]]] = set()

        def attend(header: SegmentHeader, used: tuple[Recipient, ...]) -> None:
            what = (header.session_id, used)
            if what not in seen:
                names = [{"name": one.name, "group": one.group, "public": one.public_bytes.hex()} for one in used]
                self.ledger.enter(Kind.KEY_USED, recording=header.session_id, detail={"keys": names})
                seen.add(what)

        return replace(keys, attend=attend)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _admit(
        self,
        folder: Path,
        doing: Doing,
        keys: KeyRing,
        devices: DeviceTrust,
        way: "_Way[_T]",
    ) -> _T:
        reason = self._reason(doing, folder.name)
        try:
            found, second = self._with_second(folder, keys, devices, way.opened)
        except NotEnteredError:
            raise
        except WorldError as error:
            self._refused(doing, folder.name, reason, str(error))
            raise
        detail = dict(doing.detail or {}) | ({"second": second.told} if second is not None else {})
        try:
            self.ledger.enter(doing.kind, recording=way.name(found), reason=reason, detail=detail)
        except NotEnteredError:
            way.let_go(found)
            raise
        return found

    def _reason(self, doing: Doing, recording: str) -> str:
        """The reason, if one must be given; asked again until it will do or the person gives up."""
        problem = ""
        while True:
            given = self.asker.reason(self.policy, doing.occasion, recording, problem)
            is_needed = self.policy.asks_reason(doing.occasion)
            if given is None:
                problem = problem or "A reason is needed before anything is shown."
                self._refused(doing, recording, "", problem)
                msg = f"{_NOTHING} {problem}{self.asker.hint}"
                raise RefusedError(msg)
            problem = self.policy.reason_problem(given) if is_needed else ""
            if not problem:
                return given.strip()

    def _with_second(
        self, folder: Path, keys: KeyRing, devices: DeviceTrust, opened: Callable[[KeyRing], _T]
    ) -> tuple[_T, SecondPerson | None]:
        """Open it; where another group's key is lacking, a second person is asked for it."""
        ring, second, problem = keys, None, ""
        while True:
            try:
                if second is not None and second.lent:
                    _prove(folder, self.attended(ring), devices)
                return opened(self.attended(ring)), second
            except GroupsLackingError as lacking:
                if not lacking.has_others:
                    raise
                problem = "" if second is None else str(lacking)
                second = self.asker.second(lacking, folder, problem)
                if second is None:
                    raise RefusedError(_who_is_lacking(lacking)) from lacking
                ring = second.added_to(keys, lacking.header, self.ledger)

    def _refused(self, doing: Doing, recording: str, reason: str, why: str) -> None:
        """Nothing is shown, so an entry that cannot be written stops nobody."""
        try:
            self.ledger.enter(
                Kind.REFUSED, recording=recording, reason=reason, detail={"what": str(doing.kind), "why": why}
            )
        except NotEnteredError:
            return


def _who_is_lacking(lacking: GroupsLackingError) -> str:
    who = one_of_each(lacking.header, lacking.lacking)
    return (
        f"A second person must open this recording too: {who}. They confirm here with their key, or answer a request "
        "made by tachiai-player open-request."
    )


def _prove(folder: Path, ring: KeyRing, devices: DeviceTrust) -> None:
    """Make sure that what was lent opens what it says: a false secret must not look like a recording that was altered.

    Raises:
        RefusedError: it does not.
    """
    reader = RecordingReader.open(folder, keys=ring, devices=devices)
    session_id = reader.header.session_id
    for segment in sorted({number for of, number, _ in ring.lent if of == session_id}):
        bodies = (chunk for chunk in reader.chunks(segment) if chunk.kind in (ChunkKind.EVENTS, ChunkKind.HEARTBEAT))
        next(bodies, None)
        if any(one.code == Code.DECRYPT_FAIL and one.segment == segment for one in reader.findings):
            msg = f"The response holds secrets that do not open segment {segment}; ask for another response."
            raise RefusedError(msg)
