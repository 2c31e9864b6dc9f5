"""Whoever takes the policy away while they are recorded is recorded doing it."""

import pytest

from recorder.agent_events import EvasionSign
from recorder.capture.policy_kept import PolicyKept
from recorder.evidence.key_folder import PINNED_ROOT
from recorder.evidence.keys import RootKey
from recorder.policy.in_force import POLICY_FILE, STATE_FILE, install_policy
from recorder.policy.signing import signed_policy
from tests.heard import Heard

ROOT = RootKey.generate()


def install(folder, version):
    path = folder / "policy.toml"
    path.write_bytes(signed_policy(f'version = {version}\norganisation = "Example Bank"\n'.encode(), ROOT))
    install_policy(path, folder / "keys", pin=ROOT.public_bytes)


@pytest.fixture
def heard(tmp_path):
    install(tmp_path, 5)
    source = PolicyKept(tmp_path / "keys", look_every_s=0.02)
    yield Heard(source)
    source.stop()


def test_each_file_that_goes_or_is_altered_is_a_sign_once(heard, tmp_path):
    install(tmp_path, 6)  # by the organisation: no sign
    keys = tmp_path / "keys"
    (keys / PINNED_ROOT).write_text("00" * 32)
    heard.wait_for(lambda one: len(one.of(EvasionSign)) == 1, "the other root")
    (keys / STATE_FILE).write_text("{}")
    heard.wait_for(lambda one: len(one.of(EvasionSign)) == 2, "the state that says nothing")
    (keys / POLICY_FILE).unlink()
    heard.wait_for(lambda one: len(one.of(EvasionSign)) == 3, "the policy that is gone")
    heard.source.stop()
    assert {sign.sign for sign in heard.of(EvasionSign)} == {"policy_removed"}
    assert [sign.detail for sign in heard.of(EvasionSign)] == [
        "organisation.pub, the organisation's root that is trusted here, was altered",
        "agent-policy.json, which says that version 6 of Example Bank was in force here, was altered",
        "agent-policy.toml, the policy that is installed here, was removed",
    ]


def test_all_of_them_at_once_are_three_signs(heard, tmp_path):
    for name in (PINNED_ROOT, STATE_FILE, POLICY_FILE):
        (tmp_path / "keys" / name).unlink()
    heard.wait_for(lambda one: len(one.of(EvasionSign)) == 3, "all three")
    assert all(sign.detail.endswith("was removed") for sign in heard.of(EvasionSign))
