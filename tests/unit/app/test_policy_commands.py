"""`tachiai-agent policy`, and what a policy makes of the options of `record`."""

import json
import stat

import pytest

from app.agent.arguments import parser
from app.agent.cli import main
from app.agent.governing import govern, require_purpose
from recorder.errors import PolicyError
from recorder.policy.in_force import POLICY_FILE, install_policy

HEAD = 'version = 3\norganisation = "Example Bank"\n'
REFUSED, STORAGE = 3, 4


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TACHIAI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def policy(home, tmp_path):
    """Write a policy file and return its path."""

    def writes(text="", name="policy.toml", head=HEAD):
        path = tmp_path / name
        path.write_text(head + text, encoding="utf-8")
        return path

    return writes


@pytest.fixture
def run(home, capsys):
    """Run `tachiai-agent policy`: its exit status, standard output and standard error."""

    def runs(*arguments):
        status = main(["policy", *map(str, arguments)])
        return (status, *capsys.readouterr())

    return runs


def test_check_names_every_fault_by_file_and_line(run, policy):
    path = policy('[recording]\nkeys = "txt"\nfps = 3\n')
    status, out, err = run("check", path)
    assert status == REFUSED
    first, second = out.splitlines()
    assert first.startswith(f'{path}:4: `recording.keys` is "txt"; it must be')
    assert second.startswith(f"{path}:5: There is no setting `recording.fps`; `recording` has keys, ")
    assert err == "tachiai-agent: 2 faults; mend them and check again.\n"
    status, out, _ = run("check", path, "--json")
    assert status == REFUSED
    assert [(one["line"], one["key"]) for one in json.loads(out)["faults"]] == [
        (4, "recording.keys"),
        (5, "recording.fps"),
    ]


def test_check_says_a_sound_policy_in_words(run, policy):
    path = policy('[recording]\nkeys = "off"\n')
    status, out, err = run("check", path)
    assert (status, err) == (0, "")
    assert out.startswith("Version 3 of the policy of Example Bank, NOT signed.\n")
    for sentence in ("Nothing of the keyboard is recorded.", "Nobody signed it", "Here it would be taken."):
        assert sentence in out
    status, out, _ = run("check", path, "--json")
    told = json.loads(out)
    assert (status, told["faults"], told["refused"], told["root"]) == (0, [], None, None)
    assert told["settings"]["recording"]["keys"] == "off"
    assert told["fixed"] == ["recording.keys"]


def test_from_the_example_to_what_holds(run, home, tmp_path):
    path, root = tmp_path / "policy.toml", tmp_path / "root.key"
    status, out, _ = run("example")
    path.write_text(out, encoding="utf-8")
    path.chmod(0o644)
    status, public_key, err = run("sign", path, "--root", root, "--new-root")
    assert (status, "Keep it away" in err) == (0, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    status, out, _ = run("use", path, "--root", public_key.strip())
    assert status == 0
    assert "It holds here from the next recording on" in out
    status, out, _ = run("show")
    assert out.startswith("Version 1 of the policy of Example Bank, signed by the root key ")
    assert "Fixed, so that no option changes it: channels, hidden_input.dialogs, masks, notice.contact," in out
    status, out, _ = run("show", "--json")
    assert json.loads(out)["root"] == public_key.strip()
    assert (home / "keys" / "organisation.pub").read_text() == public_key


def test_an_older_policy_is_refused_and_check_says_so_before(run, policy, tmp_path):
    root = tmp_path / "root.key"
    newer, older = policy(), policy(name="older.toml", head=HEAD.replace("3", "2"))
    for path, new in ((newer, ["--new-root"]), (older, [])):
        assert run("sign", path, "--root", root, *new)[0] == 0
    assert run("use", newer)[0] == 0
    status, out, _ = run("check", older)
    assert (status, "Here it would be refused: it is version 2, and version 3 of" in out) == (0, True)
    status, out, err = run("use", older)
    assert (status, out) == (REFUSED, "")
    assert err.startswith(f"tachiai-agent: The policy {older} is refused: it is version 2, and version 3 of Example")
    assert len(err.splitlines()) == 1
    older.write_text(older.read_text().replace("version = 2", "version = 9"))
    status, out, _ = run("check", older)
    assert (status, f"{older}:3: " in out, "altered after it was signed" in out) == (REFUSED, True, True)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["sign", "policy.toml", "--root", "none.key"], REFUSED, "make one with --new-root"),
        (["sign", "policy.toml", "--root", "policy.toml"], REFUSED, "is not a signing key"),
        (["sign", "policy.toml", "--root", "policy.toml", "--new-root"], STORAGE, "nothing was written over"),
        (["sign", "faulty.toml", "--root", "root.key", "--new-root"], REFUSED, "cannot be used: line 3: "),
        (["use", "faulty.toml"], REFUSED, "faulty.toml cannot be used: line 3: There is no setting `oops`"),
        (["use", "policy.toml", "--root", "policy.toml"], REFUSED, "is not a root's public key"),
        (["use", "none.toml"], REFUSED, "could not be read"),
        (["check", "."], REFUSED, "could not be read"),
    ],
)
def test_bad_input_is_one_sentence(run, policy, home, arguments, status, says):
    policy()
    policy("oops = 1\n", name="faulty.toml")
    done, out, err = run(*arguments)
    assert (done, out) == (status, "")
    assert says in err.splitlines()[-1]
    assert not (home / "keys").exists()


def asked(*options):
    return parser().parse_args(["record", *map(str, options)])


def test_without_a_policy_every_option_holds(home):
    held = govern(asked("--keys", "off", "--clipboard-text", "--video", "a.mp4"), home / "keys", pytest.fail).asked
    assert (held.keys, held.clipboard_text, str(held.video), held.fps) == ("off", True, "a.mp4", 5.0)
    assert (held.library, held.recipients) == (None, None)
    assert not home.exists()


def test_what_the_policy_fixes_wins_and_is_said_where_it_does(home, policy):
    lines = ('keys = "activity"', 'library = "/srv/r"', "frames_per_s = 2", "clipboard_text = false")
    path = policy("\n".join(("[recording]", *lines, "plain_files = false\n")))
    told: list[str] = []
    options = ["--keys", "text", "--library", "/tmp", "--fps", "2", "--clipboard-text", "--log", "-", "--policy", path]
    held = govern(asked(*options), home / "keys", told.append).asked
    assert (held.keys, str(held.library), held.fps, held.clipboard_text, held.log) == (
        "activity", "/srv/r", 2.0, False, None,
    )  # fmt: skip
    assert told == [
        "--keys is overruled: the policy sets `recording.keys`.",
        "--clipboard-text is overruled: the policy sets `recording.clipboard_text`.",
        "--library is overruled: the policy sets `recording.library`.",
        "--log is overruled: the policy allows no ordinary files beside a recording.",
    ]


def test_what_the_policy_leaves_open_options_may_say(home, policy):
    install_policy(policy("[storage]\nkeep_days = 5\n"), home / "keys")
    governed = govern(asked("--keys", "off"), home / "keys", pytest.fail)
    assert (governed.asked.keys, governed.policy.policy.storage.keep_days) == ("off", 5)


@pytest.mark.parametrize(("purpose", "passes"), [("CHG-417", True), ("for CHG-1", True), ("", False), ("tea", False)])
def test_a_purpose_that_the_policy_wants_must_be_given(home, policy, purpose, passes):
    path = policy('[notice]\npurpose = "required"\npurpose_pattern = "CHG-[0-9]+"\n')
    governed = govern(asked("--policy", path, "--purpose", purpose), home / "keys", pytest.fail)
    if passes:
        require_purpose(governed)
    else:
        with pytest.raises(PolicyError, match=r"\(--purpose TEXT\)\.$"):
            require_purpose(governed)


@pytest.mark.parametrize("command", [("record",), ("run", "--no-window")], ids=["record", "run"])
def test_a_policy_that_cannot_be_followed_records_nothing(home, policy, capsys, monkeypatch, command, tmp_path):
    monkeypatch.delenv("DISPLAY", raising=False)
    library = tmp_path / "library"
    for text, says in (
        ("x = 1\n", "line 3: There is no setting `x`"),
        ('[recording]\nlibrary = "C:\\\\r"\n', "no full"),
    ):
        status = main([*command, "--policy", str(policy(text)), "--library", str(library)])
        err = capsys.readouterr().err
        assert (status, len(err.splitlines()), says in err) == (REFUSED, 1, True), err
    (home / "keys").mkdir(parents=True)
    (home / "keys" / POLICY_FILE).write_text("version = 1")
    assert main([*command]) == REFUSED
    assert "`organisation` is missing" in capsys.readouterr().err
    assert not library.exists()
