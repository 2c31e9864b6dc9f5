"""Whether the list of processes may have changed, told from two numbers of the kernel."""

import subprocess
import sys
from pathlib import Path

import pytest

from recorder.capture import kernel_number, linux_counts
from recorder.capture.linux_counts import ProcessCounts

LINE = "0.20 0.18 0.12 1/80 11206\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self/ns").mkdir(parents=True)
    (tmp_path / "self/ns/pid").symlink_to(linux_counts._FIRST_NAMESPACE)
    (tmp_path / "loadavg").write_text(LINE)
    return tmp_path


def test_what_stayed_is_no_change_and_what_began_or_ended_is_one(proc: Path) -> None:
    counts = ProcessCounts(proc)
    told = []
    for line in (LINE, LINE, "0.90 0.18 0.12 4/80 11206\n", LINE, "0.20 0.18 0.12 1/80 11207\n"):
        (proc / "loadavg").write_text(line)
        told.append(counts.may_have_changed())
    (proc / "loadavg").write_text("0.20 0.18 0.12 1/79 11207\n")
    assert counts.may_have_changed(), "one ended"
    assert not counts.may_have_changed()
    counts.close()
    assert told == [True, False, False, False, True], "the first look, and a process that began; load is none"


def test_every_tenth_look_is_made_whatever_the_numbers_say(proc: Path) -> None:
    counts = ProcessCounts(proc)
    told = [counts.may_have_changed() for _ in range(1 + 2 * kernel_number.LEFT_OUT_MOST)]
    counts.close()
    assert [number for number, changed in enumerate(told) if changed] == [0, 10, 20]


@pytest.mark.parametrize("line", ["", "0.20 0.18\n"])
def test_numbers_that_are_not_understood_count_as_a_change(proc: Path, line: str) -> None:
    counts = ProcessCounts(proc)
    (proc / "loadavg").write_text(line)
    assert [counts.may_have_changed() for _ in range(3)] == [True] * 3
    counts.close()
    assert counts.may_have_changed()


def test_where_the_numbers_count_other_processes_every_look_is_made(proc: Path) -> None:
    (proc / "self/ns/pid").unlink()
    (proc / "self/ns/pid").symlink_to("pid:[4026532799]")
    counts = ProcessCounts(proc)
    assert [counts.may_have_changed() for _ in range(3)] == [True] * 3


def test_a_real_process_changes_them_when_it_begins_and_when_it_ends() -> None:
    counts = ProcessCounts()
    counts.may_have_changed()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert counts.may_have_changed()
    process.communicate(b"\n")
    assert counts.may_have_changed()
    counts.close()
