"""Paths that a policy names, on the machine where they are used."""

from pathlib import Path

from recorder.errors import PolicyError
from recorder.logrow import inert


def path_here(key: str, text: str) -> Path | None:
    """The path that this setting names; None if it names none.

    Raises:
        PolicyError: it is a path of another system, or the operator's home folder is not known.
    """
    if not text:
        return None
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        msg = f"The policy's `{key}` is {inert(text)}, and the home folder is not known here; set HOME."
        raise PolicyError(msg) from error
    if not path.is_absolute():
        msg = f"The policy's `{key}` is {inert(text)}, which is no full path on this machine; have it changed."
        raise PolicyError(msg)
    return path
