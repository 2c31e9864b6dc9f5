"""A recording that is played or exported, whose closing is entered as its opening was."""

from player.ledger.entry import Kind
from player.ledger.ledger import Ledger
from player.ledger.refusal import NotEnteredError
from player.recording import OpenRecording
from recorder.evidence.keys import KeyRing


class AttendedRecording(OpenRecording):
    """A recording whose closing is entered too. `keys` are those that opened it."""

    keys = KeyRing()
    _ledger: Ledger | None = None

    def attend(self, ledger: Ledger, keys: KeyRing) -> None:
        """Enter its closing here."""
        self._ledger, self.keys = ledger, keys

    def let_go(self) -> None:
        """Close it without an entry: it was never shown."""
        self._ledger = None
        self.close()

    def close(self) -> None:
        """Let go of files and memory."""
        super().close()
        ledger, self._ledger = self._ledger, None
        if ledger is None:
            return
        try:
            ledger.enter(Kind.CLOSED, recording=self.facts.session_id)
        except NotEnteredError:
            return  # what is shown no more needs no entry
