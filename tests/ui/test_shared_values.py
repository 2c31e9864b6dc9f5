"""The binding's wrong counting of None and True does not end the program."""

import subprocess
import sys

CALLS = 300_000
MANY_CALLS = f"""
from player.ui.application import make_application
make_application(offscreen=True)
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel

class Teller(QObject):
    told = Signal()

label, teller = QLabel(), Teller()
for _ in range({CALLS}):
    label.update()
    teller.told.emit()
print("alive")
"""


def test_the_program_lives_through_any_number_of_calls():
    done = subprocess.run([sys.executable, "-c", MANY_CALLS], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
