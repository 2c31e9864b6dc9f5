"""A recording that expired stands in the player's lists as what its tombstone tells, and is not mistaken for a loss."""

import pytest

from player.ui.access import EntryState
from player.ui.real_libraries import entry_of
from recorder.clock import SystemClock
from recorder.evidence.key_folder import ensure_local_keys, keys_folder, trusted_devices
from recorder.keeping.keeper import Keeper
from recorder.policy.sections import StoragePolicy
from resources.words import read_words
from tests.player_place import told

GONE, THERE = "20260301T140509Z-0000000a", "20260302T140509Z-0000000b"


@pytest.fixture
def aged(place):
    """Of two recordings the first has expired."""
    device = ensure_local_keys(keys_folder()).device
    for session_id in (GONE, THERE):
        desk = place.desk(session_id, device=device)
        desk.wait(3)
        desk.close()
    keeper = Keeper(place.folder, device=device, devices=trusted_devices(keys_folder()), clock=SystemClock())
    keeper.hold(THERE, who="aya", why="case 17")
    assert len(keeper.expire(StoragePolicy(keep_days=1)).gone) == 1
    return place


def test_it_is_listed_as_expired_with_what_it_was(aged):
    entries = {one["recording"]: one for one in aged.run("list", "--json").objects}
    assert list(entries) == [THERE, GONE]
    assert entries[THERE]["state"] == "closed"
    gone = entries[GONE]
    assert (gone["state"], gone["operator"], gone["verdict"], gone["duration_s"]) == ("expired", "hanako", "sound", 3.0)
    assert gone["size_bytes"] > 0
    assert [one["recording"] for one in aged.run("list", "--json", "--host", "nowhere").objects] == []


def test_naming_it_says_that_it_expired_when_and_why(aged):
    answer = aged.run("verify", GONE)
    assert answer.status == 3
    sentence = told(answer)
    assert sentence.startswith(f"The recording {GONE} expired on ")
    assert "kept for as long as the policy says" in sentence
    assert "保存期間が過ぎた" in read_words("ja").said(sentence)


def test_a_tombstone_that_was_altered_is_said_and_not_listed(aged):
    path = aged.folder / ".keeping" / "tombstones" / f"{GONE}.json"
    path.write_bytes(path.read_bytes().replace(b"hanako", b"hanaka"))
    answer = aged.run("list", "--json")
    assert [one["recording"] for one in answer.objects] == [THERE]
    assert "was altered" in answer.notes


def test_the_window_has_it_in_its_list_too(aged):
    from player.expired import expired_entries

    [entry] = expired_entries(aged.folder, trusted_devices(keys_folder()), notify=pytest.fail)
    assert entry_of(entry).state is EntryState.EXPIRED
