"""No way to content goes past the ledger: each command enters what it shows before it shows it, or shows nothing."""

import json
import re
from pathlib import Path

import pytest

from player.arguments import command_names, parser
from player.ledger.checking import check_ledger
from player.ledger.ledger import ledger_folder
from player.ledger.policy import Policy
from recorder.evidence.findings import Status
from recorder.evidence.key_folder import keys_folder
from tests.player_place import told
from tests.recordings import SESSION_ID

PLAYER = Path(__file__).resolve().parents[3] / "player"
TYPED = "systemctl-stop-billing"

# Each command that shows content: what it is asked, and the kind of its entry. "*" stands for a folder to write to.
SHOWS = {
    "log": (("log", SESSION_ID), "log"),
    "accounted": (("accounted", SESSION_ID), "log"),
    "detect": (("detect", SESSION_ID), "log"),
    "search": (("search", "billing"), "search"),
    "list": (("list", "--application", "xterm"), "search"),
    "frame": (("frame", SESSION_ID, "--at", "1", "--out", "*/picture.png"), "frame"),
    "frame --check": (("frame", "--check", "*/taken.png"), "frame"),
    "export": (("export", SESSION_ID, "--subtitles", "*/file.vtt"), "export"),
    "export --log": (("export", SESSION_ID, "--log", "*/file.jsonl"), "log_export"),
    "verify": (("verify", SESSION_ID), "verified"),
    "reindex": (("reindex",), "key_used"),
    "report": (("report", SESSION_ID, "--out", "*/report.html"), "export"),
    "package": (("package", SESSION_ID, "--out", "*/case.zip", "--video", "none"), "export"),
    "review": (("review", "queue"), "search"),
}
# Commands that show nothing of what a recording holds; the window's ways are in tests/ui/test_ledger_in_window.py.
SHOWS_NOTHING = {"open", "keys", "persons", "ledger", "policy", "open-request", "open-respond", "import"} | {
    "register",
    "unregister",
    "check-package",
    "walls",
}


@pytest.fixture
def recorded(place, tmp_path):
    desk = place.desk()
    desk.window("root@web1: ~")
    desk.paint()
    desk.type(TYPED, seconds_each=0.01)
    desk.wait(2)
    desk.close()
    assert place.run("frame", SESSION_ID, "--at", "1", "--out", str(tmp_path / "taken.png")).status == 0
    for path in ledger_folder().iterdir():
        path.unlink()
    return place


def asked(name: str, folder: Path) -> list[str]:
    return [one.replace("*", str(folder)) for one in SHOWS[name][0]]


def entries() -> list[dict]:
    paths = ledger_folder().glob("*.jsonl")
    found = [json.loads(line)["entry"] for path in paths for line in path.read_bytes().splitlines()]
    return sorted(found, key=lambda entry: entry["number"])


def test_every_command_is_in_one_of_the_two_lists():
    assert {name.split()[0] for name in SHOWS} | SHOWS_NOTHING == set(command_names(parser()))


@pytest.mark.parametrize("name", SHOWS)
def test_what_shows_content_is_entered(recorded, tmp_path, name):
    answer = recorded.run(*asked(name, tmp_path))
    assert answer.status == 0, answer.notes
    found = entries()
    kinds = [entry["kind"] for entry in found]
    assert SHOWS[name][1] in kinds
    if name not in ("search", "list", "reindex", "review"):
        entry = found[kinds.index(SHOWS[name][1])]
        assert entry["recording"] == SESSION_ID
    if name != "list":
        used = found[kinds.index("key_used")]
        assert (used["recording"], used["detail"]["keys"][0]["name"]) == (SESSION_ID, "auditor")
    assert all(check_ledger(path).status is Status.SOUND for path in ledger_folder().glob("*.jsonl"))


@pytest.mark.parametrize("name", SHOWS)
def test_what_cannot_be_entered_is_not_shown(recorded, tmp_path, name):
    for path in ledger_folder().iterdir():
        path.unlink()
    ledger_folder().rmdir()
    ledger_folder().write_text("no folder")
    before = set(tmp_path.rglob("*"))
    answer = recorded.run(*asked(name, tmp_path))
    assert answer.status != 0
    assert TYPED not in answer.out
    assert "nothing is shown" in answer.notes
    assert {
        path for path in set(tmp_path.rglob("*")) - before if path.suffix in (".png", ".vtt", ".jsonl", ".html", ".zip")
    } == set()


@pytest.mark.parametrize("name", sorted(set(SHOWS) - {"verify", "reindex"}))  # these print no content
def test_a_command_that_asks_for_a_reason_takes_the_one_it_asks_for(recorded, tmp_path, name):
    occasions = [part for one in ("opening", "export", "search") for part in ("--reason-for", one)]
    made = str(tmp_path / "policy.json")
    assert recorded.run("policy", "make", made, "--version", "1", "--unsigned", *occasions).status == 0
    assert recorded.run("policy", "use", made).status == 0
    refused = recorded.run(*asked(name, tmp_path))
    assert (refused.status, "--reason" in refused.notes) == (3, True)
    assert recorded.run(*asked(name, tmp_path), "--reason", "CHG-1").status == 0


def test_looking_at_the_queue_is_entered_once(recorded):
    recorded.run("review", "queue")
    (entry,) = [entry for entry in entries() if entry["kind"] == "search"]
    assert entry["detail"]["words"] == "review queue"


def test_a_search_is_entered_with_its_words(recorded):
    recorded.run("search", "billing")
    (entry,) = [entry for entry in entries() if entry["kind"] == "search"]
    assert entry["detail"]["words"] == "billing"


def test_only_the_door_opens_recordings():
    """What a new command would be tempted to call is called in one place, where it is entered."""
    doors = {
        "OpenRecording.open(": set(),
        "RecordingReader.open(": {"ledger/gate.py", "search.py", "recording.py"},
        "load_key_ring(": {"commands/desk.py", "ui/asked_keys.py"},
        "AuditorKey.load(": {"ledger/given.py", "ui/second_person.py"},
    }
    for call, allowed in doors.items():
        users = {
            str(path.relative_to(PLAYER))
            for path in PLAYER.rglob("*.py")
            if re.search(rf"(?<!def ){re.escape(call)}", path.read_text(encoding="utf-8"))
        }
        assert users <= allowed, call


class TestReasons:
    def rule(self, **rules) -> None:
        Policy(version=1, reason_for=("opening", "export"), **rules).save(keys_folder() / "policy.json")

    def test_without_a_reason_nothing_is_shown_and_the_refusal_is_entered(self, recorded):
        self.rule()
        answer = recorded.run("log", SESSION_ID)
        assert (answer.status, answer.out) == (3, "")
        assert told(answer) == "Nothing was opened. A reason is needed before anything is shown. Give it with --reason."
        assert [entry["kind"] for entry in entries()] == ["begun", "policy", "refused"]

    def test_with_one_it_stands_in_the_entry(self, recorded):
        self.rule(least_length=5, ticket="CHG-[0-9]+")
        assert "at least 5" in told(recorded.run("log", SESSION_ID, "--reason", "why"))
        assert "a ticket, like CHG-1234." in told(recorded.run("log", SESSION_ID, "--reason", "because of it"))
        answer = recorded.run("log", SESSION_ID, "--reason", "CHG-2417 billing")
        assert TYPED in answer.out
        assert [entry["reason"] for entry in entries() if entry["kind"] == "log"] == ["CHG-2417 billing"]

    def test_only_the_choices_if_the_policy_says_so(self, recorded):
        self.rule(choices=("incident", "sampling"), free_text=False)
        assert "incident; sampling" in told(recorded.run("log", SESSION_ID, "--reason", "curiosity"))
        assert recorded.run("log", SESSION_ID, "--reason", "sampling").status == 0

    def test_proving_integrity_needs_no_reason_and_no_entry(self, recorded):
        self.rule()
        assert recorded.run("verify", SESSION_ID, "--integrity-only").status == 0
        assert entries() == []
