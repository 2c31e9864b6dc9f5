"""A policy that root installed for every user: nothing in the folder of whoever is recorded gets around it."""

import itertools

import pytest

from recorder.errors import KeyMissingError, PolicyError
from recorder.evidence import key_folder
from recorder.evidence.key_folder import ensure_local_keys, pin_organisation
from recorder.evidence.keys import RootKey
from recorder.policy.in_force import (
    POLICY_FILE,
    install_for_machine,
    install_policy,
    newest_signed,
    policy_in_force,
    refusal,
)
from recorder.policy.policy_file import read_policy_file
from recorder.policy.signing import signed_policy

ROOT, OTHER_ROOT = RootKey.generate(), RootKey.generate()


@pytest.fixture
def keys(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    folder = tmp_path / "etc"
    monkeypatch.setattr(key_folder, "MACHINE_FOLDER", folder)
    return folder


@pytest.fixture
def write(tmp_path):
    numbers = itertools.count()

    def writes(version, *, root=ROOT, organisation="Example Bank"):
        path = tmp_path / f"policy-{next(numbers)}.toml"
        text = f'version = {version}\norganisation = "{organisation}"\n'.encode()
        path.write_bytes(signed_policy(text, root) if root else text)
        return path

    return writes


def test_it_holds_whatever_became_of_the_users_own_files(machine, keys, write):
    install_for_machine(write(5), pin=ROOT.public_bytes)
    assert policy_in_force(keys).policy.version == 5, "with none"
    keys.mkdir()
    for content in (b"no policy", write(4).read_bytes(), write(9, root=None).read_bytes(), write(9).read_bytes()[:-9]):
        (keys / POLICY_FILE).write_bytes(content)
        (keys / "agent-policy.json").write_bytes(b"{")
        assert policy_in_force(keys).policy.version == 5
    assert {path.stat().st_mode & 0o777 for path in machine.iterdir()} == {0o644}, "for every user to read"


def test_a_newer_one_of_the_same_root_may_be_given_and_nothing_else(machine, keys, write):
    install_for_machine(write(5), pin=ROOT.public_bytes)
    assert policy_in_force(keys, given=write(6)).policy.version == 6
    install_policy(write(7), keys)
    assert policy_in_force(keys).policy.version == 7
    install_for_machine(write(8))
    assert policy_in_force(keys).policy.version == 8, "the machine's is newer now"
    for path, why in (
        (write(4), "it is version 4, and version 8"),
        (write(9, root=OTHER_ROOT), "this machine trusts|pin the new root"),
        (write(9, root=None), "nobody signed it"),
        (write(9, organisation="Branch"), "it is of Branch"),
    ):
        with pytest.raises(PolicyError, match=why):
            policy_in_force(keys, given=path)
        with pytest.raises(PolicyError, match=why):
            install_policy(path, keys)
        assert refusal(read_policy_file(path), keys)


def test_beside_an_unsigned_one_none_but_itself_is_taken(machine, keys, write):
    install_for_machine(write(5, root=None))
    assert policy_in_force(keys, given=write(5, root=None)).policy.version == 5
    with pytest.raises(PolicyError, match="holds for every user of this machine"):
        policy_in_force(keys, given=write(6))


def test_recipients_have_to_be_of_the_machines_root_too(machine, keys, write):
    install_for_machine(write(5), pin=ROOT.public_bytes)
    with pytest.raises(KeyMissingError, match="seals only to recipients whom its organisation names"):
        ensure_local_keys(keys)
    keys.mkdir(exist_ok=True)
    pin_organisation(keys, OTHER_ROOT.public_bytes)
    assert key_folder.pinned_root(keys) == ROOT.public_bytes


def test_an_older_one_and_another_root_are_not_installed_over_it(machine, keys, write):
    install_for_machine(write(5), pin=ROOT.public_bytes)
    with pytest.raises(PolicyError, match="it is version 4"):
        install_for_machine(write(4))
    with pytest.raises(PolicyError, match="This machine trusts the root key"):
        install_for_machine(write(6), pin=OTHER_ROOT.public_bytes)
    with pytest.raises(PolicyError, match="this machine trusts"):
        install_for_machine(write(6, root=OTHER_ROOT))
    assert policy_in_force(keys).policy.version == 5


def test_one_that_cannot_be_trusted_is_not_left_out_in_silence(machine, keys, write):
    install_for_machine(write(5), pin=ROOT.public_bytes)
    (machine / POLICY_FILE).write_bytes(write(6, root=OTHER_ROOT).read_bytes())
    with pytest.raises(PolicyError, match="did not sign it"):
        policy_in_force(keys)


def test_another_policy_of_the_same_root_is_not_one_for_this_machine(keys, write):
    install_policy(write(3), keys)
    policy_in_force(keys)
    with pytest.raises(PolicyError, match="it is of Branch, and version 3 of Example Bank"):
        install_policy(write(4, organisation="Branch"), keys)
    newest = newest_signed(keys)
    assert newest is not None
    assert newest.organisation == "Example Bank"
