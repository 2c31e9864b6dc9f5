"""What the resident window knows, without Qt: the state, the notice, places, and the ways to lock."""

from dataclasses import replace

import pytest

from app.resident.locking import Way, end_session, ending_ways, lock_screen, locking_ways, run_command
from app.resident.news import Alive, RecorderState, RowsSaid, StorageNow, Supervised
from app.resident.notice import notice_of
from app.resident.placing import first_place, kept_inside, read, written
from app.resident.standing import GAP_SHOWN_NS, SILENT_AFTER_NS, Known, Standing
from app.resident.state_words import state_said
from app.resident.telling import settings_told
from recorder.geometry import Rect
from recorder.logrow import LogRow
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.purpose import PurposeCheck, PurposeFault
from recorder.policy.sections import NoticePolicy, PurposeAsked
from resources.row_words import RowWords
from resources.words import LANGUAGES, read_words
from tests.resident import AMPLE, RECORDING, SESSION, policy

NOW = 5_000_000_000_000
SCREENS = [Rect(0, 0, 1920, 1080), Rect(1920, 200, 1280, 720)]


def known(*told, at_ns=NOW):
    all_of_it = Known()
    for news in told:
        all_of_it = all_of_it.told(news, now_ns=at_ns)
    return all_of_it


def test_the_state_is_the_gravest_of_what_was_told():
    recording = known(RECORDING, SESSION, AMPLE)
    low = recording.told(StorageNow("low", 1), now_ns=NOW)
    gap = low.told(RowsSaid((LogRow(0, 1, "gap", "Not recorded for 3 s: screen"),)), now_ns=NOW)
    gone = gap.told(Supervised(RecorderState.RESTARTING), now_ns=NOW)
    assert [one.standing(now_ns=NOW) for one in (Known(), recording, low, gap, gone)] == [
        Standing.STARTING,
        Standing.RECORDING,
        Standing.STORAGE,
        Standing.GAP,
        Standing.NOT_RECORDING,
    ]


def test_a_gap_is_shown_for_a_minute_and_a_restart_is_one():
    again = known(RECORDING, replace(SESSION, lost_ns=1))
    later = again.told(Alive(), now_ns=NOW + GAP_SHOWN_NS)
    assert again.standing(now_ns=NOW) is Standing.GAP
    assert later.standing(now_ns=NOW + GAP_SHOWN_NS) is Standing.RECORDING


def test_when_nothing_is_heard_of_the_recorder_nothing_is_claimed():
    recording = known(RECORDING, SESSION)
    late_ns = NOW + SILENT_AFTER_NS + 1
    assert recording.standing(now_ns=late_ns) is Standing.UNSUPERVISED
    assert recording.told(Alive(), now_ns=late_ns).standing(now_ns=late_ns) is Standing.RECORDING


def test_full_storage_is_graver_than_low_storage():
    low, full = known(RECORDING, StorageNow("low", 1)), known(RECORDING, StorageNow("full", 1))
    assert [low.tone(Standing.STORAGE), full.tone(Standing.STORAGE), full.tone(Standing.RECORDING)] == [
        "warn",
        "bad",
        "good",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", Standing)
def test_every_state_is_said_in_every_language(language, standing):
    words = read_words(language)
    for state in ("ample", "low", "reserve", "full"):
        for action in ("", "warn", "drop_rate", "text_only", "end_session"):
            said = state_said(known(RECORDING, StorageNow(state, 3)), standing, words, RowWords(words))
            assert said.title
            assert said.text
            assert words.either(f"agent_storage.action_{action}", "") != ""


def test_what_is_said_of_a_state_does_not_change_while_nothing_happens():
    """What is shown is recorded too: a running clock would make a resting desktop change every second."""
    words = read_words("en")
    one, other = (known(RECORDING, SESSION, AMPLE, at_ns=at_ns) for at_ns in (NOW, NOW + 3600 * 10**9))
    first = state_said(one, one.standing(now_ns=NOW), words, RowWords(words))
    assert first == state_said(other, Standing.RECORDING, words, RowWords(words))


@pytest.mark.parametrize(
    ("asked", "said", "fault"),
    [
        (PurposeAsked.NO, "", None),
        (PurposeAsked.OPTIONAL, "  ", None),
        (PurposeAsked.OPTIONAL, "looking", PurposeFault.OTHER_FORM),
        (PurposeAsked.REQUIRED, "", PurposeFault.MISSING),
        (PurposeAsked.REQUIRED, "as agreed in CHG-2417", None),
        (PurposeAsked.REQUIRED, "CHG-1 " + "x" * 500, PurposeFault.TOO_LONG),
    ],
)
def test_a_purpose_is_judged_as_the_policy_wants_it(asked, said, fault):
    assert PurposeCheck(asked, "CHG-[0-9]+").fault(said) is fault


def test_no_pattern_can_hang_the_notice():
    assert PurposeCheck(PurposeAsked.REQUIRED, "(a+)+$").fault("a" * 400 + "b") is PurposeFault.OTHER_FORM


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_the_policys_words_and_every_mask(language):
    words = read_words(language)
    own = replace(policy(), notice=NoticePolicy(text_en="Our own words.", text_ja="私たちの言葉。"))
    text = notice_of(own, words).as_said()
    assert ("Our own words." if language == "en" else "私たちの言葉。") in text
    assert all(mask.name in text and mask.reason in text and mask.hours in text for mask in own.masks)
    assert "Aozora Bank" in notice_of(replace(own, notice=NoticePolicy()), words).as_said()


def test_a_setting_is_fixed_where_the_policys_file_says_it():
    told = {one.key: one for one in settings_told(policy(), read_words("en"))}
    assert [told[key].is_fixed for key in ("recording.keys", "masks", "recording.clipboard_text")] == [
        True,
        True,
        False,
    ]
    assert told["masks"].value == "2 set"
    assert not any(one.is_fixed for one in settings_told(AgentPolicy(), read_words("ja")))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((1900, 500), (1920, 500)),
        ((-500, -500), (0, 0)),
        ((9000, 9000), (3100, 890)),
        ((700, 40), (700, 40)),
        ((1890, 10), (1820, 10)),
    ],
)
def test_the_indicator_is_kept_wholly_on_a_screen(place, expected):
    assert kept_inside(place[0], place[1], 100, 30, SCREENS) == expected


def test_a_place_that_was_kept_is_read_back_and_nonsense_is_none():
    assert read(written(-20, 7)) == (-20, 7)
    assert [read(text) for text in ("", "1", "a,b", None)] == [None] * 4
    assert first_place(100, 30, SCREENS[1]) == (3088, 212)


WAYS = (Way("first", ("one",)), Way("second", ("two",)))


def test_a_way_to_lock_has_worked_once_the_screen_is_seen_to_be_locked():
    ran = []

    def run(command):
        ran.append(command[0])
        return ""

    outcome = lock_screen(WAYS, is_locked=lambda: ran == ["one", "two"], run=run, wait=lambda _s: None)
    assert outcome.way == "second"
    assert "first: nothing was locked" in outcome.said


def test_where_nothing_locks_it_is_said_why():
    outcome = lock_screen(WAYS, is_locked=lambda: False, run=lambda command: f"{command[0]} is not here")
    assert outcome.way is None
    assert outcome.said == "first: one is not here; second: two is not here"


def test_the_session_is_ended_by_the_first_way_that_takes_it():
    assert end_session(WAYS, run=lambda command: "no" if command == ("one",) else "").way == "second"
    assert end_session((), run=lambda _command: "").way is None


def test_the_ways_are_those_of_this_session_and_desktop():
    here = {"XDG_SESSION_ID": "c2", "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}
    assert locking_ways(here)[0].command == ("loginctl", "lock-session", "c2")
    assert [way.name for way in ending_ways(here)] == ["loginctl terminate-session", "gnome-session-quit"]
    assert [way.name for way in ending_ways({"XDG_CURRENT_DESKTOP": "XFCE"})] == ["xfce4-session-logout"]
    assert ending_ways({}) == ()


def test_a_command_that_fails_says_why_in_its_own_last_words():
    assert run_command(("sh", "-c", "echo no; echo 'no bus' >&2; exit 3")) == "no bus"
    assert run_command(("sh", "-c", "exit 3")) == "exit status 3"
    assert run_command(("surely-not-a-program",)) == "not installed"
    assert run_command(("true",)) == ""
