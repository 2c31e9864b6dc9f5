"""`policy`: what must be given and kept before content is shown."""

import argparse

from player.commands.desk import Desk
from player.ledger.entry import Kind
from player.ledger.ledger import Ledger
from player.ledger.policy import FILE_NAME, Policy, load_policy, read_policy, rules_problem
from player.ledger.refusal import RefusedError
from recorder.errors import StorageError, UnreadableError
from recorder.evidence.key_folder import pinned_root
from recorder.evidence.keys import RootKey, fingerprint


def run_policy(desk: Desk, asked: argparse.Namespace) -> int:
    """Run the command under `policy`."""
    return {"show": _show, "make": _make, "use": _use}[asked.policy_command](desk, asked)


def _show(desk: Desk, asked: argparse.Namespace) -> int:
    policy = load_policy(desk.keys_folder)
    if asked.json:
        desk.say_json(policy.content() | {"mark": policy.mark})
        return 0
    if not policy.version:
        desk.say(
            "There is no policy here: no reason is asked, and what cannot be entered into the ledger is not shown."
        )
        return 0
    signer = fingerprint(policy.root_public_bytes) if policy.root_public_bytes else "nobody"
    desk.say(f"Version {policy.version} ({policy.mark}), signed by {signer}")
    rules = policy.content()["rules"]
    for name, value in rules.items():
        said = ", ".join(value) if isinstance(value, list) else value
        desk.say(f"  {name:<15} {said if said not in ('', None) else '-'}")
    return 0


def _make(desk: Desk, asked: argparse.Namespace) -> int:
    if asked.file.exists():
        msg = f"{asked.file} is there already; choose another name, or remove it first."
        raise StorageError(msg)
    problem = rules_problem(asked.choice, free_text=not asked.only_choices, ticket=asked.ticket)
    if problem:
        raise UnreadableError(problem)
    policy = Policy(
        version=asked.version,
        reason_for=tuple(dict.fromkeys(asked.reason_for)),
        least_length=asked.least_length,
        choices=tuple(asked.choice),
        free_text=not asked.only_choices,
        ticket=asked.ticket,
        shared=asked.shared,
        if_not_entered=asked.if_not_entered,
        if_not_shared=asked.if_not_shared,
    )
    if asked.root is not None:
        policy = policy.signed(RootKey.load(asked.root))
    policy.save(asked.file)
    desk.note(f"{asked.file} is written; it holds where it is taken with tachiai-player policy use.")
    return 0


def _use(desk: Desk, asked: argparse.Namespace) -> int:
    policy = read_policy(asked.file, root=pinned_root(desk.keys_folder))
    before = load_policy(desk.keys_folder)
    if policy.version < before.version:
        msg = f"Version {before.version} of the policy holds here already; version {policy.version} is older."
        raise RefusedError(msg)
    policy.save(desk.keys_folder / FILE_NAME)
    ledger = Ledger.of_this_user(notify=desk.note)
    ledger.enter(
        Kind.POLICY, detail={"used": policy.mark, "version": policy.version, "rules": policy.content()["rules"]}
    )
    desk.say(f"Version {policy.version} of the policy holds here from now on ({policy.mark}).")
    return 0
