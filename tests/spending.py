"""What it costs to do nothing."""

import time
from collections.abc import Callable


def least_cost_s(rest: Callable[[float], None], *, stretch_s: float) -> float:
    """Processor time of this process in the cheapest of three stretches of rest.

    What a thread does over and over costs something in each of them; a disturbance by the machine does not.
    """
    costs_s = []
    for _ in range(3):
        began_s = time.process_time()
        rest(stretch_s)
        costs_s.append(time.process_time() - began_s)
    return min(costs_s)
