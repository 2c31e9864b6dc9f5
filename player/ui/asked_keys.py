"""The auditor's keys in the window: opened once, and asked for only where what is open already does not do."""

import threading
from collections.abc import Callable
from functools import partial

from player.ui.access import AskPassphrase
from recorder.errors import KeyMissingError
from recorder.evidence.key_folder import keys_folder, load_key_ring
from recorder.evidence.keys import KeyRing

_WRONG_PASSPHRASE = "This passphrase opens none of your keys; try again."


class AskedKeys:
    """Called from several threads: one of them asks, and what it was answered is the others' answer too."""

    def __init__(self) -> None:
        self._keys: KeyRing | None = None
        self._asking = threading.Lock()
        self._gave_up = False
        self._times_asked = 0

    @property
    def gave_up(self) -> bool:
        """Whether the person would not give the passphrase when they were asked last."""
        return self._gave_up

    def at_hand(self) -> KeyRing:
        """The keys that are open, or open without asking."""
        return self._keys if self._keys is not None and self._keys.keys else load_key_ring(keys_folder())

    def that_open(self, does_open: Callable[[KeyRing], bool], ask: AskPassphrase) -> KeyRing:
        """The keys for something that is sealed; nobody is asked for a passphrase if it opens without."""
        ring = _or_none(self.at_hand)
        return ring if ring.keys and does_open(ring) else self.all(ask)

    def all(self, ask: AskPassphrase) -> KeyRing:
        """All keys; a passphrase that opens none of the locked ones is asked for again until the person gives up."""
        asked_before = self._times_asked
        with self._asking:
            # Who waited here while the person answered another question takes that answer, be it "no".
            is_answered = self._keys is not None and self._times_asked != asked_before
            if self._keys is None or (not is_answered and (self._gave_up or not self._keys.keys)):
                self._keys = self._opened(ask)
            return self._keys

    def _opened(self, ask: AskPassphrase) -> KeyRing:
        sentence = ""
        while True:
            self._gave_up, asked = False, self._times_asked
            ring = load_key_ring(keys_folder(), partial(self._passphrase, ask, sentence))
            if self._gave_up or self._times_asked == asked or len(ring.keys) > len(_or_none(_unasked).keys):
                return ring
            sentence = _WRONG_PASSPHRASE

    def _passphrase(self, ask: AskPassphrase, sentence: str) -> str:
        if self._gave_up:
            return ""
        given = ask(sentence)
        self._times_asked += 1
        self._gave_up = given is None
        return given or ""


def _unasked() -> KeyRing:
    return load_key_ring(keys_folder())


def _or_none(load: Callable[[], KeyRing]) -> KeyRing:
    """No keys where one that was named is locked."""
    try:
        return load()
    except KeyMissingError:
        return KeyRing()
