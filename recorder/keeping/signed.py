"""Small statements that a device signs: as JSON in one fixed form, the signature a member of it."""

from typing import Any, TypeVar

import msgspec

from recorder.errors import UnreadableError
from recorder.evidence.keys import DeviceKey, DeviceTrust
from recorder.evidence.signature import is_signed_by
from recorder.format.header import canonical

Statement = TypeVar("Statement", bound="SignedStatement")


class SignedStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said, by whose device (its public key), and that device's signature over everything else."""

    device: str = ""
    signature: str = ""


def signed(statement: Statement, device: DeviceKey, context: bytes) -> Statement:
    """The same, signed. `context` keeps a signature from being taken for one over something else."""
    named = msgspec.structs.replace(statement, device=device.public_bytes.hex(), signature="")
    signature = device.sign(context + _unsigned(named))
    return msgspec.structs.replace(named, signature=signature.hex())


def written(statement: SignedStatement) -> bytes:
    """As it lies in a file, on one line."""
    return canonical(msgspec.to_builtins(statement)) + b"\n"


def read_signed(data: bytes, kind: type[Statement], devices: DeviceTrust, context: bytes, what: str) -> Statement:
    """What is said there.

    Raises:
        UnreadableError: it is damaged, of a newer version, or not signed by a device that is known here.
    """
    try:
        statement = msgspec.json.decode(data, type=kind)
        device, signature = bytes.fromhex(statement.device), bytes.fromhex(statement.signature)
    except (msgspec.MsgspecError, ValueError) as error:
        msg = f"{what} is damaged, or of a newer version ({error})."
        raise UnreadableError(msg) from error
    if not is_signed_by(device, signature, context + _unsigned(statement)):
        msg = f"{what} was altered: its signature does not fit."
        raise UnreadableError(msg)
    if not devices.accepts(device):
        msg = f"{what} is signed by a device that is not known here."
        raise UnreadableError(msg)
    return statement


def _unsigned(statement: SignedStatement) -> bytes:
    members: dict[str, Any] = msgspec.to_builtins(statement)
    del members["signature"]
    return canonical(members)
