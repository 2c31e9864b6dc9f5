"""Which policy holds, who must have signed it, and that nothing goes back to an older or unsigned one."""

import os
import tempfile
from pathlib import Path

import pytest

from recorder.errors import KeyMissingError, PolicyError, StorageError
from recorder.evidence.key_folder import pin_organisation
from recorder.evidence.keys import RootKey
from recorder.policy.faults import FaultyPolicyError
from recorder.policy.in_force import POLICY_FILE, install_policy, policy_in_force, refusal
from recorder.policy.policy_file import read_policy_file
from recorder.policy.signing import signed_policy
from tests.ordinary_user import ordinary_user

ROOT, OTHER_ROOT = RootKey.generate(), RootKey.generate()


def text(version, more=""):
    return f'version = {version}\norganisation = "Example Bank"\n{more}'.encode()


@pytest.fixture
def keys(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def write(tmp_path):
    """Write a policy to a file of its own; with a root, signed."""

    def writes(version, *, root=None, more="", name="policy.toml"):
        path = tmp_path / name
        path.write_bytes(signed_policy(text(version, more), root) if root else text(version, more))
        return path

    return writes


def test_without_a_policy_the_built_in_one_holds(keys):
    file = policy_in_force(keys)
    assert (file.policy.version, file.policy.fixed, file.in_force().sha256) == (0, frozenset(), b"")
    assert not keys.exists()


def test_an_installed_policy_holds_and_is_named_in_the_recording(keys, write):
    path = write(3, root=ROOT)
    install_policy(path, keys)
    event = policy_in_force(keys).in_force()
    assert (event.version, event.organisation, event.root) == (3, "Example Bank", ROOT.public_bytes)
    assert event.sha256 == read_policy_file(path).sha256 != b""


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n"])
def test_how_the_last_line_ends_does_not_matter(tmp_path, end):
    path = tmp_path / "policy.toml"
    path.write_bytes(signed_policy(text(1).rstrip(b"\n"), ROOT).rstrip(b"\n") + end)
    assert read_policy_file(path).root_public_bytes == ROOT.public_bytes


def test_signing_again_replaces_the_signature(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_bytes(signed_policy(signed_policy(text(1), ROOT), OTHER_ROOT))
    assert read_policy_file(path).root_public_bytes == OTHER_ROOT.public_bytes
    assert path.read_bytes().count(b"signature") == 1


def test_any_altered_byte_of_a_signed_policy_is_noticed(tmp_path):
    path = tmp_path / "policy.toml"
    whole = signed_policy(text(7, '[recording]\nkeys = "off"\n'), ROOT)
    for at in range(len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            file = read_policy_file(path)
        except (PolicyError, KeyMissingError):
            continue
        # What is no signature any more is a comment; then nobody signed it.
        assert file.root_public_bytes == b"", at
        assert at >= whole.index(b"# tachiai policy signature")


def test_a_signature_that_is_damaged_or_not_last_is_a_fault_with_its_line(tmp_path):
    path = tmp_path / "policy.toml"
    whole = signed_policy(text(7), ROOT)
    for data, says in ((whole + b"[recording]\n", "must be the last line"), (whole[:-9], "is damaged")):
        path.write_bytes(data)
        with pytest.raises(FaultyPolicyError) as raised:
            read_policy_file(path)
        assert [(fault.line, says in fault.sentence) for fault in raised.value.faults] == [(3, True)]


@pytest.mark.parametrize(
    ("version", "root", "more", "says"),
    [
        (4, ROOT, "", "it is version 4, and version 5 of Example Bank, signed by"),
        (5, ROOT, "[recording]\n", "with another content"),
        (9, None, "", "nobody signed it, and version 5"),
        (9, OTHER_ROOT, "", "pin the new root"),
    ],
)
def test_once_a_signed_policy_held_no_worse_one_is_taken(keys, write, version, root, more, says):
    install_policy(write(5, root=ROOT), keys)
    worse = write(version, root=root, more=more, name="worse.toml")
    with pytest.raises(PolicyError, match=says):
        install_policy(worse, keys)
    with pytest.raises(PolicyError, match=says):
        policy_in_force(keys, given=worse)
    (keys / POLICY_FILE).write_bytes(worse.read_bytes())  # put there by hand
    with pytest.raises(PolicyError, match=says):
        policy_in_force(keys)
    (keys / POLICY_FILE).unlink()
    with pytest.raises(PolicyError, match="version 5, held here, and its file"):
        policy_in_force(keys)
    install_policy(write(5, root=ROOT), keys)  # the same again
    assert policy_in_force(keys).policy.version == 5


def test_a_signed_policy_that_was_only_given_is_kept_in_mind_too(keys, write):
    policy_in_force(keys, given=write(5, root=ROOT))
    with pytest.raises(PolicyError, match="is version 4"):
        install_policy(write(4, root=ROOT), keys)
    install_policy(write(6, root=ROOT), keys)


def test_without_a_signature_before_any_version_is_taken(keys, write):
    install_policy(write(5), keys)
    install_policy(write(4), keys)
    assert policy_in_force(keys).policy.version == 4


def test_where_a_root_is_pinned_only_its_policies_are_taken(keys, write):
    pin_organisation(keys, ROOT.public_bytes)
    for root, says in (
        (None, "nobody signed it, and this machine trusts"),
        (OTHER_ROOT, "signed it, and this machine"),
    ):
        with pytest.raises(PolicyError, match=says):
            install_policy(write(5, root=root), keys)
    assert refusal(read_policy_file(write(5)), keys)
    install_policy(write(5, root=ROOT), keys)
    assert policy_in_force(keys).policy.version == 5


def test_a_root_that_an_administrator_pins_anew_begins_anew(keys, write):
    install_policy(write(5, root=ROOT), keys)
    install_policy(write(1, root=OTHER_ROOT), keys, pin=OTHER_ROOT.public_bytes)
    assert policy_in_force(keys).root_public_bytes == OTHER_ROOT.public_bytes
    with pytest.raises(PolicyError, match="to trust another one"):
        install_policy(write(9, root=ROOT), keys, pin=ROOT.public_bytes)


def test_what_is_refused_changes_nothing(keys, write):
    install_policy(write(5, root=ROOT), keys)
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    with pytest.raises(PolicyError):
        install_policy(write(4, root=OTHER_ROOT), keys, pin=ROOT.public_bytes)
    with pytest.raises(FaultyPolicyError):
        install_policy(write(6, more="[recording]\nkeys = 1\n"), keys)
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_what_says_which_policy_held_must_be_readable(keys, write):
    install_policy(write(5, root=ROOT), keys)
    (keys / "agent-policy.json").write_bytes(b"{}")
    for attempt in (lambda: policy_in_force(keys), lambda: install_policy(write(6, root=ROOT), keys)):
        with pytest.raises(PolicyError, match="have your administrator remove it"):
            attempt()


def test_a_home_that_is_read_only_is_told():
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        path, keys = home / "policy.toml", home / "keys"
        path.write_bytes(signed_policy(text(5), ROOT))
        path.chmod(0o644)
        keys.mkdir()
        for folder in (keys, home):
            folder.chmod(0o555)
        attempts = (lambda: install_policy(path, keys), lambda: policy_in_force(keys, given=path))
        with ordinary_user():
            for attempt in attempts:
                with pytest.raises(StorageError, match="may not be written"):
                    attempt()
        assert list(keys.iterdir()) == []
        for folder in (home, keys):
            folder.chmod(0o700)


def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path, keys):
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 2_000_000)
    for path, says in ((pipe, "not an ordinary file"), (large, "larger"), (tmp_path / "none.toml", "No such file")):
        with pytest.raises(PolicyError, match=f"could not be read .*{says}"):
            policy_in_force(keys, given=path)
