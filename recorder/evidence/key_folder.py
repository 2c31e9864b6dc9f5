"""Where this user's keys lie, and what is made there at the first start.

KEYS/device.key            this machine's signing key
KEYS/devices/*.json        public keys of the devices that are trusted
KEYS/auditors/*.json       auditors' private keys
KEYS/recipients.json       who recordings are sealed to, signed
KEYS/root.key              the local root that signed it (only on a machine without an organisation's list)
KEYS/organisation.pub      the organisation's root, if an administrator pinned it: then no other list is taken
/etc/tachiai/organisation.pub   the same for every user of the machine, out of their reach: it goes before theirs
"""

import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import platformdirs

from recorder.errors import KeyMissingError, StorageError
from recorder.evidence import keyring_door
from recorder.evidence.files import held, storage_sentence, write_private_file
from recorder.evidence.key_file import AuditorKeyFile
from recorder.evidence.keys import (
    AuditorKey,
    DeviceKey,
    DeviceTrust,
    KeyRing,
    Recipient,
    Recipients,
    RootKey,
    read_key_file,
)

HOME_VARIABLE = "TACHIAI_HOME"
KEY_VARIABLE = "TACHIAI_KEY"
RECIPIENTS = "recipients.json"
_LOCAL_NAME = "local"
PINNED_ROOT = "organisation.pub"
MACHINE_FOLDER = Path("/etc/tachiai")  # no variable names another: whoever is recorded sets those


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """What a recorder on this machine needs.

    `created`: a local auditor key was made just now. `protection` is that key's: "passphrase", "keyring", "none", or ""
    if there is no local auditor key here.
    """

    device: DeviceKey
    recipients: Recipients
    created: bool
    protection: str


def home_folder(environment: Mapping[str, str] | None = None) -> Path:
    """The user's own folder for everything but recordings."""
    given = (os.environ if environment is None else environment).get(HOME_VARIABLE)
    return Path(given) if given else Path(platformdirs.user_data_dir("tachiai"))


def keys_folder(environment: Mapping[str, str] | None = None) -> Path:
    """The user's folder of keys."""
    return home_folder(environment) / "keys"


def trusted_devices(folder: Path) -> DeviceTrust:
    """The devices that are known here."""
    return DeviceTrust.from_folder(folder / "devices")


def auditor_key_path(folder: Path, name: str) -> Path:
    """Where an auditor's key of this name lies."""
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._") or "auditor"
    return folder / "auditors" / f"{safe}.json"


def ensure_local_keys(
    folder: Path, ask_passphrase: Callable[[], str] | None = None, *, recipients: Path | None = None
) -> LocalKeys:
    """The keys to record with, for the list in `recipients` or the one that lies here; what is missing is made.

    Without a list of recipients a local auditor key is made: locked by the passphrase that `ask_passphrase` gives, else
    by the desktop's keyring, else not at all ("" as a passphrase means none). The caller tells the person which.

    Raises:
        KeyMissingError: the list is unusable, or there is none and the organisation's root is pinned here.
        StorageError: the folder cannot be written.
    """
    try:
        with held(folder / ".lock"):
            return _ensure_local_keys(folder, ask_passphrase, recipients)
    except OSError as error:
        raise StorageError(storage_sentence(folder, error)) from error


def _ensure_local_keys(
    folder: Path, ask_passphrase: Callable[[], str] | None, recipients_path: Path | None
) -> LocalKeys:
    device = DeviceKey.load_or_create(folder)
    trust = trusted_devices(folder)
    if not trust.accepts(device.public_bytes):
        trust.add(device.public_bytes, socket.gethostname())
    named = recipients_here(folder, recipients_path)
    if named is not None:
        return LocalKeys(device, named, created=False, protection=_local_protection(folder))
    auditor_path = auditor_key_path(folder, _LOCAL_NAME)
    # A key that stands already may be the only one that opens older recordings: it is used again, never written over.
    created = not auditor_path.exists()
    if created:
        protect_and_save(AuditorKey.generate(_LOCAL_NAME), auditor_path, ask_passphrase)
    recipients = Recipients.sign([public_part(auditor_path)], version=1, root=_local_root(folder))
    recipients.save(folder / RECIPIENTS)  # last: only this makes the first start complete
    return LocalKeys(device, recipients, created=created, protection=_local_protection(folder))


def protect_and_save(key: AuditorKey, path: Path, ask_passphrase: Callable[[], str] | None) -> str:
    """Save an auditor's key with the best protection there is; which one it is."""
    passphrase = (ask_passphrase() or None) if ask_passphrase is not None else None
    if passphrase is None and keyring_door.is_usable():
        kept = secrets.token_hex(32)
        if keyring_door.keep(key.public.public_bytes.hex(), kept):
            key.save(path, kept, in_keyring=True)
            return key.protection
    key.save(path, passphrase)
    return key.protection


def recipients_here(folder: Path, given: Path | None = None) -> Recipients | None:
    """The list that is `given`, else the one that lies here; None if there is none, and one may be made here.

    Raises:
        KeyMissingError: it is unusable, or there is none and the organisation's root is pinned here.
    """
    path = given or folder / RECIPIENTS
    if given is not None or path.exists():
        return load_recipients(folder, path)
    if pinned_root(folder) is not None:
        msg = (
            f"This machine seals only to recipients whom its organisation names, and has no list; put it into {path}, "
            "or name it (--recipients)."
        )
        raise KeyMissingError(msg)
    return None


def load_recipients(folder: Path, path: Path) -> Recipients:
    """A list of recipients; if an organisation's root is pinned here, only a list of its."""
    return Recipients.load(path, root=pinned_root(folder))


def pin_organisation(folder: Path, root_public_bytes: bytes) -> None:
    """From now on take only lists of recipients and policies that this root signed."""
    write_private_file(folder / PINNED_ROOT, root_public_bytes.hex().encode() + b"\n")


def pinned_root(folder: Path) -> bytes | None:
    """The organisation's root that an administrator pinned for the machine, or here; None if there is none."""
    paths = (MACHINE_FOLDER / PINNED_ROOT, folder / PINNED_ROOT)
    path = next((one for one in paths if one.exists()), None)
    if path is None:
        return None
    try:
        return bytes.fromhex(read_key_file(path).decode("ascii").strip())
    except ValueError as error:
        msg = f"{path} is not a root's public key; ask your administrator to pin it again."
        raise KeyMissingError(msg) from error


def load_key_ring(
    folder: Path,
    ask_passphrase: Callable[[], str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    is_needed: bool = False,
) -> KeyRing:
    """The auditor keys at hand: those that TACHIAI_KEY names, else those in the folder.

    A key of the folder that cannot be opened here (nobody to ask, keyring locked) is left out, unless one `is_needed`
    and that leaves none; one that was named is an error.
    """
    named = (os.environ if environment is None else environment).get(KEY_VARIABLE)
    if named:
        return KeyRing(tuple(AuditorKey.load(Path(path), ask_passphrase) for path in named.split(os.pathsep) if path))
    keys, reasons = [], []
    for path in sorted((folder / "auditors").glob("*.json")):
        try:
            keys.append(AuditorKey.load(path, ask_passphrase))
        except KeyMissingError as error:
            reasons.append(str(error))
    if is_needed and reasons and not keys:
        raise KeyMissingError(reasons[0])
    return KeyRing(tuple(keys))


def _local_root(folder: Path) -> RootKey:
    path = folder / "root.key"
    if path.exists():
        return RootKey.load(path)
    root = RootKey.generate()
    root.save(path)
    return root


def _local_protection(folder: Path) -> str:
    path = auditor_key_path(folder, _LOCAL_NAME)
    return _key_file(path).protection if path.exists() else ""


def public_part(path: Path) -> Recipient:
    """The public half of the auditor's key in this file; it need not be unlocked for that."""
    file = _key_file(path)
    return Recipient(name=file.name, group=file.group, public_bytes=bytes.fromhex(file.public))


def _key_file(path: Path) -> AuditorKeyFile:
    try:
        return msgspec.json.decode(read_key_file(path), type=AuditorKeyFile)
    except msgspec.DecodeError as error:
        msg = f"{path} is not an auditor's key file; give the one that `keys new` made."
        raise KeyMissingError(msg) from error
