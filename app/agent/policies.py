"""`tachiai-agent policy`: check, explain, sign and install the policy."""

import argparse
import dataclasses
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

import resources
from app.agent.cautions.gathered import cautions_with_lines
from app.agent.notes import note
from recorder.errors import KeyMissingError, PolicyError, StorageError
from recorder.evidence.files import write_private_file
from recorder.evidence.key_folder import MACHINE_FOLDER, keys_folder
from recorder.evidence.keys import RootKey, fingerprint, read_key_file
from recorder.logrow import inert
from recorder.policy.faults import Fault, FaultyPolicyError
from recorder.policy.in_force import POLICY_FILE, install_for_machine, install_policy, policy_that_holds, refusal
from recorder.policy.policy_file import PolicyFile, parse_policy_bytes, policy_in, read_policy_bytes
from recorder.policy.signing import signed_policy
from recorder.policy.words import explained
from recorder.streams import said_or_refused

_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")


def run_policy(asked: argparse.Namespace) -> int:
    """Run the command under `policy`; the exit status."""
    commands = {"check": _check, "show": _show, "sign": _sign, "use": _use, "example": _example}
    return commands[asked.policy_command](asked)


def _check(asked: argparse.Namespace) -> int:
    data = read_policy_bytes(asked.file)
    try:
        file = policy_in(data, asked.file)
    except FaultyPolicyError as error:
        return _tell_faults(asked, error.faults)
    except KeyMissingError as error:  # of the signature, which is the last line
        return _tell_faults(asked, (Fault(str(error), data.rstrip().count(b"\n") + 1),))
    refused = refusal(file, keys_folder())
    if asked.json:
        _say(json.dumps(_object(file) | {"file": str(asked.file), "faults": [], "refused": refused or None}))
        return 0
    taken = f"Here it would be refused: {refused}" if refused else "Here it would be taken."
    _say("\n".join([*_lines(file), "", taken]))
    return 0


def _tell_faults(asked: argparse.Namespace, faults: tuple[Fault, ...]) -> int:
    if asked.json:
        told = [dataclasses.asdict(fault) for fault in faults]
        _say(json.dumps({"file": str(asked.file), "faults": told}, ensure_ascii=False))
    else:
        name = inert(str(asked.file))
        _say("\n".join(f"{name}:{fault.line or ''}: {fault.sentence}" for fault in faults))
        counted = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        note(f"{counted}; mend {'it' if len(faults) == 1 else 'them'} and check again.")
    return PolicyError.exit_status


def _show(asked: argparse.Namespace) -> int:
    file = policy_that_holds(keys_folder())
    if asked.json:
        _say(json.dumps(_object(file) | {"file": str(file.path) if file.path else None}, ensure_ascii=False))
    else:
        fixed = ", ".join(sorted(file.policy.fixed)) or "nothing"
        _say("\n".join([*_lines(file), "", f"Fixed, so that no option changes it: {fixed}."]))
    return 0


def _sign(asked: argparse.Namespace) -> int:
    path = Path(os.path.realpath(asked.file))
    data = read_policy_bytes(path)
    faults = parse_policy_bytes(data).faults
    root = _root(asked)
    signed = signed_policy(data, root)
    if faults and parse_policy_bytes(signed).faults:
        raise FaultyPolicyError(asked.file, faults)
    mode = stat.S_IMODE(path.stat().st_mode)
    write_private_file(path, signed)
    path.chmod(mode)
    note(f"{inert(str(asked.file))} is signed. The root's public key, for `policy use --root` on each machine:")
    _say(root.public_bytes.hex())
    return 0


def _root(asked: argparse.Namespace) -> RootKey:
    if not asked.new_root:
        if not asked.root.exists():
            msg = f"There is no root key {asked.root}; name the organisation's, or make one with --new-root."
            raise KeyMissingError(msg)
        return RootKey.load(asked.root)
    if asked.root.exists():
        msg = f"{asked.root} is there already, and nothing was written over; leave --new-root out to sign with it."
        raise StorageError(msg)
    root = RootKey.generate()
    root.save(asked.root)
    note(f"A root key was made in {inert(str(asked.root))}. Keep it away from the machines that record.")
    return root


def _use(asked: argparse.Namespace) -> int:
    pin = _public_key(asked.root) if asked.root is not None else None
    if asked.system:
        file, folder = install_for_machine(asked.file, pin=pin), MACHINE_FOLDER
    else:
        folder = keys_folder()
        file = install_policy(asked.file, folder, pin=pin)
    _say(f"{_head(file)} It holds here from the next recording on ({folder / POLICY_FILE}).")
    return 0


def _public_key(said: str) -> bytes:
    text = said if _PUBLIC_KEY.fullmatch(said.lower()) else read_key_file(Path(said)).decode("ascii", "replace").strip()
    if _PUBLIC_KEY.fullmatch(text.lower()) is None:
        msg = f"{said} is not a root's public key of 64 hexadecimal digits, as `policy sign` says it; give that."
        raise KeyMissingError(msg)
    return bytes.fromhex(text)


def _example(asked: argparse.Namespace) -> int:
    del asked
    _say(resources.path("policy/example.toml").read_text(encoding="utf-8").rstrip("\n"))
    return 0


def _head(file: PolicyFile) -> str:
    if not file.policy.version:
        return "No policy was given: the built-in one holds."
    by = f"signed by the root key {fingerprint(file.root_public_bytes)}" if file.root_public_bytes else "NOT signed"
    return f"Version {file.policy.version} of the policy of {inert(file.policy.organisation)}, {by}."


def _lines(file: PolicyFile) -> list[str]:
    lines = [_head(file)]
    thoughts = tuple(one.said for one in cautions_with_lines(file))
    if file.policy.version and not file.root_public_bytes:
        thoughts = ("Nobody signed it: whoever may write the file can change it.", *thoughts)
    for about, sentences in [(one.about, one.sentences) for one in explained(file.policy)] + [
        ("Think about", thoughts)
    ]:
        if sentences:
            lines += ["", about, *(f"  {sentence}" for sentence in sentences)]
    return lines


def _object(file: PolicyFile) -> dict[str, Any]:
    policy = file.policy
    return {
        "version": policy.version,
        "organisation": policy.organisation,
        "sha256": file.sha256.hex() or None,
        "root": file.root_public_bytes.hex() or None,
        "explained": {one.about.lower(): list(one.sentences) for one in explained(policy)},
        "cautions": [dataclasses.asdict(one) for one in cautions_with_lines(file)],
        "fixed": sorted(policy.fixed),
        "settings": {name: value for name, value in dataclasses.asdict(policy).items() if name != "fixed"},
    }


def _say(text: str) -> None:
    with said_or_refused(sys.stdout):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
