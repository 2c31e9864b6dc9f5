"""Installing writes what it says, twice the same, and removing takes away exactly that."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from app.agent.cli import main
from app.installation.files import ENDED_BY_OPERATOR, ENTRY, UNIT, InstallationError, Places
from app.installation.installing import install, uninstall
from app.installation.starting import started_by_manager

PROGRAM = Path("/opt/tachiai/tachiai-agent")


@pytest.fixture
def places(tmp_path):
    return Places.of_user(tmp_path / "config", tmp_path / "data")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Where the commands install to, without a service manager."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("app.agent.installation.reload_manager", lambda: False)
    monkeypatch.setattr("app.agent.installation.program", lambda: PROGRAM)
    return tmp_path


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def actions(steps):
    return [step.action for step in steps]


def test_what_is_installed_twice_is_there_once_and_removed_without_a_trace(tmp_path, places):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mine.conf").write_text("mine")
    before = everything_in(tmp_path)
    assert actions(install(places, PROGRAM)) == ["write"] * 3
    after = everything_in(tmp_path)
    assert actions(install(places, PROGRAM)) == ["keep"] * 3
    assert everything_in(tmp_path) == after
    assert actions(uninstall(places)) == ["remove"] * 3
    assert everything_in(tmp_path) == before
    assert uninstall(places) == ()


def test_a_trial_says_the_same_and_does_nothing(tmp_path, places):
    trial = install(places, PROGRAM, is_trial=True)
    assert everything_in(tmp_path) == []
    assert install(places, PROGRAM) == trial
    there = everything_in(tmp_path)
    assert actions(uninstall(places, is_trial=True)) == ["remove"] * 3
    assert everything_in(tmp_path) == there


def test_another_program_replaces_what_was_installed(places):
    install(places, PROGRAM)
    assert actions(install(places, Path("/opt/newer/tachiai-agent"))) == ["write", "write", "keep"]
    assert "/opt/newer/" in (places.units / UNIT).read_text()


def test_what_is_not_ours_is_neither_overwritten_nor_removed(places):
    places.autostart.mkdir(parents=True)
    (places.autostart / ENTRY).write_text("of another program")
    with pytest.raises(InstallationError, match="was not installed by this program"):
        install(places, PROGRAM)
    assert (places.autostart / ENTRY).read_text() == "of another program"
    assert not places.units.exists()


def test_what_was_changed_by_hand_is_left_and_said(places):
    install(places, PROGRAM)
    (places.units / UNIT).write_text("mine now")
    with pytest.raises(InstallationError, match="changed since"):
        install(places, PROGRAM)
    assert actions(uninstall(places)) == ["remove", "leave", "remove"]
    assert (places.units / UNIT).read_text() == "mine now"
    (places.units / UNIT).unlink()
    assert actions(uninstall(places)) == ["gone"]
    assert not places.manifest.exists()


@pytest.mark.parametrize("folder", ["/opt/a b", '/opt/"q"', "/opt/100%", "/opt/$HOME", "/opt/back\\slash", "/opt/日本"])
def test_the_program_is_named_wherever_it_lies(places, folder):
    program = Path(folder) / "tachiai-agent"
    install(places, program)
    entry = configparser.RawConfigParser()
    entry.read_string((places.autostart / ENTRY).read_text(encoding="utf-8"))
    unescaped = entry["Desktop Entry"]["Exec"].replace("\\\\", "\\").replace("%%", "%")
    assert shlex.split(unescaped.replace("\\$", "$").replace("\\`", "`")) == [str(program), "start"]
    line = next(one for one in (places.units / UNIT).read_text(encoding="utf-8").splitlines() if "ExecStart" in one)
    assert shlex.split(line.partition("=")[2].replace("%%", "%")) == [str(program), "run", "--wait"]


def test_a_folder_that_no_file_can_name_is_refused(places):
    with pytest.raises(InstallationError, match="control characters"):
        install(places, Path("/opt/a\nExecStart=evil/tachiai-agent"))


def test_the_unit_restarts_always_but_not_after_the_operator_was_allowed_to_end_it(places):
    install(places, PROGRAM)
    text = (places.units / UNIT).read_text()
    for line in ("Restart=always", "KillMode=process", "NoNewPrivileges=yes", "StartLimitIntervalSec=0"):
        assert line in text.splitlines()
    assert f"RestartPreventExitStatus={ENDED_BY_OPERATOR}" in text
    assert (places.units / "graphical-session.target.wants" / UNIT).resolve() == (places.units / UNIT).resolve()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here to read it")
def test_systemd_finds_no_fault_in_the_unit(tmp_path, places):
    program = tmp_path / "tachiai agent $1%"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    install(places, program)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(places.units / UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in (done.stdout + done.stderr).splitlines() if UNIT in line] == []


def test_the_commands_say_what_they_did(elsewhere, capsys):
    assert main(["install", "--dry-run"]) == 0
    assert capsys.readouterr().out.count("would be written") == 3
    assert main(["install"]) == 0
    said = capsys.readouterr().out
    assert said.count(": written") == 3
    assert "tachiai-agent start" in said
    assert main(["uninstall"]) == 0
    assert capsys.readouterr().out.count(": removed") == 3
    assert main(["uninstall"]) == 0
    assert capsys.readouterr().out == "Nothing was installed here.\n"


def test_what_stands_in_the_way_is_one_sentence_and_a_status(elsewhere, capsys):
    (elsewhere / "config").mkdir()
    (elsewhere / "config" / "autostart").write_text("a file, where a folder belongs")
    assert main(["install"]) == 4
    said = capsys.readouterr().err
    assert said.startswith("tachiai-agent: ")
    assert len(said.splitlines()) == 1


def test_the_agent_is_started_by_the_service_manager_with_what_it_knows_of_the_session():
    ran: list[tuple[str, ...]] = []

    def run(command):
        ran.append(command)
        return True

    environment = {"DISPLAY": ":7", "XDG_SESSION_ID": "c2", "SECRET": "x"}
    assert started_by_manager(environment, run=run)
    assert ran[0] == ("systemctl", "--user", "import-environment", "DISPLAY", "XDG_SESSION_ID")
    assert ran[1] == ("systemctl", "--user", "start", UNIT)
    assert not started_by_manager(environment, run=lambda _command: False)
