"""`keys`: auditors' keys, trusted devices, and lists of who can open recordings."""

import argparse
from pathlib import Path

import msgspec

from player.commands.desk import Desk, new_passphrase
from player.commands.key_arguments import PUBLIC_KEY
from recorder.errors import KeyMissingError, StorageError
from recorder.evidence.key_file import AuditorKeyFile
from recorder.evidence.key_folder import (
    auditor_key_path,
    load_recipients,
    protect_and_save,
    public_part,
)
from recorder.evidence.keys import (
    AuditorKey,
    DeviceKey,
    Recipient,
    Recipients,
    RootKey,
    fingerprint,
    import_device,
    read_key_file,
)
from recorder.logrow import inert

PROTECTION_WORDS = {
    "passphrase": "locked by its passphrase",
    "keyring": "locked by the desktop's keyring",
    "none": "NOT locked: whoever can read the file can open recordings",
}


def run_keys(desk: Desk, asked: argparse.Namespace) -> int:
    """Run the command under `keys`."""
    commands = {
        "new": _new,
        "list": _list,
        "show": _show,
        "trust": _trust,
        "device": _device,
        "recipients": _recipients,
    }
    return commands[asked.keys_command](desk, asked)


def _new(desk: Desk, asked: argparse.Namespace) -> int:
    path = asked.out or auditor_key_path(desk.keys_folder, asked.name)
    if path.exists():
        msg = f"{path} is there already; it may be the only key to some recordings. Choose another name."
        raise StorageError(msg)
    key = AuditorKey.generate(asked.name, asked.group)
    if asked.no_passphrase:
        key.save(path, None)
    else:
        protect_and_save(key, path, lambda: new_passphrase(desk.notes, desk.given_passphrase) or "")
    if asked.json:
        desk.say_json(_auditor_object(key.public, key.protection, path))
    else:
        desk.say(_line(key.public))
        desk.note(f"The key is in {path}; it is {PROTECTION_WORDS[key.protection]}. Keep a copy: without it, what is")
        desk.note("sealed to it is lost. The line above is its public part, for who makes the list of recipients.")
    return 0


def _list(desk: Desk, asked: argparse.Namespace) -> int:
    paths = sorted((desk.keys_folder / "auditors").glob("*.json"))
    auditors = [(public_part(path), _protection(path), path) for path in paths]
    devices = desk.library.devices.devices
    if asked.json:
        for recipient, protection, path in auditors:
            desk.say_json(_auditor_object(recipient, protection, path))
        for public_bytes, name in devices:
            desk.say_json({"type": "device", "name": name} | _key_names(public_bytes))
        return 0
    rows = [
        ("auditor", inert(one.name), inert(one.group), one.fingerprint, PROTECTION_WORDS.get(protection, protection))
        for one, protection, _ in auditors
    ]
    rows += [("device", inert(name), "", fingerprint(public_bytes), "trusted") for public_bytes, name in devices]
    if rows:
        desk.say_table(rows, heads=("kind", "name", "group", "fingerprint", "state"))
    else:
        desk.note("There are no keys here yet; tachiai-player keys new NAME makes one.")
    return 0


def _show(desk: Desk, asked: argparse.Namespace) -> int:
    path = _key_path(desk, asked.name)
    recipient = public_part(path)
    if asked.json:
        desk.say_json(_auditor_object(recipient, _protection(path), path))
    else:
        desk.say(_line(recipient))
    return 0


def _trust(desk: Desk, asked: argparse.Namespace) -> int:
    if PUBLIC_KEY.fullmatch(asked.device.lower()):
        public_bytes, name = bytes.fromhex(asked.device), asked.name or asked.device[:8]
        desk.library.devices.add(public_bytes, name)
    else:
        public_bytes, name = import_device(Path(asked.device), desk.library.devices, name=asked.name)
    desk.say(f"Recordings signed by {inert(name)} ({fingerprint(public_bytes)}) are trusted here from now on.")
    return 0


def _device(desk: Desk, asked: argparse.Namespace) -> int:
    if not (desk.keys_folder / "device.key").exists():
        msg = "This machine has no device key yet; tachiai-agent record makes it."
        raise KeyMissingError(msg)
    device = DeviceKey.load_or_create(desk.keys_folder)
    if asked.json:
        name = desk.library.devices.name_of(device.public_bytes) or device.fingerprint
        desk.say_json({"type": "device", "name": name} | _key_names(device.public_bytes))
    else:
        desk.say(device.public_bytes.hex())
        desk.note(f"Its fingerprint is {device.fingerprint}; others trust it with tachiai-player keys trust.")
    return 0


def _recipients(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.member:
        _make_recipients(desk, asked)
    recipients = load_recipients(desk.keys_folder, asked.file)
    for group, members in recipients.groups:
        for member in members:
            if asked.json:
                desk.say_json(
                    {"type": "recipient", "name": member.name, "group": group} | _key_names(member.public_bytes)
                )
            else:
                desk.say(f"{inert(group)}  {inert(member.name)}  {member.fingerprint}")
    signer = fingerprint(recipients.root_public_bytes)
    if not asked.json:
        desk.note(
            f"Version {recipients.version}, signed by the root key {signer}; one member of every group is needed."
        )
    return 0


def _make_recipients(desk: Desk, asked: argparse.Namespace) -> None:
    if asked.file.exists():
        msg = f"{asked.file} is there already; choose another name, or remove it first."
        raise StorageError(msg)
    path = asked.root or desk.keys_folder / "root.key"
    if path.exists():
        root = RootKey.load(path)
    else:
        root = RootKey.generate()
        root.save(path)
        desk.note(f"A root key was made in {path}. Keep it away from the machines that record.")
    Recipients.sign(asked.member, version=asked.version, root=root).save(asked.file)


def _key_path(desk: Desk, name: str) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    path = auditor_key_path(desk.keys_folder, name)
    if not path.exists():
        msg = f"There is no key {name!r}: neither a file, nor in {path.parent} (tachiai-player keys list)."
        raise KeyMissingError(msg)
    return path


def _protection(path: Path) -> str:
    return msgspec.json.decode(read_key_file(path), type=AuditorKeyFile).protection


def _line(recipient: Recipient) -> str:
    return f"{inert(recipient.name)}:{inert(recipient.group)}:{recipient.public_bytes.hex()}"


def _auditor_object(recipient: Recipient, protection: str, path: Path) -> dict[str, object]:
    about = {"type": "auditor", "name": recipient.name, "group": recipient.group}
    return about | _key_names(recipient.public_bytes) | {"protection": protection, "path": str(path)}


def _key_names(public_bytes: bytes) -> dict[str, object]:
    return {"public": public_bytes.hex(), "fingerprint": fingerprint(public_bytes)}
