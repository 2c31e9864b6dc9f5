"""The policy that holds for every user of a machine, in a folder of root's: out of reach of whoever is recorded.

/etc/tachiai/agent-policy.toml   the policy
/etc/tachiai/organisation.pub    the organisation's root: of policies and recipients only what it signed is taken
"""

from pathlib import Path

from recorder.errors import PolicyError, StorageError
from recorder.evidence import key_folder
from recorder.evidence.files import storage_sentence, write_private_file
from recorder.policy.policy_file import PolicyFile, read_policy_file

POLICY_FILE = "agent-policy.toml"
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644


def machine_policy() -> PolicyFile | None:
    """The policy of this machine; None if it has none.

    Raises:
        PolicyError: it is faulty, cannot be read, or is not the pinned root's.
        KeyMissingError: it was altered after it was signed.
    """
    path = key_folder.MACHINE_FOLDER / POLICY_FILE
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        msg = f"The policy {path} of this machine cannot be looked at ({error.strerror}); let everybody read it."
        raise PolicyError(msg) from error
    file, pinned = read_policy_file(path), pinned_for_machine()
    if pinned is not None and file.root_public_bytes != pinned:
        msg = f"The policy {path} is refused: the root key that this machine trusts did not sign it; install it again."
        raise PolicyError(msg)
    return file


def holds_for_machine() -> bool:
    """Whether there is one, good or bad: what lies in the users' own folders means nothing then."""
    return (key_folder.MACHINE_FOLDER / POLICY_FILE).exists()


def pinned_for_machine() -> bytes | None:
    """The root that is pinned for every user; None if there is none. Raises `KeyMissingError`: it is no key."""
    return key_folder.pinned_root(key_folder.MACHINE_FOLDER)


def write_for_machine(data: bytes, *, pin: bytes | None) -> None:
    """Put it there for everybody to read.

    Raises:
        StorageError: it cannot be written; most often only root may.
    """
    folder = key_folder.MACHINE_FOLDER
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        if pin is not None:
            key_folder.pin_organisation(folder, pin)
            (folder / "organisation.pub").chmod(_FILE_MODE)
        path: Path = folder / POLICY_FILE
        write_private_file(path, data)
        path.chmod(_FILE_MODE)
    except OSError as error:
        raise StorageError(storage_sentence(folder, error)) from error
