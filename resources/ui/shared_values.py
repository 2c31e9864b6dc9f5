"""Keep None, True and False alive on Python 3.11 under a Qt binding that counts them wrongly.

PySide6 6.12 is compiled as for Python 3.12, where these values live for ever and are returned without being counted.
Python 3.11 does count them, so each call that returns None takes one reference too many away; measured, the program
is ended ("none_dealloc: deallocating None") after some ten thousand calls. 6.11.3 counts right. The remedy is what 3.12
does itself: a count so high that it never ends.
"""

import ctypes
import sys

FIRST_WITH_LASTING_VALUES = (3, 12)
HIGH = 1 << 40
_NEAR = 1000


def keep_shared_values() -> None:
    """Make the count of None, True, False and NotImplemented high enough for ever, where that is needed."""
    if sys.version_info >= FIRST_WITH_LASTING_VALUES or sys.implementation.name != "cpython":
        return
    for value in (None, True, False, NotImplemented):
        count = ctypes.c_ssize_t.from_address(id(value))
        is_the_count = abs(count.value - sys.getrefcount(value)) < _NEAR  # not so in builds that trace references
        if is_the_count and count.value < HIGH:
            count.value += HIGH
