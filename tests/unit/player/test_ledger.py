"""The ledger: what is entered, what survives a kill, and that nothing can be changed in it unseen."""

import errno
import json
import multiprocessing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from player.ledger.checking import Checked, Flaw, Head, check_ledger, compare_copies
from player.ledger.entry import Entry, Kind
from player.ledger.extract import check_extract, extract, write_extract
from player.ledger.ledger import Ledger, shared_copy
from player.ledger.policy import Policy
from player.ledger.refusal import NotEnteredError
from player.persons import Person, Signer
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Status


def a_person(name: str = "Akiko", seed: int = 1) -> Signer:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
    return Signer(Person(name, private.public_key().public_bytes_raw()), private)


def a_ledger(folder: Path, **options) -> Ledger:
    return Ledger(folder, a_person, machine="desk-1", **options)


def entered(folder: Path, count: int = 5) -> Path:
    ledger = a_ledger(folder)
    for number in range(count):
        ledger.enter(Kind.OPENED, recording=f"session-{number % 2}", reason=f"CHG-{number}")
    return ledger.path


def last_of(checked: Checked) -> Entry:
    assert checked.last is not None
    return checked.last


def head_of(checked: Checked) -> Head:
    assert checked.head is not None
    return checked.head


def code_of(flaw: Flaw | None) -> str:
    return "" if flaw is None else flaw.code


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


class FullDisk(SystemFiles):
    """A disk on which there is room for so many bytes more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, fd, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = super().write(fd, data[: self.room])
        self.room -= written
        return written


def test_entries_are_numbered_signed_and_chained(tmp_path):
    checked = check_ledger(entered(tmp_path))
    assert (checked.status, checked.entries) == (Status.SOUND, 6)  # the first says that the ledger was begun
    assert last_of(checked).content.reason == "CHG-4"
    assert last_of(checked).content.machine == "desk-1"
    assert last_of(checked).content.person.name == "Akiko"


@pytest.mark.parametrize("number", range(6))
def test_a_changed_entry_is_seen(tmp_path, number):
    path = entered(tmp_path)
    content = lines(path)
    content[number] = content[number].replace(b'"machine":"desk-1"', b'"machine":"desk-2"')
    path.write_bytes(b"".join(content))
    assert check_ledger(path).status is Status.ALTERED


@pytest.mark.parametrize("number", range(5))
def test_an_entry_that_was_taken_out_is_seen(tmp_path, number):
    path = entered(tmp_path)
    content = lines(path)
    del content[number]
    path.write_bytes(b"".join(content))
    assert check_ledger(path).status is Status.ALTERED


def test_entries_in_another_order_and_entries_of_somebody_else_are_seen(tmp_path):
    path = entered(tmp_path / "one")
    content = lines(path)
    content[2], content[3] = content[3], content[2]
    path.write_bytes(b"".join(content))
    assert check_ledger(path).status is Status.ALTERED
    other = Ledger(tmp_path / "other", lambda: a_person("Mallory", 2), machine="desk-1")
    other.enter(Kind.OPENED)
    own = entered(tmp_path / "two")
    own.write_bytes(own.read_bytes() + other.path.read_bytes())
    assert "FOREIGN" in {flaw.code for flaw in check_ledger(own).flaws}


def test_a_ledger_cut_at_its_end_is_seen_by_who_noted_its_head_or_keeps_a_copy(tmp_path):
    policy = Policy(version=1, shared=str(tmp_path / "shared"))
    ledger = a_ledger(tmp_path / "own", policy=policy)
    for _ in range(4):
        ledger.enter(Kind.SEARCH, detail={"words": "billing"})
    head = head_of(check_ledger(ledger.path))
    shared = shared_copy(policy, last_of(check_ledger(ledger.path)))
    assert code_of(compare_copies(ledger.path, shared)) == ""
    ledger.path.write_bytes(b"".join(lines(ledger.path)[:-1]))
    assert check_ledger(ledger.path).status is Status.SOUND  # alone it cannot show this, and the format says so
    assert check_ledger(ledger.path, head=head).status is Status.ALTERED
    assert code_of(compare_copies(ledger.path, shared)) == "CUT"
    with pytest.raises(NotEnteredError, match="holds entries that your ledger"):
        ledger.enter(Kind.OPENED)


def test_a_ledger_written_anew_does_not_hold_the_head_that_was_noted(tmp_path):
    head = head_of(check_ledger(entered(tmp_path / "one")))
    anew = check_ledger(entered(tmp_path / "two"), head=head)
    assert {flaw.code for flaw in anew.flaws} == {"OTHER_HEAD"}
    assert check_ledger(entered(tmp_path / "three", 1), head=Head(9, head.link)).status is Status.ALTERED


@pytest.mark.parametrize("kept", [1, 20, 300, -1])
def test_a_line_torn_by_a_kill_is_told_and_gone_past(tmp_path, kept):
    path = entered(tmp_path)
    whole, last = lines(path)[:-1], lines(path)[-1]
    torn = last[: kept if kept > 0 else len(last) - 2]
    path.write_bytes(b"".join(whole) + torn)
    assert {flaw.code for flaw in check_ledger(path).flaws} == {"TORN_TAIL"}
    a_ledger(tmp_path).enter(Kind.CLOSED)
    checked = check_ledger(path)
    assert checked.status is Status.PARTIAL
    assert {flaw.code for flaw in checked.flaws} == {"TORN"}
    assert torn in path.read_bytes()  # what was found is still there
    assert [json.loads(line)["entry"]["kind"] for line in lines(path)[-2:]] == ["torn", "closed"]


def test_an_entry_that_lacks_only_its_line_end_is_an_entry(tmp_path):
    path = entered(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    a_ledger(tmp_path).enter(Kind.CLOSED)
    assert check_ledger(path).status is Status.SOUND
    assert check_ledger(path).entries == 7


@pytest.mark.parametrize("how_many", [1, 3])
def test_entries_changed_at_the_end_are_no_torn_line_though_the_next_entry_tells_of_them_so(tmp_path, how_many):
    path = entered(tmp_path)
    whole = lines(path)
    changed = [line.replace(b"CHG-", b"CHH-") for line in whole[-how_many:]]
    path.write_bytes(b"".join(whole[:-how_many] + changed).rstrip(b"\n"))
    assert check_ledger(path).status is Status.ALTERED
    path.write_bytes(b"".join(whole[:-how_many] + changed))
    a_ledger(tmp_path).enter(Kind.CLOSED)
    assert [json.loads(line)["entry"]["kind"] for line in lines(path)[-2:]] == ["torn", "closed"]
    assert check_ledger(path).status is Status.ALTERED


def test_garbage_between_entries_is_no_torn_line(tmp_path):
    path = entered(tmp_path)
    content = lines(path)
    content.insert(3, b'{"entry":{}}\n')
    path.write_bytes(b"".join(content))
    assert check_ledger(path).status is Status.ALTERED


@pytest.mark.parametrize("room", [0, 10, 700])
def test_on_a_full_disk_nothing_is_shown_and_no_half_entry_stays(tmp_path, room):
    path = entered(tmp_path)
    before = path.read_bytes()
    full = a_ledger(tmp_path, files=FullDisk(room if room < 700 else 500))
    with pytest.raises(NotEnteredError, match="nothing is shown"):
        full.enter(Kind.OPENED)
    assert path.read_bytes() == before


def test_the_policy_may_show_content_all_the_same_and_says_so(tmp_path):
    said: list[str] = []
    policy = Policy(version=1, if_not_entered="show")
    ledger = a_ledger(tmp_path, policy=policy, files=FullDisk(0), notify=said.append)
    assert ledger.enter(Kind.OPENED) is None
    assert "lets it be shown all the same" in said[0]


def test_a_shared_folder_that_is_away_keeps_content_closed_unless_the_policy_says_otherwise(tmp_path):
    away = tmp_path / "share"
    away.write_text("a file where the folder should be")
    ledger = a_ledger(tmp_path / "own", policy=Policy(version=1, shared=str(away / "x")))
    with pytest.raises(NotEnteredError):
        ledger.enter(Kind.OPENED)
    policy = Policy(version=2, shared=str(away / "x"), if_not_shared="show")
    assert a_ledger(tmp_path / "own", policy=policy).enter(Kind.OPENED) is not None
    away.unlink()
    ledger = a_ledger(tmp_path / "own", policy=policy)
    entry = ledger.enter(Kind.CLOSED)
    assert entry is not None
    assert shared_copy(policy, entry).read_bytes() == ledger.path.read_bytes()  # what it missed came too


def test_another_policy_is_an_entry(tmp_path):
    a_ledger(tmp_path).enter(Kind.OPENED)
    ledger = a_ledger(tmp_path, policy=Policy(version=3))
    ledger.enter(Kind.OPENED)
    a_ledger(tmp_path).enter(Kind.OPENED)
    kinds = [json.loads(line)["entry"]["kind"] for line in lines(ledger.path)]
    assert kinds == ["begun", "opened", "policy", "opened", "policy", "opened"]


def enter_many(folder: str, count: int) -> None:
    ledger = a_ledger(Path(folder))
    for _ in range(count):
        ledger.enter(Kind.SEARCH, detail={"words": "x"})


def test_programs_that_write_at_once_wait_for_each_other(tmp_path):
    context = multiprocessing.get_context("fork")
    programs = [context.Process(target=enter_many, args=(str(tmp_path), 20)) for _ in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    checked = check_ledger(a_ledger(tmp_path).path)
    assert (checked.status, checked.entries) == (Status.SOUND, 61)


class TestExtract:
    def make(self, tmp_path: Path) -> Path:
        path = entered(tmp_path, 8)
        out = tmp_path / "extract.json"
        write_extract(extract(path, lambda entry: entry.content.recording == "session-1"), out)
        return out

    def test_an_outsider_can_check_it(self, tmp_path):
        checked = check_extract(self.make(tmp_path))
        assert checked.flaws == ()
        assert [entry.content.reason for entry in checked.entries] == ["CHG-1", "CHG-3", "CHG-5", "CHG-7"]
        assert checked.left_out == 5

    def test_it_holds_nothing_of_other_recordings(self, tmp_path):
        assert b"session-0" not in self.make(tmp_path).read_bytes()

    @pytest.mark.parametrize("what", ["entry", "digest", "left_out", "moved", "head"])
    def test_a_changed_one_is_seen(self, tmp_path, what):
        out = self.make(tmp_path)
        told = json.loads(out.read_bytes())
        items = told["items"]
        whole = [place for place, item in enumerate(items) if isinstance(item, dict)]
        if what == "entry":
            items[whole[0]]["entry"]["reason"] = "none"
        elif what == "digest":
            items[0] = "0" * 64
        elif what == "left_out":
            del items[whole[1]]
        elif what == "moved":
            items[whole[0]], items[whole[1]] = items[whole[1]], items[whole[0]]
        else:
            told["head"] = f"9:{'0' * 64}"
        out.write_text(json.dumps(told))
        assert any(flaw.is_grave for flaw in check_extract(out).flaws)
