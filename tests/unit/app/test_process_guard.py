"""The recorder's live keys stay in its process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PR_GET_DUMPABLE = 3
# Tries to record where there is no display, and says what holds in its process then.
PROBE = f"""
import ctypes, json, resource
from app.agent.cli import main
status = main(["record"])
dumpable = ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0)
print(json.dumps([status, resource.getrlimit(resource.RLIMIT_CORE), dumpable]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what is asked is Linux's")
def test_recording_allows_neither_core_files_nor_a_look_into_memory(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [3, [0, 0], 0]
