"""What `policy check` cautions about, in words and with the line: it refuses none of it."""

import json

import pytest

import resources
from app.agent.cautions.gathered import cautions_with_lines
from app.agent.cli import main
from recorder.policy.policy_file import policy_in

HEAD = 'version = 3\norganisation = "Example Bank"\n'


@pytest.fixture
def cautioned(tmp_path):
    """The cautions about a policy with this text after its two first lines: line and sentence."""

    def caution(text):
        file = policy_in((HEAD + text).encode(), tmp_path / "policy.toml")
        return [(one.line, one.sentence) for one in cautions_with_lines(file)]

    return caution


def mask(*lines, name="M"):
    return "\n".join(("[[masks]]", f'name = "{name}"', *lines, ""))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (mask('titles = ["x", "."]'), 5, '"M" masks nearly every window at all times: `masks.titles` fits whatever'),
        (mask("titles = ['[a-z]']", 'hours = "12:00-13:00"'), 5, '"M" masks nearly every window at its hours'),
        (mask('applications = ["[a-m]*", "[!a-m]*"]'), 5, '"M" masks nearly every window at all times'),
        (mask("area = [0, 0, 1920, 1080]"), 5, '"M" masks 1920 x 1080 pixels at all times, as much as a whole screen'),
        (mask('area = [0, 0, 9, 9]', 'hours = "00:00-24:00"'), 6, '"M" masks at all times: its hours and days leave'),
        (mask('hours = "22:00-06:00"'), 5, '"M" masks the whole desktop at its hours: nothing is seen then'),
        (mask('days = ["mon","tue","wed","thu","fri","sat","sun"]'), 5, '"M" masks the whole desktop at all times'),
        (mask('hours = "06:00-18:00"') + mask('hours = "18:00-06:00"', name="N"), 3, "Together these masks cover"),
        ('[hidden_input]\ndialogs = ["acme", "*"]\n', 4, "`hidden_input.dialogs` has *, which fits whatever was tried"),
    ],
)  # fmt: skip
def test_what_covers_everything_is_cautioned_about(cautioned, text, line, says):
    assert [at for at, sentence in cautioned(text) if sentence.startswith(says)] == [line]


def test_an_archive_that_is_the_library_is_cautioned_about(cautioned, tmp_path):
    (tmp_path / "vault").symlink_to(tmp_path)
    text = f'[recording]\nlibrary = "{tmp_path}"\n[storage]\narchive = "{tmp_path / "vault"}"\n'
    assert (6, "`storage.archive` is the library itself: no recording expires.") in cautioned(text)


def test_masks_of_some_windows_are_nothing_to_think_about(cautioned):
    narrow = mask('applications = ["acme-payroll"]', 'titles = ["."]') + mask('titles = ["^Acme "]', name="N")
    assert cautioned(narrow + mask("area = [0, 0, 640, 480]", name="O")) == cautioned("")


def test_a_mask_that_hides_what_rules_need_is_cautioned_about(cautioned):
    (of_terminals,) = (one for one in cautioned(mask('applications = ["xterm"]')) if one[0] == 5)
    assert of_terminals[1].startswith('"M" hides what the rules "')
    assert "more look for: titles, typed text and copies" in of_terminals[1]
    # Of a copied text the program is told; of a window the application is recorded, and the rule fires by that.
    sentences = "\n".join(sentence for _, sentence in cautioned(mask('applications = ["keepassxc", "firefox"]')))
    assert '"A private key or a token on the clipboard"' in sentences
    assert "A store of passwords was opened" not in sentences
    # An area masks pixels, which no rule sees; and a rule that is switched off looks for nothing.
    assert not any("hides" in one for _, one in cautioned(mask('applications = ["xterm"]', "area = [0, 0, 9, 9]")))


def test_an_id_that_no_rule_has_is_cautioned_about_with_the_one_that_is_meant(cautioned):
    known = "f128a9dd-48e4-45c5-819d-a4b2e8dcd465"
    found = cautioned(f'[rules]\noff = [\n  "{known}",\n  "password_store_opened",\n  "nothing"\n]\n')
    assert [one for one in found if "No rule here" in one[1]] == [
        (6, 'No rule here has the id password_store_opened ("A store of passwords was opened" has the id '
            f"{known}), so nothing is switched off by it."),
        (7, "No rule here has the id nothing, so nothing is switched off by it."),
    ]  # fmt: skip


def test_places_that_are_not_usable_here_are_cautioned_about(cautioned, tmp_path):
    faulty, empty, is_open, file = (tmp_path / name for name in ("faulty", "empty", "open", "file"))
    for folder in (faulty, empty, is_open):
        folder.mkdir()
    (faulty / "a.yml").write_text("title: x\n")
    (is_open / "b.yml").write_bytes(resources.path("rules/clock_changed.yml").read_bytes())
    is_open.chmod(0o777)
    file.write_text("")
    folders = ", ".join(f'"{one}"' for one in (faulty, empty, is_open, tmp_path / "none"))
    found = cautioned(
        f'[recording]\nlibrary = "{file}/library"\nrecipients = "{tmp_path}"\n[storage]\narchive = "{file}"\n'
        f"keep_days = 5\n[rules]\nbuilt_in = false\nfolders = [{folders}]\n"
        f'[[channels]]\nname = "C"\nkind = "webhook"\nurl = "https://a"\nsecret_file = "{tmp_path}/secret"\n'
    )
    assert found == [
        (4, f"`recording.library`: {file}/library is not there and cannot be made by you: "
            "whoever cannot is not recorded here."),
        (5, f"`recording.recipients`: {tmp_path} is no file: nothing is recorded here without it."),
        (7, f"`storage.archive`: {file} is no folder: no recording expires before it is there."),
        (11, f"`rules.folders`: {faulty} has 1 rule with a fault, which do not judge; see: tachiai-agent rules check."),
        (11, f"`rules.folders`: {empty} has no file of rules (.yml): no rule of it judges."),
        (11, f"`rules.folders`: {is_open} may be written to by everybody: rules can be taken out of it."),
        (11, f"`rules.folders`: {tmp_path}/none is not there on this machine: none of its rules judges."),
        (16, f"`channels.secret_file`: {tmp_path}/secret is not there on this machine: "
             "the channel sends nothing here without it."),
    ]  # fmt: skip


def test_check_names_the_lines_and_refuses_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TACHIAI_HOME", str(tmp_path / "home"))
    path = tmp_path / "policy.toml"
    path.write_text(HEAD + mask('titles = ["."]'))
    assert main(["policy", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert '\n  line 5: "M" masks nearly every window at all times' in out
    assert "Here it would be taken." in out
    assert main(["policy", "check", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["cautions"]
    assert {"line": 5, "key": "masks.titles"}.items() <= next(one for one in told if one["line"] == 5).items()
