"""This person's ledger: what they do with recordings is entered here, and by policy in a shared copy too."""

import platform
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from player.ledger.book import NOT_ENTERED, Book, copy_on
from player.ledger.checking import lines_of
from player.ledger.entry import Deed, Entry, Kind, Place, make_entry
from player.ledger.policy import IfNot, Policy, load_policy
from player.ledger.refusal import NotEnteredError, RefusedError
from player.persons import Signer, this_person
from recorder.clock import Clock, SystemClock
from recorder.errors import WorldError
from recorder.evidence.files import Files
from recorder.evidence.key_folder import home_folder, keys_folder, pinned_root

FOLDER = "ledger"
Notify = Callable[[str], None]


def no_notice(_sentence: str) -> None:
    """Tell nobody."""


def ledger_folder() -> Path:
    """Where this user's ledgers lie."""
    return home_folder() / FOLDER


class Ledger:
    """Enters what is done, before its result is shown. Any thread may call it, and any number of programs."""

    def __init__(
        self,
        folder: Path,
        signer: Callable[[], Signer],
        *,
        policy: Policy | None = None,
        machine: str | None = None,
        clock: Clock | None = None,
        files: Files | None = None,
        notify: Notify = no_notice,
        keeps_policy: bool = False,
    ) -> None:
        """`keeps_policy`: an organisation says which one holds, so it may not be followed by an older one or none."""
        self.folder = folder
        self.policy = policy or Policy()
        self._signer = signer
        self._machine = machine or platform.node() or "unknown"
        self._clock = clock or SystemClock()
        self._files = files
        self._notify = notify
        self._keeps_policy = keeps_policy
        self._lock = threading.Lock()

    @classmethod
    def of_this_user(cls, *, notify: Notify = no_notice, signer: Callable[[], Signer] = this_person) -> "Ledger":
        """As the environment says; the person's key is made when the first entry is.

        Raises:
            KeyMissingError: there is a policy, and it cannot be used.
        """
        keys = keys_folder()
        keeps_policy = pinned_root(keys) is not None
        return cls(ledger_folder(), signer, policy=load_policy(keys), notify=notify, keeps_policy=keeps_policy)

    def enter(
        self,
        kind: Kind,
        *,
        recording: str | None = None,
        reason: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> Entry | None:
        """Enter what is about to be shown or done; it is on the disk when this returns.

        None: it could not be entered, and the policy lets the content be shown all the same.

        Raises:
            NotEnteredError: it could not be entered, so nothing may be shown.
            RefusedError: the organisation's policy that held here was taken away.
        """
        deed = Deed(kind, recording, reason, detail)
        try:
            with self._lock:
                return self._enter(deed)
        except NotEnteredError as error:
            if self.policy.if_not_entered == IfNot.REFUSE:
                raise
            self._notify(str(error).replace("so nothing is shown", "and the policy lets it be shown all the same"))
            return None

    def of_another(self, signer: Signer) -> "Ledger":
        """The ledger of somebody else who is here too."""
        return Ledger(
            self.folder,
            lambda: signer,
            policy=self.policy,
            machine=self._machine,
            clock=self._clock,
            files=self._files,
            notify=self._notify,
            keeps_policy=self._keeps_policy,
        )

    @property
    def told(self) -> dict[str, str]:
        """Whose ledger it is, as other ledgers tell it."""
        person = self._signed_by().person
        return {"name": person.name, "public": person.public_bytes.hex()}

    @property
    def path(self) -> Path:
        """The file of this person."""
        return self.folder / f"{self._signer().person.fingerprint}.jsonl"

    def _enter(self, deed: Deed) -> Entry:
        signer = self._signed_by()
        book = Book(self.folder / f"{signer.person.fingerprint}.jsonl", signer.person, files=self._files)

        def make(deed: Deed, after: Place) -> bytes:
            return make_entry(
                deed, after, signer, machine=self._machine, policy=self.policy.mark, now=self._clock.read()
            )

        with book.held():
            entry = book.append(partial(self._deeds, book.path, deed), make)
            self._share(book, entry)
        return entry

    def _signed_by(self) -> Signer:
        try:
            return self._signer()
        except WorldError as error:
            msg = f"{NOT_ENTERED} {error}"
            raise NotEnteredError(msg) from error

    def _deeds(self, path: Path, deed: Deed, last: Entry | None) -> list[Deed]:
        """That another policy holds than at the last entry is an entry of its own."""
        before = last.content.policy if last is not None else ""
        if before == self.policy.mark:
            return [deed]
        held = newest_policy(path) if self._keeps_policy and last is not None else 0
        if self.policy.version < held:
            now = f"version {self.policy.version}" if self.policy.version else "none"
            msg = (
                f"Nothing is shown. Version {held} of the policy held here, and now there is {now}; get your "
                "organisation's policy again (tachiai-player policy use)."
            )
            raise RefusedError(msg)
        return [Deed(Kind.POLICY, detail={"before": before, "version": self.policy.version}), deed]

    def _share(self, book: Book, entry: Entry) -> None:
        if not self.policy.shared:
            return
        try:
            copy_on(book, shared_copy(self.policy, entry), files=self._files)
        except NotEnteredError as error:
            if self.policy.if_not_shared == IfNot.REFUSE:
                raise
            self._notify(str(error).replace("so nothing is shown", "but is in your own"))


def newest_policy(path: Path) -> int:
    """The highest version of a policy that was entered in this ledger; 0 if none was."""
    contents = [line.entry.content for line in lines_of(path) if line.entry is not None]
    versions = [one.detail.get("version") for one in contents if one.kind == Kind.POLICY]
    return max((version for version in versions if isinstance(version, int)), default=0)


def shared_copy(policy: Policy, entry: Entry) -> Path:
    """Where the organisation's copy of this entry's ledger lies."""
    owner = entry.content.person.public
    return Path(policy.shared) / f"{owner[:16]}-{entry.content.ledger}.jsonl"
