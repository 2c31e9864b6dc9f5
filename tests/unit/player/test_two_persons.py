"""A recording of two groups: a second person opens it too, here or elsewhere, and their answer opens nothing else."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from player.ledger.given import SECOND_PASSPHRASE_VARIABLE
from player.ledger.ledger import ledger_folder
from player.persons import this_person
from recorder.evidence.key_folder import auditor_key_path, keys_folder, trusted_devices
from recorder.evidence.keys import AuditorKey
from recorder.format.header import canonical
from tests.player_place import Place, told
from tests.recordings import SESSION_ID, Desk

TYPED = "systemctl-stop-billing"
OTHER_ID = "20260302T140509Z-0123abcd"


@dataclass
class Both:
    """Two homes on one machine; `asker` records and asks, `ken` answers."""

    place: Place
    desk: Desk
    ken: AuditorKey
    homes: dict[str, Path]
    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def as_(self, name: str) -> Place:
        self.monkeypatch.setenv("TACHIAI_HOME", str(self.homes[name]))
        return self.place

    def request(self, *more: str) -> Path:
        out = self.folder / "request.json"
        answer = self.as_("asker").run(
            "open-request",
            SESSION_ID,
            "--library",
            str(self.place.folder),
            "--reason",
            "CHG-7",
            "--out",
            str(out),
            *more,
        )
        assert answer.status == 0, answer.notes
        return out

    def respond(self, request: Path, *, as_: str = "ken") -> Path:
        out = self.folder / "response.json"
        answer = self.as_(as_).run("open-respond", str(request), "--out", str(out), "--yes")
        assert answer.status == 0, answer.notes
        return out

    def log(self, response: Path, session_id: str = SESSION_ID, *, as_: str = "asker"):
        return self.as_(as_).run("log", session_id, "--library", str(self.place.folder), "--response", str(response))

    def entries(self, name: str) -> list[dict]:
        self.as_(name)
        paths = ledger_folder().glob("*.jsonl")
        return [json.loads(line)["entry"] for path in paths for line in path.read_bytes().splitlines()]


@pytest.fixture
def both(capsys, tmp_path, monkeypatch):
    place = Place(capsys)
    ken = AuditorKey.generate("ken", "privacy")
    desk = place.desk(others=[ken.public])
    desk.paint()
    desk.type(TYPED, seconds_each=0.01)
    desk.seal()
    homes = {"asker": keys_folder().parent, "ken": tmp_path / "ken", "eve": tmp_path / "eve"}
    for name in ("ken", "eve"):
        monkeypatch.setenv("TACHIAI_HOME", str(homes[name]))
        trusted_devices(keys_folder()).add(desk.device.public_bytes, "desk")
    shutil.copytree(homes["asker"] / "keys", homes["eve"] / "keys", dirs_exist_ok=True)  # the same auditor's key
    monkeypatch.setenv("TACHIAI_HOME", str(homes["ken"]))
    ken.save(auditor_key_path(keys_folder(), "ken"), None)
    return Both(place, desk, ken, homes, monkeypatch, tmp_path)


def test_alone_it_stays_closed_and_says_who_is_lacking(both):
    both.desk.close()
    answer = both.as_("asker").run("log", SESSION_ID, "--library", str(both.place.folder))
    assert (answer.status, answer.out) == (3, "")
    assert "one of “privacy” (ken)" in told(answer)


def test_the_second_confirms_here_with_key_and_passphrase(both, monkeypatch):
    both.desk.close()
    key = both.folder / "usb.json"
    both.ken.save(key, "secret")
    asked = ("log", SESSION_ID, "--library", str(both.place.folder), "--second", str(key))
    monkeypatch.setenv(SECOND_PASSPHRASE_VARIABLE, "wrong")
    assert "passphrase does not open" in told(both.as_("asker").run(*asked))
    monkeypatch.setenv(SECOND_PASSPHRASE_VARIABLE, "secret")
    assert TYPED in both.as_("asker").run(*asked).out
    found = both.entries("asker")
    assert {"confirmed_second", "log"} <= {entry["kind"] for entry in found}
    opened = next(entry for entry in found if entry["kind"] == "log")
    assert opened["detail"]["second"]["name"] == "ken"


def test_a_response_made_elsewhere_opens_it_and_both_stand_in_both_ledgers(both):
    both.desk.close()
    response = both.respond(both.request())
    assert TYPED in both.log(response).out
    opened = next(entry for entry in both.entries("asker") if entry["kind"] == "log")
    answered = next(entry for entry in both.entries("ken") if entry["kind"] == "answered_second")
    assert opened["detail"]["second"]["public"] == answered["person"]["public"]
    assert answered["detail"]["asker"]["public"] == opened["person"]["public"]
    assert (answered["recording"], answered["reason"]) == (SESSION_ID, "CHG-7")
    assert "asked_second" in [entry["kind"] for entry in both.entries("asker")]


def test_it_opens_nothing_else_and_for_nobody_else(both):
    both.desk.close()
    response = both.respond(both.request())
    other = both.as_("asker").desk(OTHER_ID, others=[both.ken.public])
    other.type(TYPED)
    other.close()
    assert (both.log(response, OTHER_ID).status, both.log(response, OTHER_ID).out) == (3, "")
    stolen = both.log(response, as_="eve")
    assert (stolen.status, stolen.out) == (3, "")
    assert "does not answer a request that you made here" in told(stolen)


def test_what_is_recorded_after_the_request_must_be_asked_for_again(both):
    request = both.request()
    both.desk.start_segment()
    both.desk.type("later", seconds_each=0.01)
    both.desk.close()
    answer = both.log(both.respond(request))
    assert answer.status == 3
    assert "Not shown from 0:00:" in answer.notes
    assert "Segment 2 began after the second person was asked" in answer.notes
    assert TYPED in answer.out  # what they answered for is shown all the same
    assert "later" not in answer.out
    again = both.log(both.respond(both.request()))
    assert (again.status, "later" in again.out, "Not shown" in again.notes) == (0, True, False)


def test_an_altered_request_or_response_is_refused_in_words(both):
    both.desk.close()
    request = both.request()
    request.write_bytes(request.read_bytes().replace(b"CHG-7", b"CHG-8"))
    answer = both.as_("ken").run("open-respond", str(request), "--out", str(both.folder / "r.json"), "--yes")
    assert "was altered after it was signed" in told(answer)
    assert not (both.folder / "r.json").exists()
    response = both.respond(both.request())
    whole = response.read_bytes()
    response.write_bytes(whole.replace(b'"segment":1', b'"segment":2'))
    assert "was altered after it was signed" in told(both.log(response))
    response.write_bytes(whole[:-40])
    assert "is not a response to a request" in told(both.log(response))


def test_a_response_whose_time_is_over_is_refused(both, monkeypatch):
    both.desk.close()
    request = both.request("--hours", "1")
    response = both.respond(request)
    late = json.loads(request.read_bytes())["expires_wall_ns"] + 1

    class LateClock:
        def read(self):
            return type("Now", (), {"wall_ns": late, "boot_ns": 0, "monotonic_ns": 0})

    monkeypatch.setattr("player.ledger.given.SystemClock", LateClock)
    monkeypatch.setattr("player.commands.second_persons.SystemClock", LateClock)
    assert "is over" in told(both.log(response))
    answer = both.as_("ken").run("open-respond", str(request), "--out", str(both.folder / "r.json"), "--yes")
    assert "is over" in told(answer)


def test_a_secret_that_does_not_fit_is_not_taken_for_an_alteration(both, monkeypatch):
    both.desk.close()
    request = both.request()
    with monkeypatch.context() as patched:
        patched.setattr("player.ledger.two_persons.seal.unwrap_secret", lambda *_a, **_k: bytes(32))
        response = both.respond(request)
    answer = both.log(response)
    assert (answer.status, answer.out) == (3, "")
    assert "holds secrets that do not open segment 1" in told(answer)


def test_what_was_kept_for_an_answer_goes_when_its_time_is_over(both, monkeypatch):
    both.desk.close()
    response = both.respond(both.request("--hours", "1"))
    both.request("--hours", "700")
    kept = both.homes["asker"] / "requests"
    assert len(list(kept.iterdir())) == 2
    late = json.loads(response.read_bytes())["expires_wall_ns"] + 1
    now = type("Now", (), {"wall_ns": late, "boot_ns": 0, "monotonic_ns": 0})
    monkeypatch.setattr("player.ledger.given.SystemClock", lambda: type("Clock", (), {"read": lambda _self: now})())
    assert "is over" in told(both.log(response))
    assert len(list(kept.iterdir())) == 1


def test_a_request_with_a_key_to_which_nothing_can_be_sealed_is_refused_in_words(both, monkeypatch):
    both.desk.close()
    path = both.request()
    unsigned = {key: value for key, value in json.loads(path.read_bytes()).items() if key != "signature"}
    unsigned["one_time"] = "00" * 32
    both.as_("asker")
    signature = this_person().sign(canonical(unsigned), purpose="open-request").hex()
    path.write_bytes(canonical(unsigned | {"signature": signature}))
    answer = both.as_("ken").run("open-respond", str(path), "--out", str(both.folder / "r.json"), "--yes")
    assert answer.status == 3
    assert "nothing can be sealed" in answer.notes.splitlines()[-1]
    assert not (both.folder / "r.json").exists()


def test_who_has_no_fitting_key_cannot_answer(both):
    both.desk.close()
    request = both.request()
    shutil.rmtree(both.homes["eve"] / "keys" / "auditors")
    answer = both.as_("eve").run("open-respond", str(request), "--out", str(both.folder / "r.json"), "--yes")
    assert answer.status == 3
    assert "None of your keys belongs to the groups" in answer.notes
