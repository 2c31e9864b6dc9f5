"""The window enters what it shows before it shows it, and asks what the policy wants before it opens anything."""

import json
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QDialog, QLabel

from player.ledger.checking import check_ledger
from player.ledger.ledger import ledger_folder
from player.ledger.policy import Occasion, Policy
from player.ui.asking import ReasonWanted, SecondAnswer, SecondWanted
from player.ui.reason_dialog import ReasonDialog
from player.ui.second_dialog import SecondDialog
from recorder.evidence.findings import Status
from recorder.evidence.key_folder import keys_folder
from recorder.evidence.keys import AuditorKey
from recorder.evidence.opening import GroupsLackingError
from tests.recordings import SESSION_ID

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def recorded(place, **options):
    desk = place.desk(**options)
    desk.window("root@web1: ~")
    desk.paint()
    desk.type("systemctl stop billing", seconds_each=0.01)
    desk.wait(1)
    return desk.close()


def entries():
    paths = ledger_folder().glob("*.jsonl")
    found = [json.loads(line)["entry"] for path in paths for line in path.read_bytes().splitlines()]
    return sorted(found, key=lambda entry: (entry["wall_ns"], entry["number"]))


def kinds():
    return [entry["kind"] for entry in entries()]


def test_opening_searching_copying_and_closing_are_entered(place, open_real, qtbot):
    made = recorded(place)
    window = open_real(made.folder, lists=False)
    assert kinds()[:3] == ["begun", "key_used", "opened"]
    assert "verified" in kinds()
    window.header.search.setText("billing")
    qtbot.waitUntil(lambda: window.is_settled and "search" in kinds(), timeout=15_000)
    assert next(entry for entry in entries() if entry["kind"] == "search")["detail"]["words"] == "billing"
    window.screen_work.pictures.copy()
    qtbot.waitUntil(lambda: window.screen_work.pictures.is_settled)
    frame = next(entry for entry in entries() if entry["kind"] == "frame")
    assert (frame["recording"], frame["detail"]["out"]) == (SESSION_ID, "clipboard")
    window.desk.close()
    assert kinds()[-1] == "closed"
    assert all(check_ledger(path).status is Status.SOUND for path in ledger_folder().glob("*.jsonl"))


def test_what_cannot_be_entered_is_not_shown(place, open_real, qtbot):
    made = recorded(place)
    ledger_folder().parent.mkdir(parents=True, exist_ok=True)
    ledger_folder().write_text("no folder")
    window = open_real(made.folder, lists=False)
    assert (window.desk.folder, window.stage.shown) == (None, None)
    with qtbot.waitSignal(window.desk.open_failed) as failed:
        window.open(made.folder)
    assert "nothing is shown" in failed.args[1]


def test_a_reason_is_asked_first_and_cancel_opens_nothing(place, open_real, monkeypatch):
    made = recorded(place)
    Policy(version=1, reason_for=("opening",), least_length=5).save(keys_folder() / "policy.json")
    answers = [None, "CHG-2417"]
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_asked, **_more: answers.pop(0))
    window = open_real(made.folder, lists=False)
    assert window.desk.folder is None
    assert kinds() == ["begun", "policy", "refused"]
    window = open_real(made.folder, lists=False)
    assert window.desk.folder == made.folder
    assert next(entry for entry in entries() if entry["kind"] == "opened")["reason"] == "CHG-2417"


def test_the_reason_dialog_lets_only_pass_what_will_do(look, qtbot):
    policy = Policy(version=1, choices=("incident", "sampling"), least_length=8, ticket="CHG-[0-9]+")
    dialog = ReasonDialog(ReasonWanted(policy, Occasion.OPENING, SESSION_ID, ""), look=look)
    qtbot.addWidget(dialog)
    accept = dialog._accept
    assert not accept.isEnabled()
    assert dialog.choices is not None
    assert dialog.line is not None
    dialog.choices.setCurrentIndex(1)
    assert (accept.isEnabled(), dialog.why_not.text()) == (False, "The reason must name a ticket, like CHG-1234.")
    dialog.line.setText("CHG-2417")
    assert (accept.isEnabled(), dialog.reason) == (True, "incident: CHG-2417")


def test_a_second_person_confirms_here_and_both_stand_in_ledgers(place, open_real, monkeypatch, tmp_path):
    ken = AuditorKey.generate("ken", "privacy")
    ken.save(tmp_path / "ken.json", "secret")
    made = recorded(place, others=[ken.public])
    key = tmp_path / "ken.json"
    answers = [SecondAnswer(key=key, passphrase="wrong"), SecondAnswer(key=key, passphrase="secret")]
    said, kept = [], []

    def ask(wanted: SecondWanted, **_more):
        said.append(wanted.problem)
        kept.append(wanted.before)
        return answers.pop(0)

    monkeypatch.setattr(SecondDialog, "ask", ask)
    window = open_real(made.folder, lists=False)
    assert window.desk.folder == made.folder
    assert kept == [SecondAnswer(), SecondAnswer(key=key)], "all but the passphrase"
    assert said[0] == ""
    assert "passphrase does not open" in said[1]
    opened = next(entry for entry in entries() if entry["kind"] == "opened")
    confirmed = next(entry for entry in entries() if entry["kind"] == "confirmed_second")
    assert opened["detail"]["second"]["name"] == "ken"
    assert opened["detail"]["second"]["signs_as"] == confirmed["person"]["public"]
    assert confirmed["detail"]["asker"]["public"] == opened["person"]["public"]


@pytest.mark.parametrize(
    ("before", "is_here", "key", "response", "focused"),
    [
        (SecondAnswer(), True, "", "", "key"),
        (SecondAnswer(key=Path("/k/ken.json"), passphrase="wrong"), True, "/k/ken.json", "", "passphrase"),
        (SecondAnswer(response=Path("/r/answer.json")), False, "", "/r/answer.json", "response"),
        (SecondAnswer(request=Path("/r/request.json")), False, "", "", "response"),
    ],
)
def test_the_second_dialog_asks_again_in_the_way_that_was_chosen(look, qtbot, before, is_here, key, response, focused):
    lacking = cast("GroupsLackingError", _Lacking(AuditorKey.generate("ken", "privacy")))
    dialog = SecondDialog(SecondWanted(lacking, problem="It will not do.", before=before), look=look)
    qtbot.addWidget(dialog)
    assert (dialog.here.isChecked(), dialog.key.text(), dialog.response.text()) == (is_here, key, response)
    assert dialog.passphrase.text() == ""
    assert dialog.focusWidget() is getattr(dialog, focused)


def test_the_second_dialog_asks_for_a_file_before_it_can_be_left(look, qtbot, place):
    ken = AuditorKey.generate("ken", "privacy")
    recorded(place, others=[ken.public])
    answer = place.run("log", SESSION_ID)
    assert "A second person must open this recording too: one of “privacy” (ken)" in answer.notes
    wanted = SecondWanted(cast("GroupsLackingError", _Lacking(ken)), problem="The response was altered.")
    dialog = SecondDialog(wanted, look=look)
    qtbot.addWidget(dialog)
    assert (dialog._accept.isEnabled(), dialog.problem.text()) == (False, "The response was altered.")
    dialog.show()
    wrapped = [label for label in dialog.findChildren(QLabel) if label.wordWrap() and label.isVisible()]
    assert len(wrapped) == 3
    qtbot.waitUntil(lambda: all(label.height() >= label.heightForWidth(label.width()) for label in wrapped))
    dialog.elsewhere.setChecked(True)
    dialog.response.setText("/media/response.json")
    dialog.accept()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert str(dialog.answer.response) == "/media/response.json"


class _Lacking:
    """What the dialog reads of the error."""

    lacking = ("privacy",)

    def __init__(self, key):
        wrap = type("Wrap", (), {"group": "privacy", "name": key.name})
        self.header = type("Header", (), {"wraps": [wrap]})
