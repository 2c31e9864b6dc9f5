"""The set-up's look at system packages, with an apt-get that only pretends."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / ".ci" / "system_packages.py"
MAKEFILE = ROOT / "Makefile"

WORKING_APT = """#!/bin/sh
echo "$@" >> "$HERE/apt-calls"
tool="$HERE/bin/tachiai-test-tool"
case "$*" in *install*) printf '#!/bin/sh\\n' > "$tool"; chmod +x "$tool";; esac
"""
FAILING_APT = "#!/bin/sh\nexit 100\n"
ORDINARY_USER = """
import os, runpy, sys
os.geteuid = lambda: 1000
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
PASSING_SUDO = '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n'


class Machine:
    """A folder that stands for a machine: its `bin` is the whole PATH, beside the shell's own tools."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.bin = here / "bin"
        self.bin.mkdir()
        for tool in ("sh", "env", "chmod", "true"):
            (self.bin / tool).symlink_to(f"/bin/{tool}")

    def add(self, name: str, script: str) -> None:
        (self.bin / name).write_text(script, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def run(self, text: str, *options: str, as_ordinary_user: bool = False) -> subprocess.CompletedProcess[str]:
        (self.here / "list.txt").write_text(text, encoding="utf-8")
        rights = ("-c", ORDINARY_USER) if as_ordinary_user else ()
        return subprocess.run(
            [sys.executable, *rights, SCRIPT, self.here / "list.txt", *options],
            env={"PATH": str(self.bin), "HERE": str(self.here)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def apt_calls(self) -> list[str]:
        calls = self.here / "apt-calls"
        return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_is_installed_when_nothing_is_missing(machine: Machine) -> None:
    machine.add("apt-get", WORKING_APT)
    checked = machine.run("# shells\ndash command sh\nlibc6 library libc.so.6\npython3 module json\nbase file /etc/*\n")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert machine.apt_calls == []


def test_what_is_missing_is_installed_once(machine: Machine) -> None:
    machine.add("apt-get", WORKING_APT)
    machine.add("sudo", PASSING_SUDO)
    checked = machine.run("test-tool command tachiai-test-tool\ntest-tool command tachiai-test-tool\ndash command sh\n")
    assert checked.returncode == 0, checked.stderr
    update, install = machine.apt_calls
    assert update.endswith("update")
    assert install.endswith("install --yes --no-install-recommends test-tool")


def test_a_failed_installation_is_said_and_stops(machine: Machine) -> None:
    machine.add("apt-get", FAILING_APT)
    machine.add("sudo", PASSING_SUDO)
    checked = machine.run("test-tool command tachiai-test-tool\n")
    assert checked.returncode == 1
    assert "apt-get could not install them" in checked.stderr


def test_without_permission_one_line_says_what_to_install(machine: Machine) -> None:
    machine.add("apt-get", WORKING_APT)
    needs = ("test-tool command tachiai-test-tool", "none1 library libnone.so.1", "python{python}-none module no_such")
    checked = machine.run("\n".join(needs), as_ordinary_user=True)
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert checked.returncode == 1
    assert "needs root or a sudo that asks no password" in checked.stderr
    assert f"apt-get install --yes --no-install-recommends test-tool none1 {python}-none" in checked.stderr
    assert machine.apt_calls == []


@pytest.mark.parametrize("apt", [None, FAILING_APT])
def test_set_up_goes_on_without_what_is_optional_and_says_so(machine: Machine, apt: str | None) -> None:
    if apt:
        machine.add("apt-get", apt)
        machine.add("sudo", PASSING_SUDO)
    checked = machine.run("test-tool command tachiai-test-tool\nnone1-dev header none1.h\n", "--optional")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("Going on without optional system packages: test-tool none1-dev\n")


def test_without_apt_the_sentence_says_so(machine: Machine) -> None:
    checked = machine.run("test-tool command tachiai-test-tool\n")
    assert checked.returncode == 1
    assert "this system has no apt-get" in checked.stderr
    assert "test-tool" in checked.stderr


def test_a_line_of_another_form_is_refused(machine: Machine) -> None:
    checked = machine.run("dash command sh\ntool comand tool\n")
    assert checked.returncode == 1
    assert "list.txt:2" in checked.stderr


def test_every_list_of_the_project_can_be_read() -> None:
    lists = [*ROOT.glob(".ci/*-packages.txt"), *ROOT.glob("*/apt-packages.txt"), *ROOT.glob("*/*/apt-packages.txt")]
    assert len(lists) == 8
    for path in lists:
        assert system_packages()["read_needs"](path), path


@pytest.mark.parametrize("target", ["setup-packages", "test-packages"])
def test_nothing_that_make_test_should_have_installed_is_missing(target: str) -> None:
    recipe = re.search(
        rf"^{target}: .*\n\t@\$\(INSTALL_PACKAGES\) (.+)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert recipe is not None
    assert system_packages()["missing_packages"]([ROOT / path for path in recipe[1].split()]) == []


def system_packages() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_installing_by_hand_is_what_make_install_does():
    dry = subprocess.run(["make", "-n", "install"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    manual = (
        (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8").partition("it is:\n")[2].partition("\n**")[0]
    )
    steps = [line.strip().removeprefix("sudo ") for line in manual.splitlines() if line.strip()]
    assert len(steps) == 7
    for step in steps:
        last = step.replace(" -r ", " --requirement ").partition("install ")[2] or step.split()[-1]
        assert last in dry, step
