"""The desktop's keyring: the only module that speaks to the `keyring` library."""

_SERVICE = "tachiai"
# keyring's own scale: backends that keep nothing, or in clear, are below 1.
_LEAST_PRIORITY = 1


def is_usable() -> bool:
    """Whether a keyring that really keeps secrets is there."""
    import keyring  # slow to import (0.2 s), and needed once

    try:
        return float(keyring.get_keyring().priority) >= _LEAST_PRIORITY
    except RuntimeError:  # a backend's way to say that it cannot work here
        return False


def keep(name: str, secret: str) -> bool:
    """Keep a secret; False if the keyring refuses, and then nothing is kept."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, name, secret)
        return keyring.get_password(_SERVICE, name) == secret
    except (KeyringError, RuntimeError):
        return False


def recall(name: str) -> str | None:
    """The secret, None if the keyring does not have it or stays locked."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, name)
    except (KeyringError, RuntimeError):
        return None
