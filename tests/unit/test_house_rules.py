"""The habits that no linter knows, each with the sentence that a breach is answered with."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from recorder.detect.ready import ReadyRules

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "player", "recorder", "resources")
LINE_LIMIT = 400
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc", "core"}

BANNED = (
    (r"\bqtbot\.wait\(", ".py", "Wait for a condition (qtbot.waitUntil, waitSignal), never for time."),
    (r"\.processEvents\(", ".py", "A loop inside a slot runs things in the middle of others."),
    (r"\btime\.sleep\(", ".py", "Wait for the condition: Event.wait, Condition.wait_for, Popen.wait, select."),
    (r"\bQThread\b(?!\w)", ".py", "Threads are Python's and know no Qt (threading.Thread)."),
    (r"\bmoveToThread\(", ".py", "Threads are Python's; a QObject stays in the GUI thread."),
    (r"\bQRunnable\b|\bQThreadPool\b", ".py", "Threads are Python's and know no Qt."),
    # A step is 1 or -1, and the only number that may travel so.
    (r"(?<!step_requested = )\bSignal\(\s*int\b", ".py", "Signal(int) is 32-bit, ns arrive as 0: Signal(object)."),
    (r"^\s*except\s*:", ".py", "Name what can go wrong; a bare except swallows Ctrl-C."),
    (r"\b_MEIPASS\b", ".py", "resources.path(name) is right, frozen or not."),
    (r"^(?:from|import) pynput\b", ".py", "Import pynput inside the function that listens: it needs a display."),
    (r"\bmss\.mss\(", ".py", "mss.MSS is the name to use; mss.mss is deprecated."),
    (r"\bdatetime\.utcnow\(|\butcfromtimestamp\(", ".py", "A time without a zone is a likely value; use an aware one."),
    (r"\bpkill\b|\bkillall\b", ".py", "Stop processes by the id of the one that was started."),
)  # fmt: skip


def source_files(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
    )


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


OURS = source_files(*PACKAGES, "tests", "benchmarks", "docs")
QT_FREE = [path for path in source_files(*PACKAGES) if "ui" not in path.relative_to(ROOT).parts]


def breaches(pattern: str, text: str) -> list[int]:
    found = re.compile(pattern)
    return [number for number, line in enumerate(text.splitlines(), start=1) if found.search(line)]


@pytest.mark.parametrize(("pattern", "suffix", "sentence"), BANNED, ids=[rule[0] for rule in BANNED])
def test_nothing_banned_is_written(pattern: str, suffix: str, sentence: str) -> None:
    here = Path(__file__).resolve()
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in OURS
        if path.suffix == suffix and path != here
        for number in breaches(pattern, path.read_text(encoding="utf-8"))
    ]
    assert not found, f"{sentence}\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("    qtbot.wait(100)", BANNED[0][0]),
        ("app.processEvents()", BANNED[1][0]),
        ("time.sleep(1)", BANNED[2][0]),
        ("worker = QThread()", BANNED[3][0]),
        ("seeked = Signal(int)", BANNED[6][0]),
        ("from pynput import keyboard", BANNED[9][0]),
    ],
)
def test_a_breach_would_be_seen(line: str, pattern: str) -> None:
    assert breaches(pattern, f"first\n{line}\n") == [2]


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in OURS
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINE_LIMIT
    }
    assert not long, f"split what has more than {LINE_LIMIT} lines by what its parts are: {long}"


def test_packages_begin_empty() -> None:
    full = [
        str(path.relative_to(ROOT))
        for path in source_files(*PACKAGES)
        if path.name == "__init__.py" and path.parent.name != "resources" and path.read_text(encoding="utf-8").strip()
    ]
    assert not full, f"an __init__.py is empty, so that importing a module imports only that: {full}"


def test_the_default_rules_are_ready() -> None:
    folder = ROOT / "resources" / "rules"
    ready = ReadyRules.kept_in(folder / "ready.jsonl")
    late = [path.name for path in sorted(folder.glob("*.yml")) if ready.drafts(path.read_bytes(), path.name) is None]
    assert not late, f"every start would read these again: run `make rules` after a change of a rule: {late}"


def test_every_module_has_a_place() -> None:
    homeless = [str(path.relative_to(ROOT)) for path in source_files(*PACKAGES) if path.stem in BANNED_NAMES]
    assert not homeless, f"name what is in it; a drawer for everything has no edge: {homeless}"


IMPORT_EACH_ALONE = """
import importlib, os, sys, threading, traceback
import cryptography, cv2, jeepney, keyring, msgspec, numpy, re2, sigma.collection, sqlite_utils  # not ours, and slow

def check(name):
    importlib.import_module(name)
    brought = {module.partition(".")[0] for module in sys.modules}
    assert threading.active_count() == 1, "it starts a thread"
    assert not brought & {"PySide6", "pynput", "shiboken6"}, f"it brings {brought & {'PySide6', 'pynput'}}"

def check_in_a_fork(name):
    try:
        check(name)
    except BaseException:
        print(f"importing {name} alone, without a display:", file=sys.stderr)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

at_once, running, failed = os.cpu_count() or 1, 0, False
for name in (*sys.argv[1:], *[None] * at_once):
    if running == at_once or (name is None and running):
        failed |= os.wait()[1] != 0
        running -= 1
    if name is not None:
        if os.fork() == 0:
            check_in_a_fork(name)
        running += 1
sys.exit(failed)
"""


def test_importing_a_module_does_nothing(tmp_path: Path) -> None:
    """Each in a fresh process without a display: no window, file, thread or output, and no Qt or pynput comes along."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_EACH_ALONE, *map(module_name, QT_FREE)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
