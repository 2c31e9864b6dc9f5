"""Keys: made once, private, locked as said, and lists that only their root can change."""

import json
import os
import stat
import threading

import keyring
import pytest
from keyring.backend import KeyringBackend

from recorder.errors import KeyMissingError, UnreadableError
from recorder.evidence.key_folder import (
    auditor_key_path,
    ensure_local_keys,
    keys_folder,
    load_key_ring,
    load_recipients,
    pin_organisation,
    protect_and_save,
    public_part,
    trusted_devices,
)
from recorder.evidence.keys import (
    AuditorKey,
    DeviceKey,
    DeviceTrust,
    Recipient,
    Recipients,
    RootKey,
    device_note,
    import_device,
)
from tests.evidence_kit import cast
from tests.ordinary_user import ordinary_user


class MemoryKeyring(KeyringBackend):
    priority = 9

    def __init__(self):
        self.kept = {}

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def get_password(self, service, username):
        return self.kept.get((service, username))


@pytest.fixture
def desktop_keyring():
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield keyring.get_keyring()
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def no_keyring_by_default(request):
    if "desktop_keyring" not in request.fixturenames:
        keyring.set_keyring(keyring.backends.fail.Keyring())


def test_a_device_key_is_made_once_and_private(tmp_path):
    first = DeviceKey.load_or_create(tmp_path / "keys")
    assert DeviceKey.load_or_create(tmp_path / "keys").public_bytes == first.public_bytes
    assert stat.S_IMODE((tmp_path / "keys" / "device.key").stat().st_mode) == 0o600
    assert len(first.fingerprint) == 16


def test_a_damaged_device_key_is_said_and_not_made_again(tmp_path):
    DeviceKey.load_or_create(tmp_path)
    (tmp_path / "device.key").write_text("garbage")
    with pytest.raises(KeyMissingError, match="not a signing key"):
        DeviceKey.load_or_create(tmp_path)
    assert (tmp_path / "device.key").read_text() == "garbage"


def test_an_auditor_key_with_a_passphrase_opens_with_it_only(tmp_path):
    key = AuditorKey.generate("明", group="監査")
    key.save(tmp_path / "key.json", "合い言葉")
    text = (tmp_path / "key.json").read_text()
    assert key.private.private_bytes_raw().hex() not in text
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    loaded = AuditorKey.load(tmp_path / "key.json", lambda: "合い言葉")
    assert loaded.public == key.public
    assert loaded.protection == "passphrase"
    with pytest.raises(KeyMissingError, match="does not open"):
        AuditorKey.load(tmp_path / "key.json", lambda: "other")
    with pytest.raises(KeyMissingError, match="nobody can be asked"):
        AuditorKey.load(tmp_path / "key.json", None)


def test_two_threads_unlock_keys_at_once(tmp_path):
    cast().auditor.save(tmp_path / "key.json", "correct horse")
    both_ask, opened = threading.Barrier(2, timeout=60), []

    def passphrase():
        both_ask.wait()
        return "correct horse"

    def unlock():
        opened.append(AuditorKey.load(tmp_path / "key.json", passphrase).public)

    threads = [threading.Thread(target=unlock, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert opened == [cast().auditor.public] * 2


def test_an_unlocked_auditor_key_says_so(tmp_path):
    AuditorKey.generate("akira").save(tmp_path / "key.json", None)
    assert AuditorKey.load(tmp_path / "key.json", None).protection == "none"


def test_a_key_file_cannot_ask_for_all_the_memory(tmp_path):
    AuditorKey.generate("akira").save(tmp_path / "key.json", "x")
    file = json.loads((tmp_path / "key.json").read_text())
    file["argon2id"]["memory_kib"] = 2**40
    (tmp_path / "key.json").write_text(json.dumps(file))
    with pytest.raises(KeyMissingError, match="not an auditor's key file"):
        AuditorKey.load(tmp_path / "key.json", lambda: "x")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": 3}', "\x00" * 50])
def test_what_is_no_key_file_is_said(tmp_path, content):
    (tmp_path / "key.json").write_text(content)
    with pytest.raises(KeyMissingError, match="not an auditor's key file"):
        AuditorKey.load(tmp_path / "key.json", None)
    with pytest.raises(KeyMissingError, match="not a list"):
        Recipients.load(tmp_path / "key.json")
    with pytest.raises(UnreadableError):
        import_device(tmp_path / "key.json", DeviceTrust({}))


def test_a_list_of_recipients_keeps_its_groups_and_its_signature(tmp_path):
    cast().two_groups.save(tmp_path / "list.json")
    assert Recipients.load(tmp_path / "list.json") == cast().two_groups
    assert Recipients.load(tmp_path / "list.json", root=cast().root.public_bytes).version == 2
    with pytest.raises(KeyMissingError, match="trusts"):
        Recipients.load(tmp_path / "list.json", root=cast().device.public_bytes)


def test_a_list_with_one_more_recipient_is_refused(tmp_path):
    cast().recipients.save(tmp_path / "list.json")
    content = json.loads((tmp_path / "list.json").read_text())
    content["groups"]["auditors"][AuditorKey.generate("mallory").public.public_bytes.hex()] = "mallory"
    (tmp_path / "list.json").write_text(json.dumps(content))
    with pytest.raises(KeyMissingError, match="altered"):
        Recipients.load(tmp_path / "list.json")


def test_an_empty_list_cannot_be_signed():
    with pytest.raises(KeyMissingError):
        Recipients.sign([], version=1, root=cast().root)


def test_the_first_start_makes_keys_that_open_and_says_how_they_are_kept(tmp_path):
    keys = ensure_local_keys(tmp_path)
    assert (keys.created, keys.protection) == (True, "none")
    assert trusted_devices(tmp_path).accepts(keys.device.public_bytes)
    (key,) = load_key_ring(tmp_path).keys
    assert key.public in keys.recipients.members
    again = ensure_local_keys(tmp_path)
    assert (again.created, again.protection) == (False, "none")
    assert again.recipients == keys.recipients
    assert again.device.public_bytes == keys.device.public_bytes


def test_the_first_start_locks_the_key_by_the_passphrase_that_is_given(tmp_path):
    assert ensure_local_keys(tmp_path, lambda: "secret").protection == "passphrase"
    assert load_key_ring(tmp_path).keys == ()
    assert len(load_key_ring(tmp_path, lambda: "secret").keys) == 1


def test_the_first_start_uses_the_desktops_keyring(tmp_path, desktop_keyring):
    assert ensure_local_keys(tmp_path, lambda: "").protection == "keyring"
    assert len(load_key_ring(tmp_path).keys) == 1
    desktop_keyring.kept.clear()
    assert load_key_ring(tmp_path).keys == ()


def test_a_key_that_may_open_older_recordings_is_never_written_over(tmp_path):
    first = ensure_local_keys(tmp_path)
    (tmp_path / "recipients.json").unlink()
    again = ensure_local_keys(tmp_path)
    assert not again.created
    assert again.recipients.members == first.recipients.members


def test_a_pinned_organisation_lets_no_other_list_in(tmp_path):
    cast().recipients.save(tmp_path / "list.json")
    assert load_recipients(tmp_path, tmp_path / "list.json") == cast().recipients
    pin_organisation(tmp_path, cast().root.public_bytes)
    assert load_recipients(tmp_path, tmp_path / "list.json") == cast().recipients
    pin_organisation(tmp_path, RootKey.generate().public_bytes)
    with pytest.raises(KeyMissingError, match="trusts"):
        load_recipients(tmp_path, tmp_path / "list.json")


def test_a_key_file_named_by_the_variable_is_the_one_used(tmp_path):
    key = AuditorKey.generate("script")
    key.save(tmp_path / "script.json", None)
    ring = load_key_ring(tmp_path / "keys", environment={"TACHIAI_KEY": str(tmp_path / "script.json")})
    assert [one.name for one in ring.keys] == ["script"]
    with pytest.raises(KeyMissingError, match="could not be read"):
        load_key_ring(tmp_path / "keys", environment={"TACHIAI_KEY": str(tmp_path / "nowhere.json")})


def test_keys_lie_where_the_variable_says(tmp_path):
    assert keys_folder({"TACHIAI_HOME": str(tmp_path)}) == tmp_path / "keys"
    assert keys_folder({}).name == "keys"


def test_a_devices_key_travels_to_another_machine(tmp_path):
    (tmp_path / "desk.json").write_bytes(device_note(cast().device.public_bytes, "desk"))
    trust = DeviceTrust.from_folder(tmp_path / "devices")
    assert not trust.accepts(cast().device.public_bytes)
    import_device(tmp_path / "desk.json", trust)
    again = DeviceTrust.from_folder(tmp_path / "devices")
    assert again.name_of(cast().device.public_bytes) == "desk"


def test_a_name_for_a_key_cannot_leave_its_folder(tmp_path):
    path = auditor_key_path(tmp_path, "../../etc/x")
    assert path.parent == tmp_path / "auditors"
    protect_and_save(AuditorKey.generate("akira"), path, None)
    assert public_part(path).name == "akira"


def test_a_root_key_is_kept_and_loaded(tmp_path):
    cast().root.save(tmp_path / "root.key")
    assert RootKey.load(tmp_path / "root.key").public_bytes == cast().root.public_bytes


def test_whatever_the_umask_nobody_else_can_put_other_keys_in_their_place(tmp_path):
    before = os.umask(0)
    try:
        ensure_local_keys(tmp_path / "share" / "tachiai" / "keys")
    finally:
        os.umask(before)
    made = [tmp_path / "share", *(tmp_path / "share").rglob("*")]
    assert len(made) > 8
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_devices_that_may_not_be_looked_at_are_not_taken_for_none(open_folder):
    devices = open_folder / "devices"
    devices.mkdir(mode=0)
    with ordinary_user(), pytest.raises(UnreadableError, match="check who may read"):
        DeviceTrust.from_folder(devices)
    assert DeviceTrust.from_folder(open_folder / "none").devices == ()


def test_a_list_with_a_key_to_which_nothing_can_be_sealed_is_not_made():
    eve = Recipient("eve", "auditors", bytes(32))
    with pytest.raises(KeyMissingError, match="Nothing can be sealed to the key of eve"):
        Recipients.sign([eve], version=1, root=DeviceKey.generate())


def test_a_key_in_two_groups_opens_alone_what_two_are_needed_for_and_is_refused():
    one = AuditorKey.generate("akiko").public
    twice = [Recipient("akiko", "auditors", one.public_bytes), Recipient("a. k.", "privacy", one.public_bytes)]
    with pytest.raises(KeyMissingError, match=r"is in two groups \(auditors, privacy\)"):
        Recipients.sign(twice, version=1, root=DeviceKey.generate())
