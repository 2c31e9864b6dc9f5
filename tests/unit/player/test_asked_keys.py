"""Passphrases that the window asks for: once, whoever needs the key, and not where another key does."""

import threading

import pytest

from player.ui.asked_keys import AskedKeys
from player.ui.real_access import RealAccess
from recorder.errors import KeyMissingError
from recorder.evidence.key_folder import auditor_key_path, keys_folder
from tests.evidence_kit import cast

LONG_S = 60


@pytest.fixture
def locked(home):
    cast().auditor.save(auditor_key_path(keys_folder(), "akira"), "correct horse")


@pytest.fixture
def open_too(home):
    cast().officer.save(auditor_key_path(keys_folder(), "beate"), None)


class Person:
    """Answers when they are let; knows what they were asked."""

    def __init__(self, *answers: str | None):
        self._answers = list(answers)
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def ask(self, sentence):
        self.asked.append(sentence)
        assert self.may_answer.wait(LONG_S)
        return self._answers.pop(0)


class WatchedLock:
    """Knows how many have come to it."""

    def __init__(self):
        self._lock, self.came = threading.Lock(), threading.Semaphore(0)

    def __enter__(self):
        self.came.release()
        self._lock.acquire()

    def __exit__(self, *_error):
        self._lock.release()


def both(keys, person):
    """What two threads get that need the keys while nobody has answered yet."""
    keys._asking = lock = WatchedLock()
    person.may_answer.clear()
    found = []
    threads = [threading.Thread(target=lambda: found.append(keys.all(person.ask)), daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert lock.came.acquire(timeout=LONG_S)
    person.may_answer.set()
    for thread in threads:
        thread.join(LONG_S)
    assert not any(thread.is_alive() for thread in threads)
    return found


def test_two_that_need_the_keys_at_once_ask_the_person_once(locked):
    person = Person("correct horse", "correct horse")
    assert [len(ring.keys) for ring in both(AskedKeys(), person)] == [1, 1]
    assert person.asked == [""]


def test_a_no_is_the_answer_for_who_waited_behind_the_question(locked):
    keys, person = AskedKeys(), Person(None, None, "correct horse")
    assert [ring.keys for ring in both(keys, person)] == [(), ()]
    assert (len(person.asked), keys.gave_up) == (1, True)


def test_a_wrong_passphrase_is_asked_for_again_beside_a_key_that_is_open(locked, open_too):
    person = Person("wrong", "correct horse")
    assert len(AskedKeys().all(person.ask).keys) == 2
    assert person.asked == ["", "This passphrase opens none of your keys; try again."]


def test_who_gave_up_is_asked_again_for_what_the_open_key_does_not_open(locked, open_too):
    keys, person = AskedKeys(), Person(None, "correct horse")
    assert len(keys.that_open(lambda ring: len(ring.keys) > 1, person.ask).keys) == 1
    assert len(keys.that_open(lambda ring: len(ring.keys) > 1, person.ask).keys) == 2
    assert len(person.asked) == 2


def test_a_named_key_that_is_locked_is_asked_for(locked, monkeypatch):
    monkeypatch.setenv("TACHIAI_KEY", str(auditor_key_path(keys_folder(), "akira")))
    person = Person("correct horse")
    assert len(AskedKeys().that_open(lambda _ring: True, person.ask).keys) == 1
    assert person.asked == [""]


def test_a_recording_that_an_open_key_opens_asks_for_no_other(place, locked):
    desk = place.desk()
    desk.paint()
    desk.close()
    person, access = Person(None), RealAccess(place.folder)
    access.open(desk.writer.folder, person.ask).close()
    access.close()
    assert person.asked == []


def test_a_recording_that_no_open_key_opens_asks(place, locked, open_too):
    desk = place.desk(is_mine=False)
    desk.paint()
    desk.close()
    person, access = Person(None), RealAccess(place.folder)
    with pytest.raises(KeyMissingError):
        access.open(desk.writer.folder, person.ask)
    access.close()
    assert person.asked == [""]
