"""Which policy holds on this machine, and which is refused since a better one once held.

KEYS/agent-policy.toml     the policy that was installed here
KEYS/agent-policy.json     the newest signed one that was ever in force: nothing older and nothing unsigned is taken
KEYS/organisation.pub      the organisation's root, if an administrator pinned it: only what it signed is taken

What holds for the whole machine (`machine_wide`) goes before all of these, which belong to whoever is recorded.
"""

from pathlib import Path

import msgspec

from recorder.errors import KeyMissingError, PolicyError, StorageError
from recorder.evidence.files import held, read_small_file, storage_sentence, write_private_file
from recorder.evidence.key_folder import MACHINE_FOLDER, pin_organisation, pinned_root
from recorder.evidence.keys import fingerprint
from recorder.format.header import canonical
from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.machine_wide import machine_policy, pinned_for_machine, write_for_machine
from recorder.policy.policy_file import PolicyFile, policy_in, read_policy_bytes, read_policy_file

POLICY_FILE = "agent-policy.toml"
STATE_FILE = "agent-policy.json"
_STATE_FORMAT = "tachiai-agent-policy-state"
_MOST_STATE_BYTES = 65_536


class NewestSigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest signed policy that was in force here."""

    format: str
    version: int
    organisation: str
    root: str
    sha256: str


def policy_in_force(keys: Path, *, given: Path | None = None) -> PolicyFile:
    """The policy that holds from now on, as `policy_that_holds` says; from now on none that is worse does.

    Raises:
        StorageError: that it holds cannot be kept in mind. Else as `policy_that_holds`.
    """
    file = policy_that_holds(keys, given=given)
    if machine_policy() is None:
        _keep_in_mind(file, keys, newest_signed(keys))
    return file


def policy_that_holds(keys: Path, *, given: Path | None = None) -> PolicyFile:
    """The policy in the file that is `given`, else the installed one, else the built-in one.

    Raises:
        PolicyError: it is faulty or refused, or the installed one is gone.
        KeyMissingError: it was altered after it was signed.
    """
    installed = keys / POLICY_FILE
    path = given or (installed if _stands(installed) else None)
    if (machine := machine_policy()) is not None:
        return _beside(machine, path, is_given=given is not None)
    newest = newest_signed(keys)
    if path is not None:
        file = read_policy_file(path)
        _require_taken(file, pinned_root(keys), newest)
        return file
    if newest is not None:
        msg = (
            f"The policy of {inert(newest.organisation)}, version {newest.version}, held here, and its file "
            f"{installed} is gone; install it again (tachiai-agent policy use FILE)."
        )
        raise PolicyError(msg)
    return PolicyFile(AgentPolicy())


def install_for_machine(path: Path, *, pin: bytes | None = None) -> PolicyFile:
    """Let the policy in this file hold for every user of this machine; what held before stays if anything is wrong.

    Raises:
        as `install_policy`.
    """
    data = read_policy_bytes(path)
    file, before, pinned = policy_in(data, path), machine_policy(), pinned_for_machine()
    if pin is not None and pinned is not None and pin != pinned:
        raise PolicyError(_another_root(pinned, pin, MACHINE_FOLDER))
    _require_taken(file, pinned or pin, _newest_of(before) if before is not None else None)
    write_for_machine(data, pin=pin if pinned is None else None)
    return file


def install_policy(path: Path, keys: Path, *, pin: bytes | None = None) -> PolicyFile:
    """Let the policy in this file hold here from now on; what held before stays if anything is wrong.

    With `pin`, the organisation's root is pinned too, if that is not done yet.

    Raises:
        PolicyError: it is faulty or refused, or another root is pinned here.
        KeyMissingError: it was altered after it was signed.
        StorageError: it cannot be kept.
    """
    data = read_policy_bytes(path)
    file = policy_in(data, path)
    try:
        with held(keys / ".lock"):
            pinned, newest = pinned_root(keys), newest_signed(keys)
            if pin is not None and pinned is not None and pin != pinned:
                raise PolicyError(_another_root(pinned, pin, keys))
            if (sentence := refusal(file, keys)) and machine_policy() is not None:
                msg = f"The policy {inert(str(path))} is refused: {sentence}"
                raise PolicyError(msg)
            _require_taken(file, pinned or pin, newest)
            if pin is not None and pinned is None:
                pin_organisation(keys, pin)
            # The policy first: a stop in between must not leave a policy that is older than the newest.
            write_private_file(keys / POLICY_FILE, data)
            _keep_in_mind(file, keys, newest)
    except OSError as error:
        raise StorageError(storage_sentence(keys, error)) from error
    return file


def _another_root(pinned: bytes, pin: bytes, folder: Path) -> str:
    return (
        f"This machine trusts the root key {fingerprint(pinned)}, not {fingerprint(pin)}; to trust another "
        f"one, have an administrator remove {folder / 'organisation.pub'} first."
    )


def refusal(file: PolicyFile, keys: Path) -> str:
    """Why this policy would not be taken here, in a sentence; empty if it would."""
    if (machine := machine_policy()) is not None:
        return _refusal_beside(machine, file)
    return _refusal(file, pinned_root(keys), newest_signed(keys))


def _beside(machine: PolicyFile, path: Path | None, *, is_given: bool) -> PolicyFile:
    """The machine's policy, or the one in this file if it is a newer one of the same root.

    What lies in the user's own folder cannot keep the machine's from holding, whatever is wrong with it.
    """
    if path is None:
        return machine
    try:
        file = read_policy_file(path)
    except (PolicyError, KeyMissingError):
        if is_given:
            raise
        return machine
    sentence = _refusal_beside(machine, file)
    if sentence and is_given:
        msg = f"The policy {inert(str(path))} is refused: {sentence}"
        raise PolicyError(msg)
    return machine if sentence or file.policy.version <= machine.policy.version else file


def _refusal_beside(machine: PolicyFile, file: PolicyFile) -> str:
    if file.sha256 == machine.sha256:
        return ""
    if not machine.root_public_bytes:
        return f"{machine.path} holds for every user of this machine; have your administrator change that one."
    return _refusal(file, machine.root_public_bytes, _newest_of(machine))


def _newest_of(file: PolicyFile) -> NewestSigned | None:
    root = file.root_public_bytes.hex()
    if not root:
        return None
    return NewestSigned(_STATE_FORMAT, file.policy.version, file.policy.organisation, root, file.sha256.hex())


def newest_signed(keys: Path) -> NewestSigned | None:
    """The newest signed policy that was in force here; None if none was.

    Raises:
        PolicyError: what says so is damaged.
    """
    path = keys / STATE_FILE
    try:
        newest = msgspec.json.decode(read_small_file(path, most_bytes=_MOST_STATE_BYTES), type=NewestSigned)
        is_ours = newest.format == _STATE_FORMAT and len(bytes.fromhex(newest.root)) == 32
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, ValueError):
        is_ours = False
    if not is_ours:
        msg = (
            f"{path} says which policy held here and cannot be read; have your administrator remove it and install the "
            "policy again (tachiai-agent policy use FILE)."
        )
        raise PolicyError(msg)
    return newest


def _require_taken(file: PolicyFile, pinned: bytes | None, newest: NewestSigned | None) -> None:
    """Refuse a policy that another root signed than the pinned one, or that is worse than the newest signed one."""
    sentence = _refusal(file, pinned, newest)
    if sentence:
        msg = f"The policy {inert(str(file.path))} is refused: {sentence}"
        raise PolicyError(msg)


def _refusal(file: PolicyFile, pinned: bytes | None, newest: NewestSigned | None) -> str:
    signer = file.root_public_bytes
    if pinned is not None and signer != pinned:
        by = f"the root key {fingerprint(signer)} signed it" if signer else "nobody signed it"
        return f"{by}, and this machine trusts {fingerprint(pinned)} only; get it from your organisation."
    if newest is None:
        return ""
    before = f"version {newest.version} of {inert(newest.organisation)}, signed by {_root_of(newest)},"
    if not signer:
        return f"nobody signed it, and {before} was in force here; have your organisation sign it."
    if signer.hex() != newest.root:
        # A root that an administrator pinned may follow another one; then versions begin anew.
        another = (
            f"{fingerprint(signer)} signed it, and {before} was in force here; pin the new root (policy use --root)."
        )
        return "" if pinned is not None else another
    if file.policy.organisation != newest.organisation:
        name = inert(file.policy.organisation)
        return f"it is of {name}, and {before} was in force here; get one that is made for this machine."
    if file.policy.version < newest.version:
        return f"it is version {file.policy.version}, and {before} was in force here; get that one or a newer one."
    if file.policy.version == newest.version and file.sha256.hex() != newest.sha256:
        return f"{before} was in force here with another content; have your organisation count its version up."
    return ""


def _root_of(newest: NewestSigned) -> str:
    return fingerprint(bytes.fromhex(newest.root))


def _keep_in_mind(file: PolicyFile, keys: Path, newest: NewestSigned | None) -> None:
    state = _newest_of(file)
    if state is not None and state != newest:
        write_private_file(keys / STATE_FILE, canonical(msgspec.to_builtins(state)) + b"\n")


def _stands(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        msg = f"The policy {path} cannot be looked at ({error.strerror}); check who may read its folder."
        raise PolicyError(msg) from error
    return True
