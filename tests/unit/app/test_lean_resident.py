"""What the resident loads: it stays all day beside the recorder, and must not hold what only the recorder needs."""

import subprocess
import sys

import pytest

HEAVY = ("cv2", "numpy", "sigma", "mss", "pynput", "sqlite_utils", "smtplib", "recorder.detect.judge")


@pytest.mark.parametrize("loaded", ["app.agent.run, app.agent.window_front, app.ui.application", "app.agent.run"])
def test_the_resident_loads_neither_the_pictures_nor_the_judge_nor_channels_that_nobody_named(loaded):
    told = f"import sys, {loaded}; print(sorted(set({HEAVY!r}) & sys.modules.keys()), 'app.agent.run' in sys.modules)"
    done = subprocess.run((sys.executable, "-c", told), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[] True"
