"""`tachiai-agent library`: what is kept and held, what expires, and that it says so to people and programs."""

import json
from dataclasses import replace

import pytest

from app.agent.cli import main
from recorder.clock import SystemClock
from recorder.evidence.key_folder import ensure_local_keys, keys_folder
from recorder.evidence.library_folder import library_folder
from tests.recordings import STARTED, Desk

DAY_NS = 86_400 * 10**9
OLD, NEW = "20260301T140509Z-0000000a", "20260302T140509Z-0000000b"
POLICY = "version = 1\norganisation = 'Example Bank'\n\n[storage]\nkeep_days = 30\n"


class Agent:
    def __init__(self, capsys, folder):
        self._capsys = capsys
        self.policy = folder / "policy.toml"
        self.policy.write_text(POLICY, encoding="utf-8")

    def run(self, *arguments):
        self._capsys.readouterr()
        try:
            status = main(("library", *arguments))
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return status, said.out, said.err

    def expire(self, *arguments):
        return self.run("expire", "--policy", str(self.policy), *arguments)


@pytest.fixture
def agent(capsys, tmp_path):
    device = ensure_local_keys(keys_folder()).device
    now_ns = SystemClock().read().wall_ns
    for session_id, days in ((OLD, 60), (NEW, 2)):
        desk = Desk(
            library_folder(None),
            session_id=session_id,
            started=replace(STARTED, wall_ns=now_ns - days * DAY_NS),
            device=device,
        )
        desk.wait(3)
        desk.close()
    return Agent(capsys, tmp_path)


def test_what_would_expire_expires_and_is_listed_as_expired(agent):
    status, out, _ = agent.expire("--dry-run")
    assert (status, out.splitlines()[0].split(":")[0]) == (0, f"would go  {OLD}")
    assert (library_folder(None) / OLD).exists()
    status, out, _ = agent.expire()
    assert (status, out.splitlines()[0].split(":")[0]) == (0, f"gone      {OLD}")
    assert not (library_folder(None) / OLD).exists()
    out = agent.run("status")[1]
    assert out.startswith("1 recording, ")
    assert f"expired   {OLD}  hanako@bastion-7" in out


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_what_was_to_expire_and_is_not_in_the_archive_is_an_exit_status(agent, tmp_path, dry):
    agent.policy.write_text(f'{POLICY}archive = "{tmp_path}/archive"\n', encoding="utf-8")
    status, out, _ = agent.expire(*dry)
    assert (status, out.splitlines()[0].split(":")[0]) == (4, f"stays     {OLD}")
    assert (library_folder(None) / OLD).exists()


def test_a_hold_keeps_it_and_says_who_and_why(agent):
    status, out, _ = agent.run("hold", OLD[:12], "--why", "case\x1b[2J 17", "--who", "aya")
    assert status == 0
    assert out.startswith(f"{OLD} is held: aya, case")
    assert out[:-1].isprintable()
    assert agent.expire()[1].startswith("0 expired")
    objects = [json.loads(line) for line in agent.run("status", "--json")[1].splitlines()]
    assert [one["is_held"] for one in objects if one["type"] == "recording"] == [True, False]
    assert objects[-1] == {"type": "library", "recordings": 2, "size_bytes": objects[-1]["size_bytes"], "held": 1}
    assert agent.run("release", OLD, "--why", "closed")[0] == 0
    assert agent.expire()[1].startswith(f"gone      {OLD}")


def test_for_programs_every_decision_is_an_object(agent):
    objects = [json.loads(line) for line in agent.expire("--json")[1].splitlines()]
    assert [one["type"] for one in objects] == ["expiry", "library"]
    assert (objects[0]["recording"], objects[0]["why"], objects[0]["is_dry_run"]) == (OLD, "age", False)
    assert objects[1]["expired"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("hold", "2026", "--why", "x"), 3, "2 recordings begin with"),
        (("hold", "nothing", "--why", "x"), 3, "No recordings begin with"),
        (("release", OLD, "--why", "x"), 3, "is not held"),
        (("hold", OLD), 64, "--why"),
        (("hold", OLD, "--why", "  "), 64, "empty"),
        (("status", "--library", "/nowhere/at/all"), 3, "There is no library"),
        (("expire", "--policy", "/nowhere.toml"), 3, "/nowhere.toml"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(agent, arguments, status, said):
    found, out, err = agent.run(*arguments)
    assert (found, out) == (status, "")
    assert said in err


def test_without_a_policy_nothing_ever_expires(agent):
    assert agent.run("expire")[1].startswith("0 expired")
    assert (library_folder(None) / OLD).exists()


def test_holds_that_were_tampered_with_stop_everything(agent):
    agent.run("hold", NEW, "--why", "case 17")
    path = library_folder(None) / ".keeping" / "holds.jsonl"
    path.write_bytes(path.read_bytes().replace(b"case 17", b"case 18"))
    status, out, err = agent.expire()
    assert (status, out) == (3, "")
    assert "was altered" in err
    assert (library_folder(None) / OLD).exists()
