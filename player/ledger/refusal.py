"""Why content is not shown, though the keys would open it."""

from recorder.errors import KeyMissingError, StorageError


class NotEnteredError(StorageError):
    """What was to be shown could not be entered into the ledger, so it is not shown."""


class RefusedError(KeyMissingError):
    """The policy does not allow it: no reason, or not one that will do, or no second person."""
