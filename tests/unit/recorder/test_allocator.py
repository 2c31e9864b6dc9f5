"""Memory that a process takes before it needs it."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
from recorder.allocator import take_memory_ahead

take_memory_ahead(32 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    taken = [np.full(2 << 20, 1, np.uint8) for _ in range(12)]
    del taken
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep freed memory by themselves")
def test_what_was_taken_ahead_need_not_be_asked_of_the_kernel_again():
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, stdout=subprocess.PIPE)

    assert int(done.stdout) < 1000  # of 24,576 pages
